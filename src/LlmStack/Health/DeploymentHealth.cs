namespace LlmStack.Health;

/// <summary>What was learned of a deployment: calls in flight, latency estimates, failure windows, cooldown. Lock-free to read.</summary>
internal sealed class DeploymentHealth
{
    private int _inFlight;

    public int InFlight => Volatile.Read(ref _inFlight);

    public void Enter() => Interlocked.Increment(ref _inFlight);

    public void Leave() => Interlocked.Decrement(ref _inFlight);
}

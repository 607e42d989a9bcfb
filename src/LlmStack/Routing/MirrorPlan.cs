using LlmStack.Limits;

namespace LlmStack.Routing;

/// <summary>Copies of a group's calls for another group.</summary>
internal sealed class MirrorPlan(string group, double sampleRate, int maxConcurrency, int? requestsPerMinute)
{
    private readonly DeploymentLimits _limits = new();
    private int _running;

    public string Group { get; } = group;

    public double SampleRate { get; } = sampleRate;

    /// <summary>Copies under way.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>Takes a place for a copy; false when its budget is used up.</summary>
    public bool TryStart(long now, long frequency)
    {
        if (Interlocked.Increment(ref _running) > maxConcurrency)
        {
            Interlocked.Decrement(ref _running);
            return false;
        }

        if (requestsPerMinute is null)
        {
            return true;
        }

        long reservation = _limits.TryReserve(requestsPerMinute, null, tokens: 0, now, frequency, out _, out _);
        if (reservation == 0)
        {
            Interlocked.Decrement(ref _running);
            return false;
        }

        _limits.Settle(reservation, reserved: 0, requests: 1, tokens: 0);
        return true;
    }

    public void Ended() => Interlocked.Decrement(ref _running);
}

using LlmStack.Routing;

namespace LlmStack.Health;

/// <summary>Turns outcomes of attempts into latency estimates and cooldowns.</summary>
internal sealed class HealthTracker(TimeProvider time)
{
    public TimeProvider Time { get; } = time;

    /// <summary>Raised when a cooldown starts or ends; for logs, metrics and events. Handlers must not throw.</summary>
    public event Action<CooldownChange>? Changed;

    /// <summary>An attempt starts: counts it in flight. Every call is matched by exactly one of the others.</summary>
    public void Started(Deployment deployment) => deployment.Health.Enter();

    /// <summary>An attempt succeeded.</summary>
    public void Succeeded(Deployment deployment, in AttemptSample sample) => throw new NotSupportedException("seam");

    /// <summary>An attempt failed.</summary>
    public void Failed(Deployment deployment, ModelGroup group, LlmException error, in AttemptSample sample) => throw new NotSupportedException("seam");

    /// <summary>An attempt was cancelled by the caller or cut by us without a fault of the deployment.</summary>
    public void Cancelled(Deployment deployment) => deployment.Health.Leave();

    private void Raise(CooldownChange change) => Changed?.Invoke(change);
}

using LlmStack.Providers;

namespace LlmStack.Routing;

/// <summary>The settings in force for a call: call over deployment over group over defaults, already merged and validated.</summary>
internal sealed record CallPolicy
{
    public static CallPolicy Default { get; } = new();

    public int MaxAttempts { get; init; } = 6;

    /// <summary>Waiting retries per group visit; moves to a deployment not yet asked are not counted.</summary>
    public int MaxRetries { get; init; } = 2;

    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(600);

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan FirstTokenTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Nobody set the first-token timeout, so a local server's longer one may apply.</summary>
    public bool FirstTokenTimeoutIsDefault { get; init; } = true;

    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(60);

    public TimeSpan AttemptTimeout { get; init; } = Timeout.InfiniteTimeSpan;

    public TimeSpan BackoffInitial { get; init; } = TimeSpan.FromSeconds(0.5);

    public double BackoffFactor { get; init; } = 2;

    public TimeSpan BackoffMax { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>Jitter j: the wait is multiplied by U(1 − j, 1 + j).</summary>
    public double BackoffJitter { get; init; } = 0.25;

    public TimeSpan MaxRetryWait { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The longest wait for a place under a deployment's concurrency limit.</summary>
    public TimeSpan QueueTimeout { get; init; } = TimeSpan.FromSeconds(60);

    public ErrorRules Errors { get; init; } = ErrorRules.None;

    /// <summary>Null when no answer counts as a failure.</summary>
    public OutcomeRules? Outcomes { get; init; }

    public StreamLossBehavior OnStreamLost { get; init; }

    public CooldownPolicy Cooldown { get; init; } = new();

    public AttemptTimeouts Timeouts => new(ConnectTimeout, FirstTokenTimeout, IdleTimeout, AttemptTimeout);

    public AllCoolingBehavior WhenAllCooling { get; init; } = AllCoolingBehavior.UseLeastBad;
}

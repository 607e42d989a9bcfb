namespace LlmStack.Routing;

/// <summary>When a deployment is taken out of picks, and for how long.</summary>
internal sealed record CooldownPolicy
{
    public bool Enabled { get; init; } = true;

    /// <summary>The length when no Retry-After was given.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Authentication, quota, permission and not-found failures.</summary>
    public TimeSpan LongDuration { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Repeated cooldowns double up to this length.</summary>
    public TimeSpan MaxDuration { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Attempts that may probe at a time once the cooldown has passed.</summary>
    public int HalfOpenProbes { get; init; } = 1;

    /// <summary>After a success closed the circuit, the share of picks grows to its full size over this time.</summary>
    public TimeSpan SlowStart { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Count rule: this many failures in the window are allowed, one more opens. 0 switches the rule off.</summary>
    public int AllowedFailures { get; init; }

    /// <summary>Ratio rule: opens at this share of failures. 0 switches the rule off.</summary>
    public double FailureRatio { get; init; } = 0.5;

    /// <summary>The ratio rule needs this many attempts in the window.</summary>
    public int MinimumAttempts { get; init; } = 5;

    /// <summary>The window both rules count in; independent of the cooldown's length.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(10);
}

using LlmStack.Routing;

namespace LlmStack;

/// <summary>Settings of calls; what is null is inherited. Precedence: call over deployment over provider over group over defaults.</summary>
public sealed class CallPolicyOptions
{
    /// <summary>Attempts of a whole request, 1 to 100. Default 6. Read from group and defaults.</summary>
    public int? MaxAttempts { get; set; }

    /// <summary>Waiting retries within a group, 0 to 100. Default 2. Read from group and defaults.</summary>
    public int? MaxRetries { get; set; }

    /// <summary>The whole request, waits included; more than zero. Default 600 s. Read from group and defaults.</summary>
    public TimeSpan? RequestTimeout { get; set; }

    /// <summary>One attempt; more than zero. Default: none, the request's own limit holds.</summary>
    public TimeSpan? AttemptTimeout { get; set; }

    /// <summary>From sending to the first content; more than zero. Default 60 s, local servers 300 s.</summary>
    public TimeSpan? FirstTokenTimeout { get; set; }

    /// <summary>Between two pieces of content; more than zero. Default 60 s.</summary>
    public TimeSpan? IdleTimeout { get; set; }

    /// <summary>The first back-off, doubled by each further one; 0 or more. Default 0.5 s.</summary>
    public TimeSpan? BackoffInitial { get; set; }

    /// <summary>The longest back-off; not less than the first. Default 8 s.</summary>
    public TimeSpan? BackoffMax { get; set; }

    /// <summary>The longest wait for a retry, alone or in sum; a longer one is not waited. 0 or more. Default 60 s.</summary>
    public TimeSpan? MaxRetryWait { get; set; }

    /// <summary>Whether failing deployments are taken out of picks. Default true.</summary>
    public bool? CooldownEnabled { get; set; }

    /// <summary>How long, when no Retry-After was given; more than zero. Default 5 s.</summary>
    public TimeSpan? CooldownDuration { get; set; }

    /// <summary>Failures allowed within <see cref="CooldownWindow"/>; one more cools. 0 switches the rule off. Default 0.</summary>
    public int? CooldownAllowedFailures { get; set; }

    /// <summary>Share of failures that cools, 0 to 1, once there are <see cref="CooldownMinimumAttempts"/>. 0 switches the rule off. Default 0.5.</summary>
    public double? CooldownFailureRatio { get; set; }

    /// <summary>Attempts the ratio needs; 1 or more. Default 5.</summary>
    public int? CooldownMinimumAttempts { get; set; }

    /// <summary>The window failures are counted in; more than zero. Default 60 s.</summary>
    public TimeSpan? CooldownWindow { get; set; }

    /// <summary>What happens when everybody cools and no other group may serve. Default <see cref="AllCoolingBehavior.UseLeastBad"/>.</summary>
    public AllCoolingBehavior? WhenAllCooling { get; set; }
}

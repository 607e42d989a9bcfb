using LlmStack.Routing;

namespace LlmStack;

/// <summary>Settings of calls; what is null is inherited. Precedence: call over deployment over provider over group over defaults.</summary>
public sealed class CallPolicyOptions
{
    /// <summary>Attempts of a whole request, 1 to 100. Default 6. Read from group and defaults.</summary>
    public int? MaxAttempts { get; set; }

    /// <summary>Waiting retries within a group, 0 to 100. Default 2.</summary>
    public int? MaxRetries { get; set; }

    /// <summary>The whole request, waits included; more than zero. Default 600 s. Read from group and defaults.</summary>
    public TimeSpan? RequestTimeout { get; set; }

    /// <summary>One attempt; more than zero. Default: none, the request's own limit holds.</summary>
    public TimeSpan? AttemptTimeout { get; set; }

    /// <summary>Opening a connection, where an attempt needs a new one; more than zero. Default 10 s. Not read of providers that are not called over HTTP.</summary>
    public TimeSpan? ConnectTimeout { get; set; }

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

    /// <summary>The window failures are counted in; more than zero. Default 10 s: a total outage is seen after half of it.</summary>
    public TimeSpan? CooldownWindow { get; set; }

    /// <summary>How long after refused credentials, an exhausted quota, missing rights or an unknown model; more than zero. Default 300 s.</summary>
    public TimeSpan? CooldownLongDuration { get; set; }

    /// <summary>Cooldowns in a row double up to this; more than zero. Default 300 s.</summary>
    public TimeSpan? CooldownMaxDuration { get; set; }

    /// <summary>Attempts that may probe at a time once a cooldown has passed; 1 to 100. Default 1.</summary>
    public int? CooldownHalfOpenProbes { get; set; }

    /// <summary>After a cooldown the share of the load grows to its full size over this time; 0 or more. Default 10 s.</summary>
    public TimeSpan? CooldownSlowStart { get; set; }

    /// <summary>What happens after single kinds of failure, by the kind's name.</summary>
    public Dictionary<string, ErrorKindOptions> Errors { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Finish reasons that count as failures, each with the kind it counts as: <c>content_filter</c> as <c>ContentPolicyViolation</c>, for instance.
    /// Another deployment or group is asked if one can serve that kind; otherwise the answer is returned as it is.
    /// </summary>
    public Dictionary<string, string> FinishReasons { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The kind an answer without any content counts as, as for <see cref="FinishReasons"/>. Null: an answer like any other.</summary>
    public string? EmptyAnswer { get; set; }

    /// <summary>What happens to a stream lost after its first content. Default <see cref="StreamLossBehavior.Fail"/>. Read from group and defaults.</summary>
    public StreamLossBehavior? OnStreamLost { get; set; }

    /// <summary>The longest wait for a place under <see cref="DeploymentOptions.MaxConcurrency"/>; 0 or more. Default 60 s. Read from group and defaults.</summary>
    public TimeSpan? QueueTimeout { get; set; }

    /// <summary>What happens when everybody cools and no other group may serve. Default <see cref="AllCoolingBehavior.UseLeastBad"/>. Read from group and defaults.</summary>
    public AllCoolingBehavior? WhenAllCooling { get; set; }
}

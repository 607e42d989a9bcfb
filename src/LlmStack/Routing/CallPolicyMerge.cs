namespace LlmStack.Routing;

/// <summary>Lays the settings of a narrower place over those of a wider one.</summary>
internal static class CallPolicyMerge
{
    /// <summary>What <paramref name="over"/> leaves null is kept.</summary>
    public static CallPolicy With(this CallPolicy policy, CallPolicyOptions? over) => over is null ? policy : policy with
    {
        MaxAttempts = over.MaxAttempts ?? policy.MaxAttempts,
        MaxRetries = over.MaxRetries ?? policy.MaxRetries,
        RequestTimeout = over.RequestTimeout ?? policy.RequestTimeout,
        AttemptTimeout = over.AttemptTimeout ?? policy.AttemptTimeout,
        ConnectTimeout = over.ConnectTimeout ?? policy.ConnectTimeout,
        FirstTokenTimeout = over.FirstTokenTimeout ?? policy.FirstTokenTimeout,
        FirstTokenTimeoutIsDefault = over.FirstTokenTimeout is null && policy.FirstTokenTimeoutIsDefault,
        IdleTimeout = over.IdleTimeout ?? policy.IdleTimeout,
        BackoffInitial = over.BackoffInitial ?? policy.BackoffInitial,
        BackoffMax = over.BackoffMax ?? policy.BackoffMax,
        MaxRetryWait = over.MaxRetryWait ?? policy.MaxRetryWait,
        Errors = policy.Errors.With(over.Errors),
        Outcomes = OutcomeRules.Merge(policy.Outcomes, over),
        OnStreamLost = over.OnStreamLost ?? policy.OnStreamLost,
        QueueTimeout = over.QueueTimeout ?? policy.QueueTimeout,
        WhenAllCooling = over.WhenAllCooling ?? policy.WhenAllCooling,
        Cooldown = policy.Cooldown with
        {
            Enabled = over.CooldownEnabled ?? policy.Cooldown.Enabled,
            Duration = over.CooldownDuration ?? policy.Cooldown.Duration,
            LongDuration = over.CooldownLongDuration ?? policy.Cooldown.LongDuration,
            MaxDuration = over.CooldownMaxDuration ?? policy.Cooldown.MaxDuration,
            HalfOpenProbes = over.CooldownHalfOpenProbes ?? policy.Cooldown.HalfOpenProbes,
            SlowStart = over.CooldownSlowStart ?? policy.Cooldown.SlowStart,
            AllowedFailures = over.CooldownAllowedFailures ?? policy.Cooldown.AllowedFailures,
            FailureRatio = over.CooldownFailureRatio ?? policy.Cooldown.FailureRatio,
            MinimumAttempts = over.CooldownMinimumAttempts ?? policy.Cooldown.MinimumAttempts,
            Window = over.CooldownWindow ?? policy.Cooldown.Window,
        },
    };
}

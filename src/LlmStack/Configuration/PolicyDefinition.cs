namespace LlmStack.Configuration;

/// <summary>Whether two sets of call settings say the same.</summary>
internal static class PolicyDefinition
{
    public static bool AreEqual(CallPolicyOptions? a, CallPolicyOptions? b) => a is null || b is null ? ReferenceEquals(a, b) : Key(a).Equals(Key(b));

    private static object Key(CallPolicyOptions o) => (
        (o.MaxAttempts, o.MaxRetries, o.RequestTimeout, o.AttemptTimeout, o.FirstTokenTimeout, o.IdleTimeout, o.BackoffInitial, o.BackoffMax, o.MaxRetryWait),
        (o.CooldownEnabled, o.CooldownDuration, o.CooldownAllowedFailures, o.CooldownFailureRatio, o.CooldownMinimumAttempts, o.CooldownWindow, o.WhenAllCooling));
}

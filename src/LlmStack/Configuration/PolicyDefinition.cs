namespace LlmStack.Configuration;

/// <summary>Whether two sets of call settings say the same.</summary>
internal static class PolicyDefinition
{
    public static bool AreEqual(CallPolicyOptions? a, CallPolicyOptions? b) => a is null || b is null
        ? ReferenceEquals(a, b)
        : Key(a).Equals(Key(b))
            && Same(a.Errors, b.Errors, static rule => (rule.Retries, rule.Cool, rule.AllowedFailures, rule.FallBack))
            && Same(a.FinishReasons, b.FinishReasons, static kind => kind);

    private static bool Same<T, TKey>(Dictionary<string, T> a, Dictionary<string, T> b, Func<T, TKey> key) =>
        a.Count == b.Count && a.All(pair => b.TryGetValue(pair.Key, out T? other) && Equals(key(pair.Value), key(other)));

    private static object Key(CallPolicyOptions o) => (
        (o.MaxAttempts, o.MaxRetries, o.RequestTimeout, o.AttemptTimeout, o.FirstTokenTimeout, o.IdleTimeout, o.ConnectTimeout, o.BackoffInitial, o.BackoffMax, o.MaxRetryWait),
        (o.CooldownEnabled, o.CooldownDuration, o.CooldownAllowedFailures, o.CooldownFailureRatio, o.CooldownMinimumAttempts, o.CooldownWindow, o.WhenAllCooling),
        (o.CooldownLongDuration, o.CooldownMaxDuration, o.CooldownHalfOpenProbes, o.CooldownSlowStart, o.EmptyAnswer, o.OnStreamLost, o.QueueTimeout));
}

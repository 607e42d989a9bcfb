using System.Collections.Frozen;
using System.Globalization;

namespace LlmStack.Routing;

/// <summary>The settings of a call by name, as explanations show them.</summary>
internal static class SettingsInForce
{
    public static FrozenDictionary<string, string> Of(CallPolicy policy, RoutingOptions? routing)
    {
        CooldownPolicy cooldown = policy.Cooldown;
        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [nameof(CallPolicyOptions.MaxAttempts)] = Text(routing?.MaxAttempts ?? policy.MaxAttempts),
            [nameof(CallPolicyOptions.MaxRetries)] = Text(policy.MaxRetries),
            [nameof(CallPolicyOptions.RequestTimeout)] = Text(routing?.Deadline ?? policy.RequestTimeout),
            [nameof(CallPolicyOptions.AttemptTimeout)] = Text(policy.AttemptTimeout),
            [nameof(CallPolicyOptions.FirstTokenTimeout)] = Text(routing?.FirstTokenTimeout ?? policy.FirstTokenTimeout),
            [nameof(CallPolicyOptions.IdleTimeout)] = Text(routing?.IdleTimeout ?? policy.IdleTimeout),
            [nameof(CallPolicyOptions.BackoffInitial)] = Text(policy.BackoffInitial),
            [nameof(CallPolicy.BackoffFactor)] = policy.BackoffFactor.ToString(CultureInfo.InvariantCulture),
            [nameof(CallPolicyOptions.BackoffMax)] = Text(policy.BackoffMax),
            [nameof(CallPolicy.BackoffJitter)] = policy.BackoffJitter.ToString(CultureInfo.InvariantCulture),
            [nameof(CallPolicyOptions.MaxRetryWait)] = Text(policy.MaxRetryWait),
            [nameof(CallPolicyOptions.WhenAllCooling)] = policy.WhenAllCooling switch
            {
                AllCoolingBehavior.FailFast => nameof(AllCoolingBehavior.FailFast),
                AllCoolingBehavior.WaitUpTo => nameof(AllCoolingBehavior.WaitUpTo),
                _ => nameof(AllCoolingBehavior.UseLeastBad),
            },
            [nameof(CallPolicyOptions.CooldownEnabled)] = cooldown.Enabled ? "true" : "false",
            [nameof(CallPolicyOptions.CooldownDuration)] = Text(cooldown.Duration),
            [nameof(CallPolicyOptions.CooldownAllowedFailures)] = Text(cooldown.AllowedFailures),
            [nameof(CallPolicyOptions.CooldownFailureRatio)] = cooldown.FailureRatio.ToString(CultureInfo.InvariantCulture),
            [nameof(CallPolicyOptions.CooldownMinimumAttempts)] = Text(cooldown.MinimumAttempts),
            [nameof(CallPolicyOptions.CooldownWindow)] = Text(cooldown.Window),
        }.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Text(TimeSpan span) =>
        span == Timeout.InfiniteTimeSpan ? "none" : string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.###} s");
}

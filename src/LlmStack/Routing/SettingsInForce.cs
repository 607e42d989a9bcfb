using System.Collections.Frozen;
using System.Globalization;

namespace LlmStack.Routing;

/// <summary>The settings of a call by name, as explanations show them.</summary>
internal static class SettingsInForce
{
    public static FrozenDictionary<string, string> Of(CallPolicy policy, RoutingOptions? routing)
    {
        CooldownPolicy cooldown = policy.Cooldown;
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [nameof(CallPolicyOptions.MaxAttempts)] = Text(routing?.MaxAttempts ?? policy.MaxAttempts),
            [nameof(CallPolicyOptions.MaxRetries)] = Text(policy.MaxRetries),
            [nameof(CallPolicyOptions.RequestTimeout)] = Text(routing?.Deadline ?? policy.RequestTimeout),
            [nameof(CallPolicyOptions.AttemptTimeout)] = Text(routing?.AttemptTimeout ?? policy.AttemptTimeout),
            [nameof(CallPolicyOptions.ConnectTimeout)] = Text(routing?.ConnectTimeout ?? policy.ConnectTimeout),
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
            [nameof(CallPolicyOptions.CooldownEnabled)] = Text(cooldown.Enabled),
            [nameof(CallPolicyOptions.CooldownDuration)] = Text(cooldown.Duration),
            [nameof(CallPolicyOptions.CooldownLongDuration)] = Text(cooldown.LongDuration),
            [nameof(CallPolicyOptions.CooldownMaxDuration)] = Text(cooldown.MaxDuration),
            [nameof(CallPolicyOptions.CooldownHalfOpenProbes)] = Text(cooldown.HalfOpenProbes),
            [nameof(CallPolicyOptions.CooldownSlowStart)] = Text(cooldown.SlowStart),
            [nameof(CallPolicyOptions.QueueTimeout)] = Text(policy.QueueTimeout),
            [nameof(CallPolicyOptions.OnStreamLost)] = (routing?.OnStreamLost ?? policy.OnStreamLost) == StreamLossBehavior.Continue ? nameof(StreamLossBehavior.Continue) : nameof(StreamLossBehavior.Fail),
            [nameof(CallPolicyOptions.CooldownAllowedFailures)] = Text(cooldown.AllowedFailures),
            [nameof(CallPolicyOptions.CooldownFailureRatio)] = cooldown.FailureRatio.ToString(CultureInfo.InvariantCulture),
            [nameof(CallPolicyOptions.CooldownMinimumAttempts)] = Text(cooldown.MinimumAttempts),
            [nameof(CallPolicyOptions.CooldownWindow)] = Text(cooldown.Window),
        };
        for (LlmErrorKind kind = LlmErrorKind.Unknown; kind < LlmErrorKind.Cancelled; kind++)
        {
            if (policy.Errors[kind] is var rule && rule != default)
            {
                settings[$"{nameof(CallPolicyOptions.Errors)}:{ErrorKindTraits.NameOf(kind)}"] = Text(rule);
            }
        }

        return settings.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static string Text(ErrorRule rule)
    {
        var parts = new List<string>(4);
        Add("retries", rule.Retries?.ToString(CultureInfo.InvariantCulture));
        Add("cool", rule.Cool is { } cool ? Text(cool) : null);
        Add("allowed failures", rule.AllowedFailures?.ToString(CultureInfo.InvariantCulture));
        Add("fall back", rule.FallBack is { } fallBack ? Text(fallBack) : null);
        return string.Join(", ", parts);

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                parts.Add($"{name} {value}");
            }
        }
    }

    private static string Text(bool value) => value ? "true" : "false";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Text(TimeSpan span) =>
        span == Timeout.InfiniteTimeSpan ? "none" : string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.###} s");
}

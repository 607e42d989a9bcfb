using LlmStack.Routing;

namespace LlmStack.Configuration;

/// <summary>Checks the settings of calls.</summary>
internal static class PolicyValidation
{
    public static void Validate(string path, CallPolicyOptions? policy, OptionsProblems problems)
    {
        if (policy is null)
        {
            return;
        }

        problems.Between($"{path}:{nameof(policy.MaxAttempts)}", policy.MaxAttempts, 1, 100);
        problems.Between($"{path}:{nameof(policy.MaxRetries)}", policy.MaxRetries, 0, 100);
        problems.Positive($"{path}:{nameof(policy.RequestTimeout)}", policy.RequestTimeout);
        problems.Positive($"{path}:{nameof(policy.AttemptTimeout)}", policy.AttemptTimeout);
        problems.Positive($"{path}:{nameof(policy.ConnectTimeout)}", policy.ConnectTimeout);
        problems.Positive($"{path}:{nameof(policy.FirstTokenTimeout)}", policy.FirstTokenTimeout);
        problems.Positive($"{path}:{nameof(policy.IdleTimeout)}", policy.IdleTimeout);
        problems.NotNegative($"{path}:{nameof(policy.BackoffInitial)}", policy.BackoffInitial);
        problems.NotNegative($"{path}:{nameof(policy.BackoffMax)}", policy.BackoffMax);
        problems.NotNegative($"{path}:{nameof(policy.MaxRetryWait)}", policy.MaxRetryWait);
        TimeSpan initial = policy.BackoffInitial ?? CallPolicy.Default.BackoffInitial;
        if (policy.BackoffMax >= TimeSpan.Zero && policy.BackoffMax < initial)
        {
            problems.Add($"{path}:{nameof(policy.BackoffMax)}", policy.BackoffMax, $"not less than {nameof(policy.BackoffInitial)} ({initial})");
        }

        problems.Positive($"{path}:{nameof(policy.CooldownDuration)}", policy.CooldownDuration);
        problems.Positive($"{path}:{nameof(policy.CooldownWindow)}", policy.CooldownWindow);
        problems.AtLeast($"{path}:{nameof(policy.CooldownAllowedFailures)}", policy.CooldownAllowedFailures, 0);
        problems.AtLeast($"{path}:{nameof(policy.CooldownMinimumAttempts)}", policy.CooldownMinimumAttempts, 1);
        problems.Share($"{path}:{nameof(policy.CooldownFailureRatio)}", policy.CooldownFailureRatio);
        problems.Positive($"{path}:{nameof(policy.CooldownLongDuration)}", policy.CooldownLongDuration);
        problems.Positive($"{path}:{nameof(policy.CooldownMaxDuration)}", policy.CooldownMaxDuration);
        problems.Between($"{path}:{nameof(policy.CooldownHalfOpenProbes)}", policy.CooldownHalfOpenProbes, 1, 100);
        problems.NotNegative($"{path}:{nameof(policy.CooldownSlowStart)}", policy.CooldownSlowStart);
        problems.NotNegative($"{path}:{nameof(policy.QueueTimeout)}", policy.QueueTimeout);
        ErrorKinds(path, policy, problems);
        if (policy.OnStreamLost is { } loss && !Enum.IsDefined(loss))
        {
            problems.Add($"{path}:{nameof(policy.OnStreamLost)}", loss, string.Join(", ", Enum.GetNames<StreamLossBehavior>()));
        }

        if (policy.WhenAllCooling is { } behavior && !Enum.IsDefined(behavior))
        {
            problems.Add($"{path}:{nameof(policy.WhenAllCooling)}", behavior, string.Join(", ", Enum.GetNames<AllCoolingBehavior>()));
        }
    }

    /// <summary>Refuses on a deployment what is read only before one is picked.</summary>
    public static void RefuseOnDeployment(string path, CallPolicyOptions? policy, OptionsProblems problems)
    {
        foreach (string name in CallWideSettings.Of(policy))
        {
            problems.Say($"{path}:{name}", "is set on a deployment, where it has no effect; allowed: on a group or in Defaults, because it is about a whole request");
        }
    }

    private static void ErrorKinds(string path, CallPolicyOptions policy, OptionsProblems problems)
    {
        foreach ((string kind, ErrorKindOptions? rule) in policy.Errors)
        {
            string at = $"{path}:{nameof(policy.Errors)}:{kind}";
            KindNames.Check(at, kind, problems);
            problems.Between($"{at}:{nameof(rule.Retries)}", rule?.Retries, 0, 100);
            problems.AtLeast($"{at}:{nameof(rule.AllowedFailures)}", rule?.AllowedFailures, 0);
        }

        foreach ((string reason, string kind) in policy.FinishReasons)
        {
            KindNames.Check($"{path}:{nameof(policy.FinishReasons)}:{reason}", kind, problems);
        }

        if (policy.EmptyAnswer is { } empty)
        {
            KindNames.Check($"{path}:{nameof(policy.EmptyAnswer)}", empty, problems);
        }
    }
}

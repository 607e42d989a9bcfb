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
        if (policy.WhenAllCooling is { } behavior && !Enum.IsDefined(behavior))
        {
            problems.Add($"{path}:{nameof(policy.WhenAllCooling)}", behavior, string.Join(", ", Enum.GetNames<AllCoolingBehavior>()));
        }
    }
}

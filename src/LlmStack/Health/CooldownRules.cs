using LlmStack.Routing;

namespace LlmStack.Health;

/// <summary>Whether the failures in a window open a circuit.</summary>
internal static class CooldownRules
{
    /// <summary>A single member leaves by the ratio rule only after this many attempts in the window.</summary>
    public const int SingleMemberAttempts = 1000;

    /// <summary>Three of four of the last attempts: a deployment that fails every second time gets there once in thousands of attempts.</summary>
    private const double SuddenRatio = 0.75;

    /// <summary>So many failures of the kind are allowed, one more opens; 0 switches the rule off.</summary>
    public static bool CountRule(CooldownPolicy policy, ErrorRule rule, in FailureCounts counts) =>
        (rule.AllowedFailures ?? policy.AllowedFailures) is var allowed and > 0 && counts.OfKind > allowed;

    /// <summary>A share of failures opens, once there are enough attempts; 0 switches the rule off. Of the last attempts it takes more, so that chance does not open.</summary>
    public static bool RatioRule(CooldownPolicy policy, bool single, in FailureCounts counts) =>
        policy.FailureRatio > 0
        && counts.Attempts >= (single ? Math.Max(SingleMemberAttempts, policy.MinimumAttempts) : policy.MinimumAttempts)
        && (counts.Failures >= policy.FailureRatio * counts.Attempts || (!single && IsSuddenOutage(policy, counts.Recent)));

    private static bool IsSuddenOutage(CooldownPolicy policy, in RecentOutcomes recent) =>
        recent.Count == RecentOutcomes.Length && recent.Failures >= Math.Max(policy.FailureRatio, SuddenRatio) * RecentOutcomes.Length;
}

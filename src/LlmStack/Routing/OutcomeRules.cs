using System.Collections.Frozen;

namespace LlmStack.Routing;

/// <summary>Answers that count as failures: by their finish reason, or because they are empty.</summary>
internal sealed record OutcomeRules(FrozenDictionary<string, LlmErrorKind> FinishReasons, LlmErrorKind? EmptyAnswer)
{
    /// <summary>Lays the settings of a narrower place over these; null when nothing is set anywhere.</summary>
    public static OutcomeRules? Merge(OutcomeRules? rules, CallPolicyOptions over)
    {
        if (over.FinishReasons.Count == 0 && over.EmptyAnswer is null)
        {
            return rules;
        }

        Dictionary<string, LlmErrorKind> reasons = new(rules?.FinishReasons ?? FrozenDictionary<string, LlmErrorKind>.Empty, StringComparer.OrdinalIgnoreCase);
        foreach ((string reason, string kind) in over.FinishReasons)
        {
            reasons[reason] = Enum.Parse<LlmErrorKind>(kind, ignoreCase: true);
        }

        LlmErrorKind? empty = over.EmptyAnswer is { } name ? Enum.Parse<LlmErrorKind>(name, ignoreCase: true) : rules?.EmptyAnswer;
        return new OutcomeRules(reasons.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase), empty);
    }
}

namespace LlmStack.Routing;

/// <summary>
/// Which of several failed attempts gives the exception its kind: the one a person can do most about. First what is wrong with the
/// request, then with the credentials and the account, then with names and rights, then what waiting cures, and last what nobody can explain.
/// </summary>
internal static class ErrorRanking
{
    /// <summary>From the most actionable kind to the least.</summary>
    public static ReadOnlySpan<LlmErrorKind> Order =>
    [
        LlmErrorKind.InvalidRequest,
        LlmErrorKind.ContextWindowExceeded,
        LlmErrorKind.ContentPolicyViolation,
        LlmErrorKind.Configuration,
        LlmErrorKind.PolicyDenied,
        LlmErrorKind.Authentication,
        LlmErrorKind.QuotaExhausted,
        LlmErrorKind.BudgetExceeded,
        LlmErrorKind.PermissionDenied,
        LlmErrorKind.NotFound,
        LlmErrorKind.StreamInterrupted,
        LlmErrorKind.LimitExceeded,
        LlmErrorKind.RateLimited,
        LlmErrorKind.Overloaded,
        LlmErrorKind.Timeout,
        LlmErrorKind.ServerError,
        LlmErrorKind.InvalidResponse,
        LlmErrorKind.Network,
        LlmErrorKind.NoCandidate,
        LlmErrorKind.Unknown,
        LlmErrorKind.Cancelled,
    ];

    /// <summary>0 is the most actionable.</summary>
    public static int RankOf(LlmErrorKind kind) => Order.IndexOf(kind) is >= 0 and var rank ? rank : Order.Length;

    /// <summary>The failure to report: the more actionable of two, of equals the later.</summary>
    public static LlmException MostActionable(LlmException? earlier, LlmException later) =>
        earlier is null || RankOf(later.Kind) <= RankOf(earlier.Kind) ? later : earlier;
}

namespace LlmStack;

/// <summary>What follows from an error kind; one table, so that no later code looks at anything else.</summary>
internal static class ErrorKindTraits
{
    public static LlmRetryability RetryabilityOf(LlmErrorKind kind) => kind switch
    {
        LlmErrorKind.RateLimited or LlmErrorKind.Timeout or LlmErrorKind.Overloaded or LlmErrorKind.ServerError
            or LlmErrorKind.Network or LlmErrorKind.InvalidResponse or LlmErrorKind.Unknown => LlmRetryability.Transient,
        LlmErrorKind.Authentication or LlmErrorKind.PermissionDenied or LlmErrorKind.NotFound
            or LlmErrorKind.ContextWindowExceeded or LlmErrorKind.QuotaExhausted => LlmRetryability.Elsewhere,
        _ => LlmRetryability.Never,
    };

    public static LlmErrorScope ScopeOf(LlmErrorKind kind) => kind switch
    {
        LlmErrorKind.InvalidRequest or LlmErrorKind.ContextWindowExceeded or LlmErrorKind.ContentPolicyViolation => LlmErrorScope.Request,
        LlmErrorKind.Authentication or LlmErrorKind.QuotaExhausted => LlmErrorScope.Key,
        LlmErrorKind.LimitExceeded or LlmErrorKind.BudgetExceeded or LlmErrorKind.PolicyDenied
            or LlmErrorKind.Configuration or LlmErrorKind.Cancelled => LlmErrorScope.Caller,
        LlmErrorKind.NoCandidate => LlmErrorScope.Group,
        _ => LlmErrorScope.Deployment,
    };

    /// <summary>The kind's name without reflection, for logs, metrics and traces.</summary>
    public static string NameOf(LlmErrorKind kind) => kind switch
    {
        LlmErrorKind.InvalidRequest => nameof(LlmErrorKind.InvalidRequest),
        LlmErrorKind.Authentication => nameof(LlmErrorKind.Authentication),
        LlmErrorKind.PermissionDenied => nameof(LlmErrorKind.PermissionDenied),
        LlmErrorKind.NotFound => nameof(LlmErrorKind.NotFound),
        LlmErrorKind.ContextWindowExceeded => nameof(LlmErrorKind.ContextWindowExceeded),
        LlmErrorKind.ContentPolicyViolation => nameof(LlmErrorKind.ContentPolicyViolation),
        LlmErrorKind.RateLimited => nameof(LlmErrorKind.RateLimited),
        LlmErrorKind.QuotaExhausted => nameof(LlmErrorKind.QuotaExhausted),
        LlmErrorKind.Timeout => nameof(LlmErrorKind.Timeout),
        LlmErrorKind.Overloaded => nameof(LlmErrorKind.Overloaded),
        LlmErrorKind.ServerError => nameof(LlmErrorKind.ServerError),
        LlmErrorKind.Network => nameof(LlmErrorKind.Network),
        LlmErrorKind.InvalidResponse => nameof(LlmErrorKind.InvalidResponse),
        LlmErrorKind.StreamInterrupted => nameof(LlmErrorKind.StreamInterrupted),
        LlmErrorKind.NoCandidate => nameof(LlmErrorKind.NoCandidate),
        LlmErrorKind.LimitExceeded => nameof(LlmErrorKind.LimitExceeded),
        LlmErrorKind.BudgetExceeded => nameof(LlmErrorKind.BudgetExceeded),
        LlmErrorKind.PolicyDenied => nameof(LlmErrorKind.PolicyDenied),
        LlmErrorKind.Configuration => nameof(LlmErrorKind.Configuration),
        LlmErrorKind.Cancelled => nameof(LlmErrorKind.Cancelled),
        _ => nameof(LlmErrorKind.Unknown),
    };
}

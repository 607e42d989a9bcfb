namespace LlmStack;

/// <summary>What went wrong, decided once at the adapter. Everything later reads the kind, never a message.</summary>
public enum LlmErrorKind
{
    /// <summary>Not classified.</summary>
    Unknown = 0,

    /// <summary>The request itself is wrong; no deployment would accept it.</summary>
    InvalidRequest,

    /// <summary>The credential was refused (401).</summary>
    Authentication,

    /// <summary>The credential may not use this model, region or feature (403).</summary>
    PermissionDenied,

    /// <summary>The name, model or deployment does not exist (404, or unknown here).</summary>
    NotFound,

    /// <summary>The prompt is longer than the model's context window.</summary>
    ContextWindowExceeded,

    /// <summary>The provider refused the content. A refusal is not an outage: no fallback unless asked for.</summary>
    ContentPolicyViolation,

    /// <summary>Too many requests or tokens in the window (429).</summary>
    RateLimited,

    /// <summary>Credit, quota or billing is exhausted.</summary>
    QuotaExhausted,

    /// <summary>One of the timeouts passed.</summary>
    Timeout,

    /// <summary>The provider is overloaded or unavailable (503, 529).</summary>
    Overloaded,

    /// <summary>The provider failed (500, 502).</summary>
    ServerError,

    /// <summary>The connection failed or broke before anything was delivered.</summary>
    Network,

    /// <summary>The provider's answer could not be understood.</summary>
    InvalidResponse,

    /// <summary>A stream was lost after its first content; <see cref="LlmException.PartialText"/> has what arrived.</summary>
    StreamInterrupted,

    /// <summary>Every candidate was removed before a call; the message says what removed what.</summary>
    NoCandidate,

    /// <summary>A rate, token or concurrency limit of our own was reached.</summary>
    LimitExceeded,

    /// <summary>A budget of our own was reached.</summary>
    BudgetExceeded,

    /// <summary>A policy (region, data, permission) forbids the call.</summary>
    PolicyDenied,

    /// <summary>The configuration does not allow this call.</summary>
    Configuration,

    /// <summary>The caller cancelled; appears on attempts only.</summary>
    Cancelled,
}

using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack;

/// <summary>
/// The one exception of the library. <see cref="Kind"/> says what went wrong, <see cref="Route"/> lists the attempts made.
/// </summary>
/// <remarks>Messages carry no secrets and no content of prompts or answers.</remarks>
public sealed class LlmException : Exception
{
    /// <summary>Makes an exception whose retryability and scope follow from <paramref name="kind"/>.</summary>
    /// <param name="kind">What went wrong.</param>
    /// <param name="message">A message for a person; no secrets, no content.</param>
    /// <param name="innerException">The cause, or null.</param>
    public LlmException(LlmErrorKind kind, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        Kind = kind;
        Retryability = ErrorKindTraits.RetryabilityOf(kind);
        Scope = ErrorKindTraits.ScopeOf(kind);
    }

    /// <summary>What went wrong.</summary>
    public LlmErrorKind Kind { get; }

    /// <summary>Whether repeating can help; by default what the kind implies.</summary>
    public LlmRetryability Retryability { get; init; }

    /// <summary>Whom the failure concerns; by default what the kind implies.</summary>
    public LlmErrorScope Scope { get; init; }

    /// <summary>How long the provider, or our own limits, asked to wait; null when unknown.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The HTTP status, or null when there was no answer.</summary>
    public int? StatusCode { get; init; }

    /// <summary>The provider's own error code, unmapped; null when there was none.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>The provider's id of the request, for its support; null when there was none.</summary>
    public string? RequestId { get; init; }

    /// <summary>The name of the provider that failed; null when the failure is our own.</summary>
    public string? Provider { get; init; }

    /// <summary>What a stream had delivered before it was lost; null otherwise.</summary>
    public string? PartialText { get; init; }

    /// <summary>The usage known when a stream was lost; null when unknown.</summary>
    public UsageDetails? Usage { get; init; }

    /// <summary>The route of the failed call with every attempt; null when the failure came before routing.</summary>
    public CallRoute? Route { get; internal set; }
}

using System.Globalization;
using System.Text.RegularExpressions;

namespace LlmStack.Providers.Http;

/// <summary>Decides the kind of a failure: by status first, then code and type, then the message's words.</summary>
internal static partial class ErrorClassifier
{
    /// <summary>The kind of a refusal that came with an HTTP status of 300 or more.</summary>
    public static LlmErrorKind Classify(int status, in ErrorBody body) => status switch
    {
        401 => LlmErrorKind.Authentication,
        402 => LlmErrorKind.QuotaExhausted,
        403 => Forbidden(body),
        404 or 410 => LlmErrorKind.NotFound,
        408 or 504 => LlmErrorKind.Timeout,
        409 => Is(ErrorPatterns.ConflictCodes, body) || Has(body, "lock") || Has(body, "try again") ? LlmErrorKind.ServerError : BadRequest(body),
        413 => LlmErrorKind.ContextWindowExceeded,
        424 => LlmErrorKind.ServerError,
        // Cohere: a word that is not allowed; Groq: no capacity.
        498 => IsContent(body) ? LlmErrorKind.ContentPolicyViolation : LlmErrorKind.Overloaded,
        425 or 503 or 529 or (>= 520 and <= 524) => LlmErrorKind.Overloaded,
        429 => TooMany(body),

        // The server believes that we hung up; we did not, so something between us did.
        499 => LlmErrorKind.Network,
        501 => LlmErrorKind.InvalidRequest,
        >= 400 and < 500 => BadRequest(body),
        >= 500 => Server(body),
        >= 300 => LlmErrorKind.InvalidResponse,
        _ => InBand(body),
    };

    /// <summary>The kind of an error object inside a successful answer or a stream.</summary>
    public static LlmErrorKind InBand(in ErrorBody body)
    {
        if (int.TryParse(body.Code, NumberStyles.None, CultureInfo.InvariantCulture, out int status) && status is >= 400 and < 600)
        {
            return Classify(status, body);
        }

        LlmErrorKind kind = BadRequest(body);
        if (kind != LlmErrorKind.InvalidRequest)
        {
            return kind;
        }

        if (Is(ErrorPatterns.RateCodes, body))
        {
            return TooMany(body);
        }

        return Is(ErrorPatterns.OverloadCodes, body) ? LlmErrorKind.Overloaded
            : Is(ErrorPatterns.TimeoutCodes, body) ? LlmErrorKind.Timeout
            : Is(ErrorPatterns.HangUpCodes, body) ? LlmErrorKind.Network
            : Is(ErrorPatterns.RequestCodes, body) ? LlmErrorKind.InvalidRequest
            : ErrorPatterns.ContainsAny(ErrorPatterns.OverloadTexts, body.Message) ? LlmErrorKind.Overloaded
            : LlmErrorKind.ServerError;
    }

    /// <summary>Whether repeating can help, where the body or <c>x-should-retry</c> knows better than the kind.</summary>
    public static LlmRetryability RetryabilityOf(LlmErrorKind kind, in ErrorBody body, bool? shouldRetry)
    {
        LlmRetryability usual = ErrorKindTraits.RetryabilityOf(kind);
        if (shouldRetry == true)
        {
            return LlmRetryability.Transient;
        }

        if (shouldRetry == false && usual == LlmRetryability.Transient)
        {
            return LlmRetryability.Elsewhere;
        }

        bool unsupported = kind == LlmErrorKind.InvalidRequest && (Is(ErrorPatterns.UnsupportedCodes, body) || Has(body, "not supported by provider"));
        return unsupported ? LlmRetryability.Elsewhere : usual;
    }

    private static LlmErrorKind BadRequest(in ErrorBody body)
    {
        if (IsContent(body))
        {
            return LlmErrorKind.ContentPolicyViolation;
        }

        if (IsContext(body))
        {
            return LlmErrorKind.ContextWindowExceeded;
        }

        if (IsQuota(body))
        {
            return LlmErrorKind.QuotaExhausted;
        }

        if (Is(ErrorPatterns.KeyCodes, body) || ErrorPatterns.ContainsAny(ErrorPatterns.KeyTexts, body.Message))
        {
            return LlmErrorKind.Authentication;
        }

        // Bedrock: the model is there, but only under the name of an inference profile.
        if (Is(ErrorPatterns.MissingCodes, body) || Has(body, "on-demand throughput"))
        {
            return LlmErrorKind.NotFound;
        }

        if (Is(ErrorPatterns.PermissionCodes, body))
        {
            return LlmErrorKind.PermissionDenied;
        }

        // Groq: the model wrote a tool call that could not be read; asking again usually helps.
        return Is(["tool_use_failed"], body) ? LlmErrorKind.InvalidResponse : LlmErrorKind.InvalidRequest;
    }

    private static LlmErrorKind Forbidden(in ErrorBody body) =>
        IsContent(body) ? LlmErrorKind.ContentPolicyViolation
        : IsContext(body) ? LlmErrorKind.ContextWindowExceeded
        : IsQuota(body) ? LlmErrorKind.QuotaExhausted
        : Is(ErrorPatterns.KeyCodes, body) ? LlmErrorKind.Authentication
        : LlmErrorKind.PermissionDenied;

    private static LlmErrorKind TooMany(in ErrorBody body)
    {
        // Google's text speaks of quota and billing for every limit; the exhausted quota's name is exact.
        if (body.Reason is { } quota && ErrorPatterns.IsMinuteQuota(quota) && !Has(body, "limit: 0"))
        {
            return LlmErrorKind.RateLimited;
        }

        // Cohere: a trial key has a limit for the minute, which passes, and one for the month.
        if (Has(body, "trial key") && Has(body, "minute"))
        {
            return LlmErrorKind.RateLimited;
        }

        if (IsQuota(body))
        {
            return LlmErrorKind.QuotaExhausted;
        }

        // A request that alone is larger than the limit never succeeds here, however long one waits.
        if (body.Message is { } message && RequestTooLarge().Match(message) is { Success: true } match
            && long.TryParse(match.Groups["limit"].ValueSpan, NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out long limit)
            && long.TryParse(match.Groups["requested"].ValueSpan, NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out long requested)
            && requested > limit)
        {
            return LlmErrorKind.ContextWindowExceeded;
        }

        return Is(ErrorPatterns.OverloadCodes, body) || ErrorPatterns.ContainsAny(ErrorPatterns.OverloadTexts, body.Message)
            ? LlmErrorKind.Overloaded
            : LlmErrorKind.RateLimited;
    }

    private static LlmErrorKind Server(in ErrorBody body) =>
        IsContext(body) ? LlmErrorKind.ContextWindowExceeded
        : Is(ErrorPatterns.OverloadCodes, body) ? LlmErrorKind.Overloaded
        : LlmErrorKind.ServerError;

    private static bool IsContent(in ErrorBody body) =>
        (Is(ErrorPatterns.ContentCodes, body) && !IsPlainInvalidPrompt(body)) || ErrorPatterns.ContainsAny(ErrorPatterns.ContentTexts, body.Message);

    private static bool IsPlainInvalidPrompt(in ErrorBody body) =>
        string.Equals(body.Code, "invalid_prompt", StringComparison.OrdinalIgnoreCase) && !Has(body, "flagged") && !Has(body, "policy") && !Has(body, "safety");

    private static bool IsContext(in ErrorBody body) => Is(ErrorPatterns.ContextCodes, body) || ErrorPatterns.IsContextText(body.Message);

    private static bool IsQuota(in ErrorBody body) =>
        Is(ErrorPatterns.QuotaCodes, body) || (body.Reason is { } quota && ErrorPatterns.IsDailyQuota(quota)) || ErrorPatterns.ContainsAny(ErrorPatterns.QuotaTexts, body.Message);

    private static bool Is(string[] codes, in ErrorBody body) =>
        ErrorPatterns.IsAny(codes, body.Code) || ErrorPatterns.IsAny(codes, body.Type) || ErrorPatterns.IsAny(codes, body.Reason);

    private static bool Has(in ErrorBody body, string text) => body.Message?.Contains(text, StringComparison.OrdinalIgnoreCase) == true;

    [GeneratedRegex(@"limit:?\s*(?<limit>[\d,]+).{0,40}?requested:?\s*(?<requested>[\d,]+)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex RequestTooLarge();
}

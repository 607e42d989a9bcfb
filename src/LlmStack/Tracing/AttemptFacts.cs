using LlmStack.Routing;

namespace LlmStack.Tracing;

/// <summary>What a span tells of the attempt it stands for.</summary>
/// <param name="Deployment">Whose attempt it was.</param>
/// <param name="Error">The kind of failure; null when it succeeded.</param>
/// <param name="Role">Why it was made.</param>
/// <param name="StatusCode">The HTTP status, or null.</param>
/// <param name="WaitMilliseconds">How long was waited before it.</param>
/// <param name="MayHaveBeenBilled">Whether a failed one may have been billed.</param>
/// <param name="Credential">How much of it was fetching a secret.</param>
/// <param name="Connect">How much of it was opening a connection.</param>
/// <param name="Number">Which of the call's attempts it was, from 1; 0 when that is not known.</param>
internal readonly record struct AttemptFacts(string Deployment, LlmErrorKind? Error, AttemptRole Role, int? StatusCode, long WaitMilliseconds, bool MayHaveBeenBilled, TimeSpan Credential, TimeSpan Connect, int Number)
{
    /// <summary>Null when the span stands for none.</summary>
    public static AttemptFacts? Of(SpanRecord record)
    {
        if (record.Replayed is { } replayed)
        {
            return replayed.Attempt;
        }

        return record.Attempt is { } attempt
            ? new AttemptFacts(attempt.Deployment, attempt.Error, attempt.Role, attempt.StatusCode, (long)attempt.Wait.TotalMilliseconds, attempt.MayHaveBeenBilled, attempt.Credential, attempt.Connect, NumberOf(record, attempt))
            : null;
    }

    /// <summary>What the call or attempt failed of, cancellation included; null when it succeeded or is none.</summary>
    public static LlmErrorKind? FailureOf(SpanRecord record)
    {
        if (record.ErrorKind is { } kind)
        {
            return kind;
        }

        // A call that its only attempt ended stands for that attempt.
        return Of(record) is { } facts ? facts.Error : record.Route?.WrittenAttempts is [.., var last] ? last.Error : null;
    }

    /// <summary>The same parts of a call that its first attempt served; nothing where attempts have spans of their own.</summary>
    public static (TimeSpan Credential, TimeSpan Connect) PartsOf(SpanRecord record) =>
        record.Replayed is { } replayed ? (replayed.Credential, replayed.Connect)
        : record is { Attempt: null, Route: { WrittenAttempts: null } route } ? (route.CredentialTime, route.ConnectTime)
        : default;

    private static int NumberOf(SpanRecord record, RouteAttempt attempt)
    {
        CallRoute? route = record.Route ?? (record.Parent is { } parent && parent.Version == record.ParentVersion ? parent.Route : null);
        return (route?.WrittenAttempts?.IndexOf(attempt) ?? -1) + 1;
    }
}

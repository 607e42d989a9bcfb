using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using LlmStack.Providers.Http;

namespace LlmStack.Providers.ChatClient;

/// <summary>Finds the kind of exceptions that other people's clients throw, without reflection.</summary>
internal static partial class ForeignErrors
{
    /// <summary>How many exceptions inside each other are looked at.</summary>
    private const int MaxDepth = 5;

    public static Exception Translate(Exception error, string provider, AttemptReport report, CancellationToken cancellationToken)
    {
        if (error is LlmException)
        {
            return error;
        }

        if (cancellationToken.IsCancellationRequested)
        {
            return error is OperationCanceledException own && own.CancellationToken == cancellationToken ? own : new OperationCanceledException("The call was cancelled.", error, cancellationToken);
        }

        int? status = StatusOf(error);
        LlmErrorKind kind = status is { } known ? ErrorClassifier.Classify(known, new ErrorBody(error.Message, null, null, null, null)) : KindOf(error);
        report.StatusCode ??= status;
        report.RequestSent |= status is not null || kind is LlmErrorKind.Timeout or LlmErrorKind.InvalidResponse;
        string named = status is null ? "" : $" {status.Value.ToString(CultureInfo.InvariantCulture)}";
        return new LlmException(kind, $"Provider '{provider}' failed with{named} {error.GetType().Name}; the inner exception has the details.", error)
        {
            Provider = provider,
            StatusCode = status,
            RetryAfter = status is 429 or 503 ? RetryAfterParser.FromMessage(error.Message) : null,
        };
    }

    private static LlmErrorKind KindOf(Exception error) => error switch
    {
        OperationCanceledException or TimeoutException => LlmErrorKind.Timeout,
        HttpRequestException or IOException or System.Net.Sockets.SocketException => LlmErrorKind.Network,
        JsonException or FormatException => LlmErrorKind.InvalidResponse,
        ArgumentException or InvalidOperationException or NotSupportedException => LlmErrorKind.InvalidRequest,
        _ => LlmErrorKind.Unknown,
    };

    /// <summary>
    /// The status that the exception carries, or as a last resort the one that vendors' clients write into messages; of one that wraps
    /// others, what those say: a refusal that is told as a failed connection is still a refusal.
    /// </summary>
    private static int? StatusOf(Exception error)
    {
        int? status = null;
        Exception? at = error;
        for (int depth = 0; at is not null && status is null && depth < MaxDepth; depth++, at = at.InnerException)
        {
            status = OwnStatusOf(at);
        }

        return status;
    }

    private static int? OwnStatusOf(Exception error)
    {
        if (error is HttpRequestException { StatusCode: { } code })
        {
            return (int)code;
        }

        if (error is OperationCanceledException or HttpRequestException or ArgumentException)
        {
            return null;
        }

        Match match = StatusText().Match(error.Message);
        return match.Success ? int.Parse(match.Groups["status"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : null;
    }

    [GeneratedRegex(@"\b(?:HTTP|Status(?:\s+code)?:?|StatusCode:?)\s*\(?(?<status>[45]\d\d)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex StatusText();
}

using System.Text;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Http;

/// <summary>Makes the exception of a refusal: short, and without secrets.</summary>
internal static class ErrorFactory
{
    private const int MaxMessage = 300;

    /// <summary>An answer with an error status.</summary>
    public static LlmException FromStatus(string provider, HttpResponseMessage response, in ErrorBody body, AttemptReport report, string? secret, DateTimeOffset now)
    {
        int status = (int)response.StatusCode;
        LlmErrorKind kind = report.ErrorPatterns?.Find(provider, status, body.Words) ?? ErrorClassifier.Classify(status, body);
        TimeSpan? wait = RetryAfterParser.FromHeaders(response.Headers, now) ?? RetryAfterOf(body);
        bool? shouldRetry = null;
        if (response.Headers.NonValidated.TryGetValues("x-should-retry", out var values))
        {
            string value = values.ToString();
            shouldRetry = value.Equals("true", StringComparison.OrdinalIgnoreCase) ? true : value.Equals("false", StringComparison.OrdinalIgnoreCase) ? false : null;
        }

        return Make(provider, kind, $"answered {status}", body, report, secret, wait, shouldRetry);
    }

    /// <summary>An error object inside an answer that looked successful.</summary>
    public static LlmException FromBody(string provider, in ErrorBody body, AttemptReport report, string? secret) =>
        Make(provider, report.ErrorPatterns?.FindInBand(provider, report.StatusCode, body.Words) ?? ErrorClassifier.InBand(body), "answered an error", body, report, secret, RetryAfterOf(body), null);

    public static LlmException Invalid(string provider, AttemptReport report, string what, Exception? inner = null) =>
        new(LlmErrorKind.InvalidResponse, $"Provider '{provider}' {what}", inner)
        {
            Provider = provider,
            StatusCode = report.StatusCode,
            RequestId = report.RequestId,
        };

    /// <summary>A wish that a format cannot carry: found before anything is sent.</summary>
    public static LlmException Unsupported(string message) => new(LlmErrorKind.InvalidRequest, message);

    /// <summary>A stream that ended although the format's terminal event had not come.</summary>
    public static LlmException Truncated(string provider, AttemptReport report, UsageDetails? usage) =>
        new(LlmErrorKind.Network, $"Provider '{provider}' ended the stream without its terminal event.")
        {
            Provider = provider,
            StatusCode = report.StatusCode,
            RequestId = report.RequestId,
            Usage = usage,
        };

    /// <summary>An answer that ended with a word that stands for a failure.</summary>
    public static LlmException Ended(string provider, LlmErrorKind kind, string? raw, AttemptReport report) =>
        new(kind, $"Provider '{provider}' ended the generation with '{raw}'.")
        {
            Provider = provider,
            StatusCode = report.StatusCode,
            RequestId = report.RequestId,
            ErrorCode = raw,
        };

    /// <summary>Shortens, takes out line breaks and masks the key when a provider repeats it.</summary>
    public static string Clean(string message, string? secret)
    {
        if (secret is { Length: >= 4 })
        {
            message = message.Replace(secret, "***", StringComparison.Ordinal);
        }

        var text = new StringBuilder(Math.Min(message.Length, MaxMessage + 1));
        foreach (char c in message)
        {
            if (text.Length >= MaxMessage)
            {
                text.Append('…');
                break;
            }

            bool space = char.IsControl(c) || c == ' ';
            if (!space)
            {
                text.Append(c);
            }
            else if (text.Length > 0 && text[^1] != ' ')
            {
                text.Append(' ');
            }
        }

        return text.ToString().TrimEnd();
    }

    private static LlmException Make(string provider, LlmErrorKind kind, string what, in ErrorBody body, AttemptReport report, string? secret, TimeSpan? wait, bool? shouldRetry)
    {
        string? code = body.Reason ?? body.Code ?? body.Type;
        code = code is null ? null : Clean(code, secret);
        string message = body.Message is null ? "" : ": " + Clean(body.Message, secret);
        string named = code is null ? "" : $" ({code})";
        return new LlmException(kind, $"Provider '{provider}' {what}{named}{message}")
        {
            Provider = provider,
            StatusCode = report.StatusCode,
            RequestId = report.RequestId ?? body.RequestId,
            ErrorCode = code,
            RetryAfter = wait,
            Retryability = ErrorClassifier.RetryabilityOf(kind, body, shouldRetry),
        };
    }

    private static TimeSpan? RetryAfterOf(in ErrorBody body)
    {
        TimeSpan? wait = body.RetryDelay is { } delay ? WireDuration.ParseGo(delay) : null;
        wait ??= body.Message is { } message ? RetryAfterParser.FromMessage(message) : null;
        return wait > TimeSpan.Zero ? wait : null;
    }
}

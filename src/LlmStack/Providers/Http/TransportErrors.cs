using System.Security.Authentication;
using Polly.CircuitBreaker;
using Polly.RateLimiting;
using Polly.Timeout;

namespace LlmStack.Providers.Http;

/// <summary>Turns what the transport throws into our kinds.</summary>
internal static class TransportErrors
{
    /// <summary>The exception to throw instead of <paramref name="error"/>.</summary>
    public static Exception Translate(Exception error, string provider, AttemptReport report, CancellationToken cancellationToken)
    {
        if (error is LlmException)
        {
            return error;
        }

        if (cancellationToken.IsCancellationRequested)
        {
            return error is OperationCanceledException own && own.CancellationToken == cancellationToken
                ? own
                : new OperationCanceledException("The call was cancelled.", error, cancellationToken);
        }

        (LlmErrorKind kind, string what) = error switch
        {
            BrokenStreamException broken => (broken.Kind, "sent " + broken.Message),
            OperationCanceledException or TimeoutException or TimeoutRejectedException => (LlmErrorKind.Timeout, "did not answer in time"),
            BrokenCircuitException => (LlmErrorKind.Overloaded, "is cut off by a circuit breaker of the HTTP client"),
            RateLimiterRejectedException => (LlmErrorKind.Overloaded, "is held back by a rate limiter of the HTTP client"),
            HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => (LlmErrorKind.Network, "could not be found by name"),
            HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => (LlmErrorKind.Network, "could not be connected to"),
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => (LlmErrorKind.Network, "could not be connected to securely"),
            HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded } => (LlmErrorKind.InvalidResponse, "exceeded a limit of the HTTP client"),
            HttpRequestException or IOException or AuthenticationException or System.Net.Sockets.SocketException or ObjectDisposedException
                => (LlmErrorKind.Network, "lost the connection"),
            InvalidDataException => (LlmErrorKind.Network, "sent compressed data that is cut or broken"),
            _ => (LlmErrorKind.Unknown, "failed"),
        };
        return new LlmException(kind, $"Provider '{provider}' {what}.", error)
        {
            Provider = provider,
            StatusCode = report.StatusCode,
            RequestId = report.RequestId,
        };
    }
}

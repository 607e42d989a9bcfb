using System.Net;

namespace LlmStack.Langfuse;

/// <summary>
/// Notes on a request whether one of its tries ended without the server having said what became of it. Within a request the HTTP client tries
/// several times, and the last answer alone would hide that an earlier try may have been taken.
/// </summary>
internal sealed class TryWitness : DelegatingHandler
{
    private static readonly HttpRequestOptionsKey<bool> Key = new("LlmStack.Uncertain");

    public static bool Saw(HttpRequestMessage request, HttpStatusCode status) => IsUncertain(status) || Saw(request);

    public static bool Saw(HttpRequestMessage request, Exception exception) => IsUncertain(exception) || Saw(request);

    /// <summary>Whether the server may have a request that was cancelled: not when no try was under way and none before had an unclear end.</summary>
    public static bool MayHaveArrived(HttpRequestMessage request) => !request.Options.TryGetValue(Key, out bool saw) || saw;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (!request.Options.TryGetValue(Key, out _))
        {
            request.Options.Set(Key, false);
        }

        try
        {
            HttpResponseMessage response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
            if (IsUncertain(response.StatusCode))
            {
                request.Options.Set(Key, true);
            }

            return response;
        }
        catch (Exception exception) when (IsUncertain(exception))
        {
            request.Options.Set(Key, true);
            throw;
        }
    }

    private static bool Saw(HttpRequestMessage request) => request.Options.TryGetValue(Key, out bool saw) && saw;

    /// <summary>A server that fails may fail behind the queue; 503 is said before anything is taken.</summary>
    private static bool IsUncertain(HttpStatusCode status) => (int)status is 408 or (>= 500 and not 503);

    /// <summary>Without a connection nothing was sent.</summary>
    private static bool IsUncertain(Exception exception) => exception is not HttpRequestException
    {
        HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError,
    };
}

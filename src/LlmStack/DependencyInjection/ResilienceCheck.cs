using LlmStack.Diagnostics;
using LlmStack.Routing;
using Microsoft.Extensions.Logging;

namespace LlmStack.DependencyInjection;

/// <summary>Looks for a second owner of retries in the handlers of providers.</summary>
internal static class ResilienceCheck
{
    private const string ResilienceHandler = "ResilienceHandler";

    public static void Warn(IHttpMessageHandlerFactory http, RoutingSnapshot snapshot, ILogger logger)
    {
        foreach (ProviderEntry provider in snapshot.Providers.Values)
        {
            // Providers in process have no handlers of ours.
            if (provider.Endpoint is not null && Find(http.CreateHandler(ProviderHttp.ClientName(provider.Name))) is { } handler)
            {
                LogMessages.RetryingHandler(logger, provider.Name, handler);
            }
        }
    }

    public static string? Find(HttpMessageHandler? handler)
    {
        while (handler is DelegatingHandler delegating)
        {
            string name = delegating.GetType().Name;
            if (name.Contains(ResilienceHandler, StringComparison.Ordinal))
            {
                return name;
            }

            handler = delegating.InnerHandler;
        }

        return null;
    }
}

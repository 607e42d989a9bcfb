using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Options;

namespace LlmStack.DependencyInjection;

/// <summary>Sets up the HTTP client of every provider, also of those that only the configuration knows: by the prefix of its name.</summary>
internal sealed class ProviderHttp(ProviderHttpSettings providers) : IConfigureNamedOptions<HttpClientFactoryOptions>
{
    private const string Prefix = "LlmStack.Provider.";

    /// <summary>Lower case, because names of providers are compared without regard to case and names of clients with.</summary>
    public static string ClientName(string provider) => Prefix + provider.ToLowerInvariant();

    public void Configure(HttpClientFactoryOptions options) => Configure(Options.DefaultName, options);

    public void Configure(string? name, HttpClientFactoryOptions options)
    {
        if (name is null || !name.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return;
        }

        // The builder's methods know how to remove loggers and resilience; they write to a collection, which is replayed here.
        var recorded = new ServiceCollection();
        Set(recorded.AddHttpClient(name), name[Prefix.Length..]);
        foreach (ServiceDescriptor descriptor in recorded)
        {
            if (descriptor is { IsKeyedService: false, ImplementationInstance: IConfigureNamedOptions<HttpClientFactoryOptions> step })
            {
                step.Configure(name, options);
            }
        }
    }

    private void Set(IHttpClientBuilder builder, string provider)
    {
        builder.RemoveAllLoggers();
        builder.SetHandlerLifetime(Timeout.InfiniteTimeSpan);
        builder.ConfigurePrimaryHttpMessageHandler(() => Handler(provider));
#pragma warning disable EXTEXP0001 // The only supported way to keep host-wide retries off: the request path is the one owner of retries.
        builder.RemoveAllResilienceHandlers();
#pragma warning restore EXTEXP0001
    }

    private SocketsHttpHandler Handler(string provider)
    {
        ProviderOptions settings = providers[provider];
        return new SocketsHttpHandler
        {
            // Each attempt has its own limit on connecting; a shorter one here would end it early. What no attempt waits for any more
            // is given up by the handler after a few seconds.
            ConnectTimeout = Timeout.InfiniteTimeSpan,
            PooledConnectionLifetime = settings.PooledConnectionLifetime,
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2),
            AutomaticDecompression = DecompressionMethods.All,
            AllowAutoRedirect = false,
            UseCookies = false,
            EnableMultipleHttp2Connections = true,

            // Vendors get no trace headers.
            ActivityHeadersPropagator = null,
        };
    }
}

using System.Net;
using LlmStack.Catalog;
using LlmStack.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LlmStack.DependencyInjection;

/// <summary>The model catalogue and what keeps it fresh.</summary>
internal static class CatalogServices
{
    private const string HttpClientName = "LlmStack.Catalog";

    public static void Add(IServiceCollection services)
    {
        services.TryAddSingleton<ModelCatalog>();
        services.AddHttpClient(HttpClientName).RemoveAllLoggers().ConfigurePrimaryHttpMessageHandler(static () => new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(10),
            AutomaticDecompression = DecompressionMethods.All,
            UseCookies = false,
            ActivityHeadersPropagator = null,
        });
        services.TryAddSingleton(static provider =>
        {
            CatalogOptions options = provider.GetRequiredService<IOptions<LlmStackOptions>>().Value.Catalog;
            TimeProvider time = provider.GetRequiredService<TimeProvider>();
            IHttpMessageHandlerFactory http = provider.GetRequiredService<IHttpMessageHandlerFactory>();
            var source = new CatalogSource(options.Source!, options.Timeout, () => new HttpMessageInvoker(http.CreateHandler(HttpClientName), disposeHandler: false), time);
            return new CatalogRefresher(
                provider.GetRequiredService<ModelCatalog>(),
                source,
                options.Interval,
                provider.GetRequiredService<SnapshotReloader>(),
                time,
                provider.GetRequiredService<ILogger<CatalogRefresher>>());
        });
    }

    /// <summary>Begins to read the source, if there is one.</summary>
    public static void Start(IServiceProvider services)
    {
        if (services.GetRequiredService<IOptions<LlmStackOptions>>().Value.Catalog.Source is not null)
        {
            services.GetRequiredService<CatalogRefresher>().Start();
        }
    }
}

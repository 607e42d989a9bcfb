using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Polly;

namespace LlmStack.DependencyInjection;

/// <summary>A client for small idempotent batches of our own: retries by Microsoft.Extensions.Http.Resilience are its whole resilience.</summary>
internal static class DeliveryHttp
{
    /// <param name="services">The services.</param>
    /// <param name="name">The client's name.</param>
    /// <param name="timeoutOf">The time for one request.</param>
    /// <returns>The client's builder; handlers added to it see each single try.</returns>
    public static IHttpClientBuilder Add(IServiceCollection services, string name, Func<LlmStackOptions, TimeSpan> timeoutOf)
    {
        IHttpClientBuilder builder = services.AddHttpClient(name);
        builder.RemoveAllLoggers();
        builder.SetHandlerLifetime(Timeout.InfiniteTimeSpan);
        builder.ConfigureHttpClient(static client => client.Timeout = Timeout.InfiniteTimeSpan);
        builder.ConfigurePrimaryHttpMessageHandler(static () => new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            AutomaticDecompression = DecompressionMethods.All,

            // What authorises a request is for its address alone.
            AllowAutoRedirect = false,
            UseCookies = false,

            // Our own requests must not appear in the traces we ship.
            ActivityHeadersPropagator = null,
        });
#pragma warning disable EXTEXP0001 // A host-wide resilience handler around this one would multiply its retries.
        builder.RemoveAllResilienceHandlers();
#pragma warning restore EXTEXP0001
        builder.AddResilienceHandler(name, (pipeline, context) =>
        {
            TimeSpan attempt = Within(timeoutOf(context.ServiceProvider.GetRequiredService<IOptions<LlmStackOptions>>().Value));

            // The sender says once what is wrong; a warning for each try of each batch would bury that line.
            pipeline.ConfigureTelemetry(NullLoggerFactory.Instance);
            pipeline.AddTimeout(Within(attempt * 4));

            // Quick ones only: who must deliver keeps a batch and tries again by itself.
            pipeline.AddRetry(new HttpRetryStrategyOptions { MaxRetryAttempts = 2, Delay = TimeSpan.FromSeconds(0.5) });
            pipeline.AddTimeout(attempt);
        });
        return builder;
    }

    /// <summary>Polly refuses timeouts below 10 ms and above a day.</summary>
    private static TimeSpan Within(TimeSpan timeout) =>
        timeout < TimeSpan.FromMilliseconds(10) ? TimeSpan.FromMilliseconds(10) : timeout > TimeSpan.FromDays(1) ? TimeSpan.FromDays(1) : timeout;
}

using System.Net;
using LlmStack.Langfuse;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Polly;

namespace LlmStack.DependencyInjection;

/// <summary>The client of the trace sink: small idempotent batches, so retries by Microsoft.Extensions.Http.Resilience are its whole resilience.</summary>
internal static class LangfuseHttp
{
    public static void Add(IServiceCollection services)
    {
        IHttpClientBuilder builder = services.AddHttpClient(LangfuseTraceSink.HttpClientName);
        builder.RemoveAllLoggers();
        builder.SetHandlerLifetime(Timeout.InfiniteTimeSpan);
        builder.ConfigureHttpClient(static client => client.Timeout = Timeout.InfiniteTimeSpan);
        builder.ConfigurePrimaryHttpMessageHandler(static () => new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            AutomaticDecompression = DecompressionMethods.All,
            AllowAutoRedirect = false,
            UseCookies = false,

            // The sink's own requests must not appear in the traces it ships.
            ActivityHeadersPropagator = null,
        });
#pragma warning disable EXTEXP0001 // A host-wide resilience handler around this one would multiply its retries.
        builder.RemoveAllResilienceHandlers();
#pragma warning restore EXTEXP0001
        builder.AddResilienceHandler("LlmStack.Langfuse", static (pipeline, context) =>
        {
            TimeSpan attempt = context.ServiceProvider.GetRequiredService<IOptions<LlmStackOptions>>().Value.Langfuse.RequestTimeout;

            // The sink says once what is wrong; a warning for each try of each batch would bury that line.
            pipeline.ConfigureTelemetry(NullLoggerFactory.Instance);
            pipeline.AddTimeout(attempt * 4);

            // Quick ones only: the sink keeps a batch and tries again by itself for as long as MaxRetryAge.
            pipeline.AddRetry(new HttpRetryStrategyOptions { MaxRetryAttempts = 2, Delay = TimeSpan.FromSeconds(0.5) });
            pipeline.AddTimeout(attempt);
        });
        builder.AddHttpMessageHandler(static () => new TryWitness());
    }
}

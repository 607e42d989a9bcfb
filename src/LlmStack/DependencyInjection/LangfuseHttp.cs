using System.Net;
using LlmStack.Langfuse;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Options;

namespace LlmStack.DependencyInjection;

/// <summary>The client of the trace sink: small idempotent batches, so the standard handler is its whole resilience.</summary>
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
        builder.AddStandardResilienceHandler().Configure(static (HttpStandardResilienceOptions resilience, IServiceProvider provider) =>
        {
            TimeSpan attempt = provider.GetRequiredService<IOptions<LlmStackOptions>>().Value.Langfuse.RequestTimeout;
            resilience.AttemptTimeout.Timeout = attempt;

            // The handler's own rules: the total exceeds an attempt, the breaker samples at least two.
            resilience.TotalRequestTimeout.Timeout = attempt * 4;
            resilience.CircuitBreaker.SamplingDuration = TimeSpan.FromTicks(Math.Max(resilience.CircuitBreaker.SamplingDuration.Ticks, attempt.Ticks * 2));
        });
    }
}

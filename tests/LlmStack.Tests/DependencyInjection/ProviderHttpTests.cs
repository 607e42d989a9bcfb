using System.Net;
using LlmStack.DependencyInjection;
using LlmStack.Langfuse;
using LlmStack.Tests.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Polly;

namespace LlmStack.Tests.DependencyInjection;

public sealed class ProviderHttpTests
{
    [Fact]
    public void The_handler_is_set_up_for_model_calls_also_for_providers_of_the_configuration()
    {
        using ServiceProvider services = Stack.Build(configuration: Stack.Json("""{ "Providers": { "Mine": { "Endpoint": "http://127.0.0.1:1/v1", "PooledConnectionLifetime": "00:01:00" } } }"""));
        List<HttpMessageHandler> chain = Chain(services, ProviderHttp.ClientName("mine"));
        var primary = Assert.IsType<SocketsHttpHandler>(chain[^1]);
        Assert.Equal((Timeout.InfiniteTimeSpan, TimeSpan.FromMinutes(1)), (primary.ConnectTimeout, primary.PooledConnectionLifetime));
        Assert.Null(primary.ActivityHeadersPropagator);
        Assert.False(primary.AllowAutoRedirect);
        Assert.False(primary.UseCookies);
        Assert.True(primary.EnableMultipleHttp2Connections);
        Assert.Equal(DecompressionMethods.All, primary.AutomaticDecompression);
        Assert.DoesNotContain(chain, static handler => handler.GetType().Name.Contains("Logging", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Host_wide_retries_are_kept_away_from_providers(bool before)
    {
        using ServiceProvider services = Stack.Build(
            llm =>
            {
                llm.AddOpenAICompatible("p", "http://127.0.0.1:1/v1");
                Add(llm.Services, !before);
            },
            services: collection => Add(collection, before));
        Assert.NotNull(ResilienceCheck.Find(Handler(services, "other")));
        Assert.Null(ResilienceCheck.Find(Handler(services, ProviderHttp.ClientName("p"))));
        Assert.Single(Chain(services, LangfuseTraceSink.HttpClientName), static handler => handler is ResilienceHandler);

        static void Add(IServiceCollection collection, bool now)
        {
            if (now)
            {
                collection.ConfigureHttpClientDefaults(static http => http.AddStandardResilienceHandler());
            }
        }
    }

    [Fact]
    public async Task A_users_resilience_handler_is_kept_and_warned_of_at_start()
    {
        var logs = new FakeLogCollector();
        using ServiceProvider services = Stack.Build(
            llm => llm.AddOpenAICompatible("p", "http://127.0.0.1:1/v1").AddProvider("P", provider => provider.ConfigureHttpClient(http => http.AddResilienceHandler("mine", static pipeline => pipeline.AddTimeout(TimeSpan.FromSeconds(5))))),
            services: collection => collection.AddLogging(logging => logging.AddProvider(new FakeLoggerProvider(logs))));
        LlmStackHostedService hosted = services.GetServices<Microsoft.Extensions.Hosting.IHostedService>().OfType<LlmStackHostedService>().Single();
        await hosted.StartingAsync(CancellationToken.None);
        FakeLogRecord warning = Assert.Single(logs.GetSnapshot(), static record => record.Id.Id == 1003);
        Assert.Contains("provider p contains a ResilienceHandler", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Handlers_of_code_come_after_ours_and_other_clients_are_left_alone()
    {
        using ServiceProvider services = Stack.Build(llm => llm
            .AddOpenAICompatible("p", "http://127.0.0.1:1/v1")
            .AddProvider("p", provider => provider.ConfigureHttpClient(http => http.AddHttpMessageHandler(static () => new Marker()))));
        Assert.Contains(Chain(services, ProviderHttp.ClientName("p")), static handler => handler is Marker);
        Assert.Contains(Chain(services, "other"), static handler => handler.GetType().Name.Contains("Logging", StringComparison.Ordinal));
    }

    [Fact]
    public void The_client_of_langfuse_has_one_resilience_handler_and_no_time_limit_of_its_own()
    {
        using ServiceProvider services = Stack.Build(llm => llm.AddLangfuse(langfuse => langfuse.RequestTimeout = TimeSpan.FromMinutes(2)));
        using HttpClient client = services.GetRequiredService<IHttpClientFactory>().CreateClient(LangfuseTraceSink.HttpClientName);
        Assert.Equal(Timeout.InfiniteTimeSpan, client.Timeout);
        List<HttpMessageHandler> chain = Chain(services, LangfuseTraceSink.HttpClientName);
        Assert.Single(chain, static handler => handler is ResilienceHandler);
        Assert.Null(Assert.IsType<SocketsHttpHandler>(chain[^1]).ActivityHeadersPropagator);
    }

    private static HttpMessageHandler Handler(IServiceProvider services, string name)
    {
        _ = services.Snapshot();
        return services.GetRequiredService<IHttpMessageHandlerFactory>().CreateHandler(name);
    }

    private static List<HttpMessageHandler> Chain(IServiceProvider services, string name)
    {
        List<HttpMessageHandler> chain = [];
        for (HttpMessageHandler? handler = Handler(services, name); handler is not null; handler = (handler as DelegatingHandler)?.InnerHandler)
        {
            chain.Add(handler);
        }

        return chain;
    }

    private sealed class Marker : DelegatingHandler;
}

using System.Diagnostics.Metrics;
using LlmStack.Calls;
using LlmStack.Diagnostics.Events;
using LlmStack.Limits.Ledger;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LlmStack.DependencyInjection;

/// <summary>The ledger, and who is told of events.</summary>
internal static class LedgerServices
{
    public static void Add(IServiceCollection services)
    {
        services.TryAddSingleton<ILedgerStore>(static provider => new MemoryLedger(provider.GetRequiredService<IOptions<LlmStackOptions>>().Value.Ledger.MaxRows));
        services.TryAddSingleton(static provider => new UsageLedger(
            provider.GetRequiredService<IOptions<LlmStackOptions>>().Value.Ledger.Enabled ? provider.GetRequiredService<ILedgerStore>() : null));
        services.TryAddSingleton<IUsageLedger>(static provider => provider.GetRequiredService<UsageLedger>());
        services.TryAddSingleton<AttemptLedger>();
        services.TryAddSingleton<OpenAttemptEstimate>();
        DeliveryHttp.Add(services, WebhookNotifier.HttpClientName, static options => options.Events.Webhook.RequestTimeout);
        services.TryAddSingleton(static provider => new WebhookNotifier(
            provider.GetRequiredService<IOptions<LlmStackOptions>>().Value.Events.Webhook,
            new HttpMessageInvoker(provider.GetRequiredService<IHttpMessageHandlerFactory>().CreateHandler(WebhookNotifier.HttpClientName), disposeHandler: false),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<WebhookNotifier>>()));
        services.TryAddSingleton(static provider => new SinkWatch(
            provider.GetRequiredService<LlmEventSource>(),
            provider.GetRequiredService<ActiveSinks>().All,
            provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(Events);
        services.TryAddSingleton<ILlmEvents>(static provider => provider.GetRequiredService<LlmEventSource>());
    }

    /// <summary>Begins to watch the sinks, and opens the ledger's store.</summary>
    public static void Start(IServiceProvider services)
    {
        _ = services.GetRequiredService<SinkWatch>();
        _ = services.GetRequiredService<UsageLedger>();
    }

    private static LlmEventSource Events(IServiceProvider provider)
    {
        var events = new LlmEventSource(
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<LlmEventSource>>(),
            provider.GetService<IMeterFactory>());
        if (provider.GetRequiredService<IOptions<LlmStackOptions>>().Value.Events.Webhook.Url is not null)
        {
            // Made before the source, so that it is disposed after it, with everything that was told.
            WebhookNotifier webhook = provider.GetRequiredService<WebhookNotifier>();
            webhook.Dropped = events.CountDropped;
            events.Subscribe(webhook);
        }

        return events;
    }
}

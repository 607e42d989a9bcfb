using System.Diagnostics.Metrics;
using LlmStack.Calls;
using LlmStack.Calls.Plans;
using LlmStack.Configuration;
using LlmStack.Diagnostics;
using LlmStack.Diagnostics.Events;
using LlmStack.Health;
using LlmStack.Langfuse;
using LlmStack.Limits;
using LlmStack.Routing;
using LlmStack.Routing.Strategies;
using LlmStack.Tracing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LlmStack.DependencyInjection;

/// <summary>Wires the rooms: every service of the library, each a singleton.</summary>
internal static class ServiceRegistration
{
    public static void Add(IServiceCollection services)
    {
        foreach (ServiceDescriptor descriptor in services)
        {
            if (descriptor.ServiceType == typeof(LlmStackRegistrations))
            {
                return;
            }
        }

        services.AddSingleton(new LlmStackRegistrations());
        services.AddLogging();
        services.AddMetrics();
        services.AddOptions();
        services.TryAddSingleton(TimeProvider.System);
        AddOptions(services);
        AddHttp(services);
        AddRouting(services);
        AddTracing(services);
        AddCalls(services);
        LedgerServices.Add(services);
        services.AddSingleton<IHostedService, LlmStackHostedService>();
    }

    private static void AddOptions(IServiceCollection services)
    {
        services.TryAddSingleton<ConfigurationSource>();
        services.TryAddSingleton<ConfigurationChangeSource>();
        services.TryAddSingleton<IEnvironment, ConfigurationEnvironment>();
        services.TryAddSingleton<ProviderFormats>();

        // In this order: what comes later wins, and what code adds comes after both.
        services.AddSingleton<IConfigureOptions<LlmStackOptions>, EnvironmentOptions>();
        services.AddSingleton<IConfigureOptions<LlmStackOptions>, ConfigurationOptionsBinder>();
        services.AddSingleton<IPostConfigureOptions<LlmStackOptions>, EnvironmentOptions>();
        services.AddSingleton<RuntimeChanges>();
        services.AddSingleton<IPostConfigureOptions<LlmStackOptions>>(static provider => provider.GetRequiredService<RuntimeChanges>());
        services.AddSingleton<IValidateOptions<LlmStackOptions>, LlmStackOptionsValidator>();
    }

    private static void AddHttp(IServiceCollection services)
    {
        services.AddHttpClient();
        services.TryAddSingleton<ProviderHttpSettings>();
        LangfuseHttp.Add(services);

        // After the first named client: the factory inserts host-wide defaults before that one, so ours, which undo them, run later.
        services.AddSingleton<IConfigureOptions<HttpClientFactoryOptions>, ProviderHttp>();
    }

    private static void AddRouting(IServiceCollection services)
    {
        services.TryAddSingleton<IRandomSource>(static provider =>
            (provider.GetRequiredService<IOptions<LlmStackOptions>>().Value.Seed, provider.GetRequiredService<TimeProvider>()) switch
            {
                ({ } seed, _) => new SeededRandomSource(seed),

                // Who brings a clock of his own wants to repeat what happened.
                (_, var time) when time != TimeProvider.System => SeededRandomSource.FromClock(time),
                _ => new ThreadRandomSource(),
            });
        services.TryAddSingleton<DeploymentRegistry>();
        services.TryAddSingleton<ICooldownExchange>(NoCooldownExchange.Instance);
        services.TryAddSingleton<IPinExchange>(NoPinExchange.Instance);
        services.TryAddSingleton<HealthTracker>();
        services.TryAddSingleton<IAdmission, DeploymentAdmission>();
        services.TryAddSingleton<ITokenEstimator, TokenEstimator>();
        services.TryAddSingleton(static provider => new StrategyResolver(
            provider,
            static (name, options, services) => StrategyTable.TryCreate(name, services.GetRequiredService<TimeProvider>(), options, services.GetRequiredService<QualityBook>())));
        services.AddSingleton<QualityBook>();
        services.AddSingleton<IScoreObserver>(static provider => provider.GetRequiredService<QualityObserver>());
        services.AddSingleton<QualityObserver>();
        CatalogServices.Add(services);
        LimitServices.Add(services);
        services.TryAddSingleton<ProviderEntries>();
        services.TryAddSingleton<SnapshotBuilder>();
        services.TryAddSingleton<SnapshotReloader>();
        services.TryAddSingleton<IRouterConfiguration>(static provider => provider.GetRequiredService<SnapshotReloader>());
        services.TryAddSingleton<AffinityStore>();
        services.TryAddSingleton<SemanticExampleStore>();
        services.TryAddSingleton(static provider => provider.GetRequiredService<SnapshotReloader>().Source);
        services.TryAddSingleton<LikelyOutput>();
        services.TryAddSingleton(static provider => new RoutingEngine(
            provider.GetServices<IRoutingFilter>(),
            provider.GetRequiredService<IAdmission>(),
            provider.GetRequiredService<HealthTracker>(),
            provider.GetRequiredService<IRandomSource>(),
            provider.GetRequiredService<ITokenEstimator>()));
    }

    private static void AddTracing(IServiceCollection services)
    {
        services.TryAddSingleton(static provider => new LangfuseMetrics(provider.GetService<IMeterFactory>()));
        services.TryAddSingleton(static provider => CreateSink(provider, provider.GetRequiredService<IOptions<LlmStackOptions>>().Value.Langfuse));
        services.TryAddSingleton(static provider => new LangfuseSinks(
            provider.GetRequiredService<IOptions<LlmStackOptions>>().Value.Langfuse,
            langfuse => CreateSink(provider, langfuse),
            provider.GetService<LangfuseProjectResolver>()?.Resolve,
            provider.GetRequiredService<LangfuseMetrics>(),
            provider.GetRequiredService<ILogger<LangfuseTraceSink>>()));
        services.TryAddSingleton<ActiveSinks>();
        services.TryAddSingleton(static provider =>
        {
            LlmStackOptions options = provider.GetRequiredService<IOptions<LlmStackOptions>>().Value;

            // Ids of two processes must not collide, so only a seed that was asked for makes them repeatable.
            return new LlmTracer(
                provider.GetRequiredService<ActiveSinks>().All,
                provider.GetServices<IScoreObserver>(),
                options.Tracing,
                provider.GetRequiredService<TimeProvider>(),
                options.Seed is null ? null : provider.GetRequiredService<IRandomSource>(),
                provider.GetRequiredService<ILogger<LlmTracer>>(),
                provider.GetService<IMeterFactory>());
        });
        services.TryAddSingleton<ILlmTracer>(static provider => provider.GetRequiredService<LlmTracer>());
    }

    private static LangfuseTraceSink CreateSink(IServiceProvider provider, LangfuseOptions langfuse) => new(
        langfuse,
        provider.GetRequiredService<IOptions<LlmStackOptions>>().Value.Tracing,
        provider.GetRequiredService<IHttpClientFactory>(),
        provider.GetRequiredService<TimeProvider>(),
        provider.GetRequiredService<ILogger<LangfuseTraceSink>>(),
        provider.GetRequiredService<LangfuseMetrics>(),
        provider.GetRequiredService<IRandomSource>());

    private static void AddCalls(IServiceCollection services)
    {
        services.TryAddSingleton(static provider => new CallMetrics(provider.GetService<IMeterFactory>()));
        services.TryAddSingleton(static provider => new DeploymentMetrics(provider.GetService<IMeterFactory>(), provider.GetRequiredService<SnapshotSource>()));
        services.TryAddSingleton(static provider =>
        {
            // Nobody calls it: it answers when its instruments are read.
            provider.GetRequiredService<DeploymentMetrics>();
            return new CallTelemetry(
                provider.GetRequiredService<ILogger<CallTelemetry>>(),
                provider.GetRequiredService<CallMetrics>(),
                provider.GetRequiredService<HealthTracker>(),
                provider.GetRequiredService<LlmEventSource>(),
                provider.GetRequiredService<IOptions<LlmStackOptions>>().Value.RecentCalls);
        });
        services.TryAddSingleton<ProviderProbe>();
        services.TryAddSingleton<ActiveProbes>();
        services.TryAddSingleton<CallTrace>();
        services.TryAddSingleton<CallPreparation>();
        services.TryAddSingleton<CallPlanner>();
        services.TryAddSingleton<AttemptAccounting>();
        services.TryAddSingleton<AttemptQueue>();
        services.TryAddSingleton<AttemptInvoker>();
        services.TryAddSingleton<ParallelAttempts>();
        services.TryAddSingleton<BackgroundCalls>();
        services.TryAddSingleton<Mirrors>();
        services.TryAddSingleton<Cascades>();
        services.TryAddSingleton<SharedRoutes>();
        services.TryAddSingleton<SharedCalls>();
        services.TryAddSingleton<SharedStreams>();
        services.TryAddSingleton<AttemptLoop>();
        services.TryAddSingleton<CallAccounting>();
        services.TryAddSingleton<CallRunner>();
        services.TryAddSingleton<StreamRecovery>();
        services.TryAddSingleton<StreamRunner>();
        services.TryAddSingleton<ILlmRouter, LlmRouter>();
        services.TryAddSingleton<ILlmClient, LlmClient>();
    }
}

using LlmStack.Benchmarks.Canned;
using LlmStack.Langfuse;
using LlmStack.Providers;
using LlmStack.Routing;
using LlmStack.Tracing;
using Microsoft.Extensions.DependencyInjection;

namespace LlmStack.Benchmarks.Subjects;

/// <summary>LlmStack in a container of its own, as an application registers it, with the network replaced where a benchmark asks for it.</summary>
internal sealed class LlmStackHost : IDisposable
{
    public const string Provider = "openai";
    public const string ChatGroup = "fast";
    public const string EmbeddingGroup = "embed";

    private readonly ServiceProvider _services;
    private readonly WireFormat _format;

    private LlmStackHost(ServiceProvider services, WireFormat format)
    {
        _format = format;
        _services = services;
        Client = services.GetRequiredService<ILlmClient>();
    }

    public ILlmClient Client { get; }

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    /// <summary>One provider with two deployments behind one group each for chat and embeddings.</summary>
    public static LlmStackHost Create(LlmStackSetup setup) => new(Services(setup).BuildServiceProvider(), setup.Format);

    /// <summary>The registrations alone, for whoever times the building of the container.</summary>
    public static IServiceCollection Services(LlmStackSetup setup)
    {
        var services = new ServiceCollection();
        services.AddLlmStack(llm => Configure(llm, setup));
        if (setup.TraceHandler is { } traces)
        {
            services.AddHttpClient(LangfuseTraceSink.HttpClientName).ConfigurePrimaryHttpMessageHandler(() => traces);
        }

        return services;
    }

    /// <summary>The adapter alone, as the request path calls it.</summary>
    public PlainProvider Plain() => new(Get<SnapshotSource>().Current.Providers[Provider], _format);

    /// <summary>Waits until every span is delivered; anything else would make the numbers too good.</summary>
    public void Flush()
    {
        FlushResult result = Get<ILlmTracer>().FlushAsync(TimeSpan.FromSeconds(60)).AsTask().GetAwaiter().GetResult();
        if (!result.IsComplete)
        {
            throw new InvalidOperationException($"Not every span arrived: {result}.");
        }
    }

    public void Dispose() => _services.DisposeAsync().AsTask().GetAwaiter().GetResult();

    private static void Configure(ILlmStackBuilder llm, LlmStackSetup setup)
    {
        llm.AddProvider(Provider, provider =>
        {
            provider.Options.Type = setup.Format.Type;
            provider.Options.Endpoint = (setup.Address ?? setup.Format.Address).ToString();
            provider.Options.ApiKey = Conversation.ApiKey;
            if (setup.Handler is { } handler)
            {
                provider.ConfigureHttpClient(http => http.ConfigurePrimaryHttpMessageHandler(() => handler));
            }
        });
        if (setup.Groups is { } groups)
        {
            groups(llm);
        }
        else
        {
            llm.AddModelGroup(ChatGroup, group => group
                .AddDeployment($"{Provider}/{setup.Format.ChatModel}", deployment => deployment.Weight = 3)
                .AddDeployment($"{Provider}/{setup.Format.ChatModel}", static deployment =>
                {
                    deployment.Id = "second";
                    deployment.Weight = 1;
                }));
            llm.AddModelGroup(EmbeddingGroup, group => group.AddDeployment($"{Provider}/{setup.Format.EmbeddingModel}"));
        }

        if (setup.Traced)
        {
            llm.AddLangfuse(langfuse =>
            {
                langfuse.PublicKey = "pk-lf-benchmark";
                langfuse.SecretKey = "sk-lf-benchmark";
                langfuse.BaseUrl = (setup.TraceAddress ?? new Uri("https://langfuse.example")).ToString();
                langfuse.Gzip = setup.Gzip;
                langfuse.MaxQueuedSpans = 65_536;
                langfuse.MaxQueuedBytes = 512L * 1024 * 1024;
                langfuse.Spool.Directory = setup.Spool;
            });
        }
        else
        {
            llm.Configure(static options => options.Tracing.Enabled = false);
        }
    }
}

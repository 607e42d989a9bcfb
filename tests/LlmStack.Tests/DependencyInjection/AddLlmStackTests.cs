using LlmStack.Configuration;
using LlmStack.DependencyInjection;
using LlmStack.Diagnostics;
using LlmStack.Routing;
using LlmStack.Tests.Configuration;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using NSubstitute;

namespace LlmStack.Tests.DependencyInjection;

public sealed class AddLlmStackTests
{
    private const string Fast = """{ "DefaultChatModel": "fast", "Providers": { "p": { "Endpoint": "http://127.0.0.1:1/v1" } }, "ModelGroups": { "fast": { "Deployments": { "a": { "Model": "p/m" } } } } }""";

    [Fact]
    public void Everything_resolves_without_configuration()
    {
        using ServiceProvider services = Stack.Build();
        Assert.Null(services.GetService<IConfiguration>());
        Assert.NotNull(services.GetRequiredService<ILlmClient>());
        Assert.Same(services.GetRequiredService<LlmTracer>(), services.GetRequiredService<ILlmTracer>());
        Assert.NotNull(services.GetRequiredService<CallTelemetry>());
        Assert.NotNull(services.GetRequiredService<RoutingEngine>());
        Assert.NotNull(services.GetRequiredService<ProviderProbe>());
        Assert.Same(TimeProvider.System, services.GetRequiredService<TimeProvider>());
    }

    [Fact]
    public void Repeated_calls_add_nothing()
    {
        var once = new ServiceCollection();
        once.AddLlmStack(llm => llm.AddModelGroup("fast", static group => group.AddDeployment("p/m")));
        int count = once.Count;
        once.AddLlmStack();
        once.AddLlmStack(static _ => { });
        Assert.Equal(count, once.Count);
    }

    [Fact]
    public void Groups_of_code_have_keyed_clients_and_no_other_key_has()
    {
        using ServiceProvider services = Stack.Build(llm => llm
            .AddOpenAICompatible("p", "http://127.0.0.1:1/v1")
            .AddModelGroup("fast", group => group.AddDeployment("p/m")));
        Assert.NotNull(services.GetRequiredKeyedService<IChatClient>("fast"));
        Assert.NotNull(services.GetRequiredKeyedService<IEmbeddingGenerator<string, Embedding<float>>>("fast"));
        Assert.Same(services.GetRequiredKeyedService<IChatClient>("fast"), services.GetRequiredKeyedService<IChatClient>("fast"));
        Assert.Null(services.GetKeyedService<IChatClient>("other"));
        Assert.Null(services.GetService<IChatClient>());
        Assert.Null(services.GetService<IEmbeddingGenerator<string, Embedding<float>>>());
    }

    [Fact]
    public void Groups_of_the_hosts_configuration_have_keyed_clients()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddJsonStream(Stack.Stream(Fast));
        builder.Services.AddSingleton<IEnvironment>(new FakeEnvironment());
        builder.Services.AddLlmStack();
        using IHost host = builder.Build();
        Assert.NotNull(host.Services.GetRequiredKeyedService<IChatClient>("fast"));
        Assert.NotNull(host.Services.GetRequiredService<IChatClient>());
        Assert.Null(host.Services.GetService<IEmbeddingGenerator<string, Embedding<float>>>());
        Assert.Equal(builder.Environment.EnvironmentName, host.Services.Snapshot().Environment);
    }

    [Fact]
    public void Groups_of_a_given_configuration_have_keyed_clients()
    {
        var collection = new ServiceCollection();
        collection.AddLlmStack(Stack.Json(Fast));
        using ServiceProvider services = collection.BuildServiceProvider();
        Assert.NotNull(services.GetRequiredKeyedService<IChatClient>("fast"));
        Assert.NotNull(services.GetRequiredService<IChatClient>());
    }

    [Fact]
    public void Default_models_of_code_do_not_replace_the_applications_own_client()
    {
        IChatClient own = Substitute.For<IChatClient>();
        using ServiceProvider services = Stack.Build(
            llm => llm.AddOpenAICompatible("p", "http://127.0.0.1:1/v1").UseDefaultChatModel("p/m").UseDefaultEmbeddingModel("p/e"),
            services: collection => collection.AddSingleton(own));
        Assert.Same(own, services.GetRequiredService<IChatClient>());
        Assert.NotNull(services.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>());
        Assert.Equal(("p/m", "p/e"), (services.Options().DefaultChatModel, services.Options().DefaultEmbeddingModel));
    }

    [Fact]
    public async Task Both_ways_of_disposing_work()
    {
        ServiceProvider first = Resolve();
        first.Dispose();
        first.Dispose();
        ServiceProvider second = Resolve();
        await second.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));

        static ServiceProvider Resolve()
        {
            ServiceProvider services = Stack.Build(llm => llm.AddOpenAICompatible("p", "http://127.0.0.1:1/v1").AddModelGroup("fast", group => group.AddDeployment("p/m")));
            _ = services.GetRequiredService<ILlmClient>();
            _ = services.GetRequiredKeyedService<IChatClient>("fast");
            return services;
        }
    }

    [Fact]
    public void A_seed_makes_chance_repeatable()
    {
        Assert.Equal(Draw(7), Draw(7));
        Assert.NotEqual(Draw(7), Draw(8));

        static int[] Draw(ulong seed)
        {
            using ServiceProvider services = Stack.Build(llm => llm.Configure(options => options.Seed = seed));
            IRandomSource random = services.GetRequiredService<IRandomSource>();
            return [.. Enumerable.Range(0, 8).Select(_ => random.NextInt32(1000))];
        }
    }

    [Fact]
    public void Sinks_are_added_in_both_ways_and_by_type_once()
    {
        ITraceSink instance = Substitute.For<ITraceSink>();
        using ServiceProvider services = Stack.Build(llm => llm.AddSink(instance).AddSink<CountingSink>().AddSink<CountingSink>());
        IReadOnlyList<ITraceSink> sinks = services.GetRequiredService<ActiveSinks>().All;
        Assert.Equal(2, sinks.Count);
        Assert.Contains(instance, sinks);
        Assert.Single(sinks.OfType<CountingSink>());
    }

    [Fact]
    public void A_builder_without_AddLlmStack_says_what_to_call()
    {
        var builder = Substitute.For<ILlmStackBuilder>();
        builder.Services.Returns(new ServiceCollection());
        Assert.Contains("AddLlmStack()", Assert.Throws<InvalidOperationException>(() => builder.AddOpenAI()).Message, StringComparison.Ordinal);
    }

    private sealed class CountingSink : ITraceSink
    {
        public void Emit(in SpanData span)
        {
        }

        public void Emit(in ScoreData score)
        {
        }

        public ValueTask<FlushResult> FlushAsync(TimeSpan timeout, CancellationToken cancellationToken = default) => new(new FlushResult(0, 0, 0, null));
    }
}

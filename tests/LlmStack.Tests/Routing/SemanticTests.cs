using LlmStack.Configuration;
using LlmStack.Providers;
using LlmStack.Routing;
using LlmStack.Tests.Calls;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace LlmStack.Tests.Routing;

public class SemanticTests
{
    private static CallHarness Harness(WordEmbeddings embeddings) => new(
        llm =>
        {
            llm.AddProvider("e", p => p.UseProvider(_ => embeddings));
            llm.AddModelGroup("embed", g => g.AddDeployment("e/v", static d => { d.Region = "eu"; d.TrainsOnData = false; }));
            llm.AddModelGroup("g", g => g
                .AddDeployment("a/code")
                .AddDeployment("b/chat")
                .UseStrategy(RoutingStrategy.Semantic, static o =>
                {
                    o.EmbeddingModel = "embed";
                    o.Threshold = 0.6;
                    o.DefaultPool = "chat";
                    o.Pools["code"] = new PoolOptions { Use = ["a"], Examples = ["write code", "fix the bug"] };
                    o.Pools["chat"] = new PoolOptions { Use = ["b"], Examples = ["tell a story"] };
                }));
        },
        "a",
        "b");

    [Fact]
    public async Task The_nearest_example_chooses_the_pool_and_examples_are_embedded_once()
    {
        var embeddings = new WordEmbeddings();
        using CallHarness h = Harness(embeddings);
        CallRoute code = (await h.Client.ChatAsync("g", "please fix the bug")).GetRoute()!;
        Assert.Equal(("a/code", "code"), (code.Deployment, code.Pool));
        Assert.Equal("b/chat", (await h.Client.ChatAsync("g", "tell a story")).GetRoute()!.Deployment);
        CallRoute unknown = (await h.Client.ChatAsync("g", "something else entirely")).GetRoute()!;
        Assert.Equal(("b/chat", "chat"), (unknown.Deployment, unknown.Pool));
        Assert.Equal([3, 1, 1, 1], embeddings.Batches);
    }

    [Fact]
    public async Task A_reload_keeps_the_examples_vectors_until_they_or_their_model_change()
    {
        var embeddings = new WordEmbeddings();
        using CallHarness h = Harness(embeddings);
        await h.Client.ChatAsync("g", "fix the bug");

        h.Get<SnapshotReloader>().Reload();
        await h.Client.ChatAsync("g", "fix the bug");
        Change(h, o => o.Pools["code"].Threshold = 0.9);
        Assert.Equal("code", (await h.Client.ChatAsync("g", "fix the bug")).GetRoute()!.Pool);
        Assert.Equal([3, 1, 1, 1], embeddings.Batches);

        Change(h, o => o.Pools["chat"] = new PoolOptions { Use = ["b"], Examples = ["tell a story", "fix the story"] });
        Assert.Equal("chat", (await h.Client.ChatAsync("g", "fix the story")).GetRoute()!.Pool);
        Assert.Equal([3, 1, 1, 1, 4, 1], embeddings.Batches);

        h.Router.SetDeployment("embed", "e/v", new DeploymentOptions { Model = "e/v2", TrainsOnData = false });
        await h.Client.ChatAsync("g", "fix the bug");
        Assert.Equal([3, 1, 1, 1, 4, 1, 4, 1], embeddings.Batches);
        Assert.Equal(1, h.Get<SemanticExampleStore>().Count);
        h.Router.RemoveGroup("g");
        Assert.Equal(0, h.Get<SemanticExampleStore>().Count);
    }

    private static void Change(CallHarness h, Action<StrategyOptions> change)
    {
        var group = new ModelGroupOptions { Strategy = "Semantic", Deployments = { ["a"] = new DeploymentOptions { Model = "a/code" }, ["b"] = new DeploymentOptions { Model = "b/chat" } } };
        group.StrategyOptions.EmbeddingModel = "embed";
        group.StrategyOptions.Threshold = 0.6;
        group.StrategyOptions.DefaultPool = "chat";
        group.StrategyOptions.Pools["code"] = new PoolOptions { Use = ["a"], Examples = ["write code", "fix the bug"] };
        group.StrategyOptions.Pools["chat"] = new PoolOptions { Use = ["b"], Examples = ["tell a story"] };
        change(group.StrategyOptions);
        h.Router.SetGroup("g", group);
    }

    [Fact]
    public async Task A_failing_embedding_loses_no_call()
    {
        var embeddings = new WordEmbeddings { Fails = true };
        using CallHarness h = Harness(embeddings);
        Assert.Equal("b/chat", (await h.Client.ChatAsync("g", "fix the bug")).GetRoute()!.Deployment);
        Assert.Equal("b/chat", (await h.Client.ChatAsync("g", "fix the bug")).GetRoute()!.Deployment);
        int asked = embeddings.Batches.Count;
        embeddings.Fails = false;
        h.Time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal("a/code", (await h.Client.ChatAsync("g", "fix the bug")).GetRoute()!.Deployment);
        Assert.True(asked < 20);
    }

    [Fact]
    public async Task The_policy_of_the_call_binds_its_embedding()
    {
        var embeddings = new WordEmbeddings();
        using CallHarness h = Harness(embeddings);
        await CallHarness.FailsAsync(() => h.Client.ChatAsync("g", "fix the bug", ((ChatOptions?)null).WithRouting(new RoutingOptions { Region = "us" })));
        Assert.Empty(embeddings.Batches);
    }

    [Fact]
    public async Task A_registered_classifier_names_the_pool()
    {
        var services = new ServiceCollection();
        services.AddKeyedSingleton<IRequestClassifier>("mine", new ByLength());
        services.AddLlmStack(static llm => llm
            .AddProvider("a", static p => p.UseProvider(static _ => new WordEmbeddings()))
            .AddModelGroup("g", static g => g
                .AddDeployment("a/short")
                .AddDeployment("a/long")
                .UseStrategy(RoutingStrategy.Classified, static o =>
                {
                    o.Classifier = "mine";
                    o.Pools["short"] = new PoolOptions { Use = ["a/short"] };
                    o.Pools["long"] = new PoolOptions { Use = ["a/long"] };
                })));
        await using ServiceProvider provider = services.BuildServiceProvider();
        ILlmClient client = provider.GetRequiredService<ILlmClient>();
        Assert.Equal("a/short", (await client.ChatAsync("g", "Hi")).GetRoute()!.Deployment);
        Assert.Equal("a/long", (await client.ChatAsync("g", "A longer message")).GetRoute()!.Deployment);
    }

    private sealed class ByLength : IRequestClassifier
    {
        public ValueTask<RouteHints> ClassifyAsync(RouteRequest request, CancellationToken cancellationToken) =>
            ValueTask.FromResult(new RouteHints { Tier = request.Messages![^1].Text.Length > 5 ? "long" : "short" });
    }

    /// <summary>A vector with one dimension for each known word.</summary>
    private sealed class WordEmbeddings : ILlmProvider, IEmbeddingProvider
    {
        private static readonly string[] Words = ["write", "code", "fix", "bug", "tell", "story", "the", "a"];

        public bool Fails { get; set; }

        public List<int> Batches { get; } = [];

        public int MaxBatchSize => 100;

        public ValueTask<GeneratedEmbeddings<Embedding<float>>> EmbedAsync(ProviderCall call, IReadOnlyList<string> inputs, EmbeddingGenerationOptions? options, CancellationToken cancellationToken)
        {
            Batches.Add(inputs.Count);
            if (Fails)
            {
                throw new LlmException(LlmErrorKind.NotFound, "no such model");
            }
            return ValueTask.FromResult(new GeneratedEmbeddings<Embedding<float>>(inputs.Select(static text => new Embedding<float>(Array.ConvertAll(Words, word => text.Split(' ').Contains(word) ? 1f : 0.01f)))));
        }

        public ValueTask<ChatResponse> ChatAsync(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken) =>
            ValueTask.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, "ok")));

        public IAsyncEnumerable<ChatResponseUpdate> ChatStreamingAsync(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken) => throw new NotSupportedException();

        public object? GetService(Type serviceType) => serviceType.IsInstanceOfType(this) ? this : null;
    }
}

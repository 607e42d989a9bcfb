using LlmStack.Providers;
using LlmStack.Routing;
using LlmStack.Tests.Configuration;
using LlmStack.Tests.Support;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace LlmStack.Tests.Providers.Credentials;

/// <summary>Several keys of one provider, over a real socket: who is used, and which of them rests after what.</summary>
public sealed class KeyPoolTests
{
    private const string Answer = """{"id":"c","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"ok"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1}}""";

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly Dictionary<string, RawReply> _refusals = [];
    private readonly List<string> _used = [];

    [Fact]
    public async Task Keys_share_the_load_by_their_weights()
    {
        await using RawHttpServer server = Server();
        await using ServiceProvider services = Build(server, ("a", 3), ("b", 1));
        await CallAsync(services, 40);
        Assert.InRange(_used.Count(static key => key == "key-a"), 28, 32);
    }

    [Fact]
    public async Task A_limited_key_rests_and_another_serves_the_same_request_at_once()
    {
        await using RawHttpServer server = Server();
        await using ServiceProvider services = Build(server, ("a", 1), ("b", 1));
        _refusals["key-a"] = RawReply.Body(429, """{"error":{"message":"slow down"}}""", "Retry-After: 30");
        ChatResponse[] answers = await CallAsync(services, 10);
        Assert.All(answers, static answer => Assert.Equal("ok", answer.Text));
        Assert.Single(_used, static key => key == "key-a");

        _refusals.Clear();
        _time.Advance(TimeSpan.FromSeconds(31));
        _used.Clear();
        await CallAsync(services, 10);
        Assert.Contains("key-a", _used);
    }

    [Fact]
    public async Task A_refused_key_rests_for_every_model_and_the_deployment_serves_on()
    {
        await using RawHttpServer server = Server();
        await using ServiceProvider services = Build(server, ("a", 1), ("b", 1));
        _refusals["key-b"] = RawReply.Body(401, """{"error":{"message":"bad key"}}""");
        await CallAsync(services, 6, "p/m");
        Assert.Single(_used, static key => key == "key-b");
        await CallAsync(services, 6, "p/other");
        Assert.Single(_used, static key => key == "key-b");
    }

    [Fact]
    public async Task A_key_that_is_limited_at_one_model_serves_the_others()
    {
        await using RawHttpServer server = Server();
        await using ServiceProvider services = Build(server, ("a", 1), ("b", 1));
        _refusals["key-a"] = RawReply.Body(429, """{"error":{"message":"slow down"}}""", "Retry-After: 30");
        await CallAsync(services, 6, "p/m");
        _refusals.Clear();
        _used.Clear();
        await CallAsync(services, 6, "p/other");
        Assert.Contains("key-a", _used);
        _used.Clear();
        await CallAsync(services, 6, "p/m");
        Assert.DoesNotContain("key-a", _used);
    }

    [Fact]
    public async Task When_every_key_is_refused_each_was_asked_once_and_the_call_fails()
    {
        await using RawHttpServer server = Server();
        await using ServiceProvider services = Build(server, ("a", 1), ("b", 1), ("c", 1));
        foreach (string key in new[] { "key-a", "key-b", "key-c" })
        {
            _refusals[key] = RawReply.Body(401, """{"error":{"message":"bad key"}}""");
        }

        LlmException failure = await Assert.ThrowsAsync<LlmException>(() => CallAsync(services, 1));
        Assert.Equal(LlmErrorKind.Authentication, failure.Kind);
        Assert.Equal(["key-a", "key-b", "key-c"], _used.Order());
        Assert.DoesNotContain("key-a", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_customers_limit_is_not_the_houses()
    {
        await using RawHttpServer server = Server();
        ICredential acme = LlmCredential.FromKey("acme", "key-acme");
        await using ServiceProvider services = Stack.Build(
            llm => llm
                .AddOpenAICompatible("p", server.Address.ToString(), p => p.ApiKey = "key-house")
                .AddOpenAICompatible("q", server.Address.ToString(), p => p.ApiKey = "key-spare")
                .AddProvider("p", p => p.UseCallerCredential(context => context.Project == "acme" ? acme : null))
                .AddModelGroup("g", g => g.AddDeployment("p/m").AddDeployment("q/m", d => d.Order = 1)),
            services: collection => collection.AddSingleton<TimeProvider>(_time));
        _refusals["key-acme"] = RawReply.Body(429, """{"error":{"message":"slow down"}}""", "Retry-After: 30");
        using (LlmContext.Push(LlmContext.Current with { Project = "acme" }))
        {
            await CallAsync(services, 3, "g");
        }

        Assert.Equal(["key-acme", "key-spare", "key-spare", "key-spare"], _used);
        _used.Clear();
        await CallAsync(services, 3, "g");
        Assert.Equal(["key-house", "key-house", "key-house"], _used);
    }

    [Fact]
    public async Task A_replaced_key_starts_afresh()
    {
        await using RawHttpServer server = Server();
        var reloadable = new Microsoft.Extensions.Configuration.Memory.MemoryConfigurationSource
        {
            InitialData = new Dictionary<string, string?> { ["LlmStack:Providers:p:Endpoint"] = server.Address.ToString(), ["LlmStack:Providers:p:ApiKey"] = "key-old" },
        };
        Microsoft.Extensions.Configuration.IConfigurationRoot configuration = new Microsoft.Extensions.Configuration.ConfigurationBuilder { Sources = { reloadable } }.Build();
        await using ServiceProvider services = Stack.Build(configuration: configuration, services: collection => collection.AddSingleton<TimeProvider>(_time));
        _refusals["key-old"] = RawReply.Body(401, """{"error":{"message":"revoked"}}""");
        await Assert.ThrowsAsync<LlmException>(() => CallAsync(services, 1));
        string before = services.Snapshot().Providers["p"].Credential.Id;

        configuration["LlmStack:Providers:p:ApiKey"] = "key-new";
        configuration.Reload();
        Assert.Equal("ok", (await CallAsync(services, 1))[0].Text);
        Assert.Equal("key-new", _used[^1]);
        string after = services.Snapshot().Providers["p"].Credential.Id;
        Assert.NotEqual(before, after);
        Assert.DoesNotContain("key-new", after, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "a": { } }""", "Providers:p:ApiKeys:a has no key")]
    [InlineData("""{ "a": { "Variable": "MISSING_KEY" } }""", "in the variable MISSING_KEY")]
    [InlineData("""{ "a": { "Key": "k 1" } }""", "ApiKeys:a:Key contains spaces")]
    [InlineData("""{ "a": { "Key": "k", "Weight": 0 } }""", "ApiKeys:a:Weight is 0; allowed: a finite number, more than 0")]
    public void Bad_pools_are_said_at_start(string keys, string problem)
    {
        using ServiceProvider services = Stack.Build(configuration: Stack.Json($$"""{ "Providers": { "p": { "Endpoint": "http://127.0.0.1:1/v1", "ApiKeys": {{keys}} } } }"""));
        Assert.Contains(problem, services.Failure(), StringComparison.Ordinal);
    }

    private RawHttpServer Server()
    {
        RawHttpServer? server = null;
        server = new RawHttpServer(_ =>
        {
            string request = server!.Requests[^1];
            int at = request.IndexOf("Bearer ", StringComparison.Ordinal) + 7;
            string key = request[at..request.IndexOf('\r', at)];
            _used.Add(key);
            return _refusals.GetValueOrDefault(key) ?? RawReply.Body(200, Answer);
        });
        return server;
    }

    private ServiceProvider Build(RawHttpServer server, params (string Id, double Weight)[] keys) => Stack.Build(
        llm => llm.AddOpenAICompatible("p", server.Address.ToString(), p =>
        {
            foreach ((string id, double weight) in keys)
            {
                p.ApiKeys[id] = new ApiKeyOptions { Key = "key-" + id, Weight = weight };
            }
        }),
        services: collection => collection.AddSingleton<TimeProvider>(_time));

    private static async Task<ChatResponse[]> CallAsync(ServiceProvider services, int count, string model = "p/m")
    {
        ILlmClient client = services.GetRequiredService<ILlmClient>();
        var answers = new ChatResponse[count];
        for (int i = 0; i < count; i++)
        {
            answers[i] = await client.ChatAsync(model, "hi");
        }

        return answers;
    }
}

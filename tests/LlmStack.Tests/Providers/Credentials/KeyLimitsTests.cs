using LlmStack.Limits;
using LlmStack.Providers;
using LlmStack.Routing;
using LlmStack.Tests.Configuration;
using LlmStack.Tests.Support;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace LlmStack.Tests.Providers.Credentials;

/// <summary>Limits and reported headroom are a key's own, where customers bring theirs or a provider has several: over a real socket.</summary>
public sealed class KeyLimitsTests
{
    private const string Answer = """{"id":"c","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"ok"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1}}""";

    private static readonly string Long = string.Concat(Enumerable.Repeat("many words of a long prompt ", 400));

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly Dictionary<string, string[]> _headers = [];
    private readonly List<string> _used = [];

    [Fact]
    public async Task One_customers_requests_per_minute_are_used_up_and_anothers_are_not()
    {
        await using RawHttpServer server = Server();
        await using ServiceProvider services = Customers(server, d => d.RequestsPerMinute = 1);

        await AskAsync(services, "acme");
        LlmException refused = await Assert.ThrowsAsync<LlmException>(() => AskAsync(services, "acme"));
        await AskAsync(services, "zeta");
        await AskAsync(services, null);

        Assert.Equal(LlmErrorKind.LimitExceeded, refused.Kind);
        Assert.Equal(["key-acme", "key-zeta", "key-house"], _used);
        _time.Advance(TimeSpan.FromSeconds(61));
        await AskAsync(services, "acme");
        Assert.Equal("key-acme", _used[^1]);
    }

    [Fact]
    public async Task One_customers_tokens_per_minute_are_used_up_and_anothers_are_not()
    {
        await using RawHttpServer server = Server("""{"id":"c","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"ok"},"finish_reason":"stop"}],"usage":{"prompt_tokens":900,"completion_tokens":100}}""");
        await using ServiceProvider services = Customers(server, d => d.TokensPerMinute = 1000);

        await AskAsync(services, "acme");
        LlmException refused = await Assert.ThrowsAsync<LlmException>(() => AskAsync(services, "acme"));
        await AskAsync(services, "zeta");

        Assert.Equal(LlmErrorKind.LimitExceeded, refused.Kind);
        Assert.Equal(["key-acme", "key-zeta"], _used);
    }

    [Fact]
    public async Task What_the_provider_says_is_left_for_one_customer_holds_for_him_alone()
    {
        await using RawHttpServer server = Server();
        await using ServiceProvider services = Customers(server, static d => d.TokensPerMinute = 1_000_000, spare: true);
        _headers["key-acme"] = ["x-ratelimit-remaining-tokens: 50", "x-ratelimit-reset-tokens: 30s"];

        await AskAsync(services, "acme");
        await AskAsync(services, "acme", Long);
        await AskAsync(services, "zeta", Long);
        await AskAsync(services, "acme");

        Assert.Equal(["key-acme", "key-spare", "key-zeta", "key-acme"], _used);
    }

    [Fact]
    public async Task An_explanation_tells_the_callers_own_figures()
    {
        await using RawHttpServer server = Server();
        await using ServiceProvider services = Customers(server, d => d.RequestsPerMinute = 5);
        await AskAsync(services, "acme");
        await AskAsync(services, "acme");

        Assert.Equal(3, (await ExplainAsync(services, "acme")).RequestsLeft);
        Assert.Equal(5, (await ExplainAsync(services, "zeta")).RequestsLeft);
    }

    [Fact]
    public async Task Each_key_of_a_pool_has_its_own_limit()
    {
        await using RawHttpServer server = Server();
        await using ServiceProvider services = Pool(server, d => d.RequestsPerMinute = 2);

        for (int i = 0; i < 4; i++)
        {
            await AskAsync(services, null);
        }

        Assert.Equal(["key-a", "key-a", "key-b", "key-b"], _used.Order());
        Assert.Equal(LlmErrorKind.LimitExceeded, (await Assert.ThrowsAsync<LlmException>(() => AskAsync(services, null))).Kind);
    }

    [Fact]
    public async Task A_key_of_a_pool_with_too_little_left_is_passed_over()
    {
        await using RawHttpServer server = Server();
        await using ServiceProvider services = Pool(server, static d => d.TokensPerMinute = 1_000_000);
        _headers["key-a"] = ["x-ratelimit-remaining-tokens: 50", "x-ratelimit-reset-tokens: 30s"];
        while (!_used.Contains("key-a"))
        {
            await AskAsync(services, null);
        }

        _used.Clear();
        for (int i = 0; i < 6; i++)
        {
            await AskAsync(services, null, Long);
        }

        Assert.All(_used, static key => Assert.Equal("key-b", key));
        _time.Advance(TimeSpan.FromSeconds(31));
        _headers.Clear();
        for (int i = 0; i < 6; i++)
        {
            await AskAsync(services, null, Long);
        }

        Assert.Contains("key-a", _used);
    }

    [Fact]
    public async Task A_pool_of_which_one_key_cools_and_the_other_is_used_up_serves_nobody()
    {
        await using RawHttpServer server = Server();
        await using ServiceProvider services = Pool(server, d => d.RequestsPerMinute = 1);
        _headers["key-a"] = ["x-ratelimit-remaining-requests: 0", "x-ratelimit-reset-requests: 20s"];
        await AskAsync(services, null);
        await AskAsync(services, null);
        Assert.Equal(["key-a", "key-b"], _used.Order());

        LlmException refused = await Assert.ThrowsAsync<LlmException>(() => AskAsync(services, null));

        Assert.Equal(LlmErrorKind.LimitExceeded, refused.Kind);
        Assert.InRange(refused.RetryAfter!.Value.TotalSeconds, 19, 61);
        Assert.Equal(2, _used.Count);
    }

    [Fact]
    public void Keys_without_end_are_bounded()
    {
        var limits = new KeyLimits();
        string[] keys = [.. Enumerable.Range(0, KeyLimits.MaxKeys + 500).Select(static i => $"key-{i}")];
        foreach (string key in keys)
        {
            limits.Touch(key);
        }

        Assert.InRange(keys.Count(key => limits.Find(key) is not null), KeyLimits.MaxKeys / 2, KeyLimits.MaxKeys);
        Assert.NotNull(limits.Find(keys[^1]));
    }

    private static ServiceProvider Build(Action<ILlmStackBuilder> configure, FakeTimeProvider time) => Stack.Build(configure, services: collection => collection.AddSingleton<TimeProvider>(time));

    private ServiceProvider Customers(RawHttpServer server, Action<DeploymentOptions> limit, bool spare = false)
    {
        ICredential acme = LlmCredential.FromKey("acme", "key-acme");
        ICredential zeta = LlmCredential.FromKey("zeta", "key-zeta");
        return Build(
            llm => llm
                .AddOpenAICompatible("p", server.Address.ToString(), p => p.ApiKey = "key-house")
                .AddProvider("p", p => p.UseCallerCredential(context => context.Project switch { "acme" => acme, "zeta" => zeta, _ => null }))
                .AddOpenAICompatible("q", server.Address.ToString(), q => q.ApiKey = "key-spare")
                .AddModelGroup("g", g =>
                {
                    g.AddDeployment("p/m", limit);
                    if (spare)
                    {
                        g.AddDeployment("q/m", static d => d.Order = 1);
                    }
                }),
            _time);
    }

    private ServiceProvider Pool(RawHttpServer server, Action<DeploymentOptions> limit) => Build(
        llm => llm
            .AddOpenAICompatible("p", server.Address.ToString(), p =>
            {
                p.ApiKeys["a"] = new ApiKeyOptions { Key = "key-a" };
                p.ApiKeys["b"] = new ApiKeyOptions { Key = "key-b" };
            })
            .AddModelGroup("g", g => g.AddDeployment("p/m", limit)),
        _time);

    private RawHttpServer Server(string answer = Answer)
    {
        RawHttpServer? server = null;
        server = new RawHttpServer(_ =>
        {
            string key = server!.Requests[^1].Split("Bearer ")[1].Split('\r')[0];
            _used.Add(key);
            return RawReply.Body(200, answer, _headers.GetValueOrDefault(key, []));
        });
        return server;
    }

    private static async Task<ChatResponse> AskAsync(ServiceProvider services, string? project, string prompt = "hi")
    {
        var options = new ChatOptions().WithRouting(new RoutingOptions { Deadline = TimeSpan.FromSeconds(5) });
        using (project is null ? null : (IDisposable)LlmContext.Push(LlmContext.Current with { Project = project }))
        {
            return await services.GetRequiredService<ILlmClient>().ChatAsync("g", [new ChatMessage(ChatRole.User, prompt)], options);
        }
    }

    private static async Task<CandidateExplanation> ExplainAsync(ServiceProvider services, string project)
    {
        using (LlmContext.Push(LlmContext.Current with { Project = project }))
        {
            return (await services.GetRequiredService<ILlmRouter>().ExplainAsync("g", [new ChatMessage(ChatRole.User, "hi")])).Candidates[0];
        }
    }
}

using LlmStack.Routing;
using LlmStack.Tests.Configuration;
using LlmStack.Tests.Support;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace LlmStack.Tests.Calls;

/// <summary>Errors that are worded in a way only the user knows.</summary>
public sealed class ErrorPatternTests
{
    private const string Answer = """{"id":"c","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"ok"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}""";
    private const string OddError = """{"error":{"message":"slot 3: KV cache would overflow (n_past 8192)","type":"server_panic","code":"E77"}}""";

    private static readonly ErrorPatternOptions KvCache = new() { Provider = "local", Contains = "kv cache would overflow", Kind = "ContextWindowExceeded" };

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public async Task A_prompt_that_a_server_finds_too_long_in_its_own_words_goes_to_a_larger_window(bool known, bool streamed)
    {
        await using var local = new RawHttpServer(_ => streamed ? RawReply.Stream($"data: {OddError}\n\n") : RawReply.Body(500, OddError));
        await using var large = new RawHttpServer(_ => streamed
            ? RawReply.Stream("""data: {"id":"c","model":"m","choices":[{"index":0,"delta":{"content":"ok"},"finish_reason":"stop"}]}""" + "\n\n", "data: [DONE]\n\n")
            : RawReply.Body(200, Answer));
        using CallHarness h = new(llm => llm
            .AddOpenAICompatible("local", local.Address.ToString())
            .AddOpenAICompatible("large", large.Address.ToString())
            .AddModelGroup("fast", g => g.AddDeployment("local/m").FallBackTo("roomy", LlmErrorKind.ContextWindowExceeded).Configure(o => o.Policy = new CallPolicyOptions { MaxRetries = 0 }))
            .AddModelGroup("roomy", g => g.AddDeployment("large/m"))
            .Configure(o =>
            {
                if (known)
                {
                    o.ErrorPatterns["kv"] = KvCache;
                }
            }));

        if (!known)
        {
            Assert.Equal(LlmErrorKind.ServerError, (await CallHarness.FailsAsync(() => h.Client.ChatAsync("fast", "Hello"))).Kind);
            return;
        }

        CallRoute route = streamed ? (await h.StreamAsync("fast"))[^1].GetRoute()! : (await h.Client.ChatAsync("fast", "Hello")).GetRoute()!;

        Assert.Equal(["local/m", "large/m"], route.Attempts.Select(a => a.Deployment));
        Assert.Equal((LlmErrorKind.ContextWindowExceeded, "roomy"), (route.Attempts[0].Error!.Value, route.Group));

        // A prompt that is too long is the caller's matter: it does not count against the server.
        Assert.Null(h.Router.GetDeployments().Single(d => d.Id == "local/m").CooldownRemaining);
    }

    [Fact]
    public async Task Own_patterns_come_before_the_built_in_ones_for_the_provider_and_the_status_they_name()
    {
        await using var odd = new RawHttpServer(n => RawReply.Body(n == 1 ? 422 : 400, """{"error":{"message":"maximum context length is 5, was flagged"}}"""));
        using CallHarness h = new(llm => llm
            .AddOpenAICompatible("odd", odd.Address.ToString())
            .AddOpenAICompatible("even", odd.Address.ToString())
            .Configure(o =>
            {
                o.Defaults.MaxRetries = 0;
                o.Defaults.CooldownEnabled = false;
                o.ErrorPatterns["b"] = new ErrorPatternOptions { Order = 2, Provider = "odd", Matches = "^MAXIMUM .* is \\d+", Kind = "InvalidRequest" };
                o.ErrorPatterns["a"] = new ErrorPatternOptions { Order = 1, Provider = "odd", Status = 422, Kind = "overloaded" };
            }));

        List<LlmErrorKind> kinds = [];
        foreach (string model in new[] { "odd/m", "odd/m", "even/m" })
        {
            kinds.Add((await CallHarness.FailsAsync(() => h.Client.ChatAsync(model, "Hello"))).Kind);
        }

        Assert.Equal([LlmErrorKind.InvalidRequest, LlmErrorKind.Overloaded, LlmErrorKind.ContentPolicyViolation], kinds);
    }

    [Fact]
    public async Task They_hold_for_adapters_of_ones_own_and_for_clients_of_others()
    {
        using CallHarness h = new(
            llm => llm
                .AddProvider("client", p => p.UseChatClient(_ => new RefusingClient()))
                .Configure(o =>
                {
                    o.ErrorPatterns["kv"] = new ErrorPatternOptions { Contains = "KV cache", Kind = "ContextWindowExceeded" };
                    o.ErrorPatterns["code"] = new ErrorPatternOptions { Status = 418, Kind = "RateLimited" };
                    o.Defaults.MaxRetries = 0;
                }),
            "mine");
        h["mine"].OnCall(1).Throw(LlmErrorKind.ServerError, "the KV cache is full", statusCode: 500);
        h["mine"].OnCall(2).Throw(LlmErrorKind.InvalidRequest, "short and stout", statusCode: 418);

        LlmException context = await CallHarness.FailsAsync(() => h.Client.ChatAsync("mine/m", "Hello"));
        LlmException rate = await CallHarness.FailsAsync(() => h.Client.ChatAsync("mine/m", "Hello"));
        LlmException foreign = await CallHarness.FailsAsync(() => h.Client.ChatAsync("client/m", "Hello"));

        Assert.Equal((LlmErrorKind.ContextWindowExceeded, 500, LlmRetryability.Elsewhere), (context.Kind, context.StatusCode, context.Retryability));
        Assert.Equal((LlmErrorKind.RateLimited, 418), (rate.Kind, rate.StatusCode));
        Assert.Equal(LlmErrorKind.ContextWindowExceeded, foreign.Kind);
        Assert.IsType<InvalidDataException>(foreign.InnerException);
    }

    [Fact]
    public async Task They_are_read_from_the_configuration_and_again_when_it_reloads()
    {
        await using var odd = new RawHttpServer(_ => RawReply.Body(500, OddError));
        IConfigurationRoot configuration = new ConfigurationBuilder().AddInMemoryCollection(
        [
            new("LlmStack:Providers:local:Endpoint", odd.Address.ToString()),
            new("LlmStack:Defaults:MaxRetries", "0"),
            new("LlmStack:ErrorPatterns:kv:Matches", "^e77$"),
            new("LlmStack:ErrorPatterns:kv:Kind", "ContextWindowExceeded"),
        ]).Build();
        await using ServiceProvider services = Stack.Build(configuration: configuration);
        ILlmClient client = services.GetRequiredService<ILlmClient>();

        LlmErrorKind before = (await CallHarness.FailsAsync(() => client.ChatAsync("local/m", "Hello"))).Kind;
        configuration["LlmStack:ErrorPatterns:kv:Kind"] = "NotFound";
        configuration.Reload();
        LlmErrorKind after = (await CallHarness.FailsAsync(() => client.ChatAsync("local/m", "Hello"))).Kind;

        Assert.Equal((LlmErrorKind.ContextWindowExceeded, LlmErrorKind.NotFound), (before, after));
    }

    [Theory]
    [InlineData("\"Contains\": \"x\", \"Kind\": \"Contextwindow\"", ":Kind is 'Contextwindow'; allowed: one of ")]
    [InlineData("\"Contains\": \"x\", \"Kind\": \"BudgetExceeded\"", ":Kind is 'BudgetExceeded'; allowed: one of ")]
    [InlineData("\"Contains\": \"x\", \"Kind\": \"Cancelled\"", ":Kind is 'Cancelled'; allowed: one of ")]
    [InlineData("\"Contains\": \"x\"", ":Kind is missing; allowed: one of ")]
    [InlineData("\"Kind\": \"NotFound\"", " fits every error; allowed: a pattern with Status, Contains or Matches")]
    [InlineData("\"Contains\": \" \", \"Kind\": \"NotFound\"", ":Contains is ' '; allowed: a text that is not empty")]
    [InlineData("\"Matches\": \"(\", \"Kind\": \"NotFound\"", ":Matches is '('; allowed: a regular expression without references back and looking around")]
    [InlineData("\"Matches\": \"(a)\\\\1\", \"Kind\": \"NotFound\"", ":Matches is '(a)\\1'; allowed: a regular expression without references back and looking around")]
    [InlineData("\"Status\": 200, \"Kind\": \"NotFound\"", ":Status is 200; allowed: 300 to 599")]
    [InlineData("\"Contains\": \"x\", \"Kind\": \"NotFound\", \"Provider\": \"opnai\"", ":Provider is 'opnai'; allowed: a provider, one of openai")]
    public void Wrong_patterns_are_found_at_start(string pattern, string problem)
    {
        using var services = Stack.Build(configuration: Stack.Json($$"""
            { "Providers": { "openai": { "Type": "OpenAI", "ApiKey": "k" } }, "ErrorPatterns": { "p": { {{pattern}} } } }
            """));
        Assert.Contains("LlmStack:ErrorPatterns:p" + problem, services.Failure(), StringComparison.Ordinal);
    }

    private sealed class RefusingClient : IChatClient
    {
        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            throw new InvalidDataException("no room: KV cache exhausted");

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            throw new InvalidDataException("no room: KV cache exhausted");

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}

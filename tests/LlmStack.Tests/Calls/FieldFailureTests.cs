using System.Net;
using System.Net.Sockets;
using LlmStack.Routing;
using LlmStack.Tests.Support;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Calls;

/// <summary>What users of other gateways have run into.</summary>
public sealed class FieldFailureTests
{
    private const string Answer = """{"id":"c","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"ok"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}""";

    private static readonly CallPolicyOptions OneFailureIsAllowed = new() { CooldownFailureRatio = 0, CooldownAllowedFailures = 1 };

    [Fact]
    public async Task Every_failed_deployment_of_a_request_is_counted()
    {
        using CallHarness h = new(
            llm => llm.AddModelGroup("fast", g => g
                .AddDeployment("a/m")
                .AddDeployment("b/m", d => d.Order = 1)
                .AddDeployment("c/m", d => d.Order = 2)
                .Configure(o => o.Policy = OneFailureIsAllowed)),
            "a",
            "b",
            "c");
        h["a"].OnOtherCalls.Throw(LlmErrorKind.ServerError, statusCode: 500);
        h["b"].OnOtherCalls.Throw(LlmErrorKind.Overloaded, statusCode: 503);

        CallRoute[] routes = [await RouteAsync(h), await RouteAsync(h), await RouteAsync(h)];

        Assert.Equal([3, 3, 1], routes.Select(r => r.Attempts.Count));
        Assert.Equal(["a/m", "b/m"], Cooling(h));
    }

    [Theory]
    [InlineData("chat")]
    [InlineData("stream")]
    [InlineData("embeddings")]
    [InlineData("completion")]
    [InlineData("completion stream")]
    [InlineData("rerank")]
    [InlineData("moderation")]
    [InlineData("speech")]
    public async Task Retry_after_and_cooldown_hold_whatever_is_asked_for(string surface)
    {
        using CallHarness h = new(llm => llm.AddModelGroup("fast", g => g.AddDeployment("a/m").AddDeployment("b/m", d => d.Order = 1)), "a", "b");
        h["a"].OnOtherCalls.RateLimited(TimeSpan.FromSeconds(90));

        CallRoute[] routes = [await AskAsync(), await AskAsync()];

        Assert.Equal(["a/m", "b/m"], routes[0].Attempts.Select(a => a.Deployment));
        Assert.Equal(["b/m"], routes[1].Attempts.Select(a => a.Deployment));
        Assert.Equal(TimeSpan.FromSeconds(90), h.Router.GetDeployments().Single(d => d.Id == "a/m").CooldownRemaining);

        async Task<CallRoute> AskAsync() => surface switch
        {
            "chat" => await RouteAsync(h),
            "stream" => (await h.StreamAsync("fast"))[^1].GetRoute()!,
            "embeddings" => (await h.Client.EmbedAsync("fast", ["x"])).GetRoute()!,
            "completion" => (await h.Client.CompleteAsync("fast", "x")).GetRoute()!,
            "completion stream" => (await h.Client.CompleteStreamingAsync("fast", "x").ToListAsync())[^1].GetRoute()!,
            "rerank" => (await h.Client.RerankAsync("fast", "x", ["y"])).GetRoute()!,
            "moderation" => (await h.Client.AsModerator("fast").ModerateAsync(["x"])).GetRoute()!,
            _ => (await h.Client.AsTextToSpeechClient("fast").GetAudioAsync("x")).GetRoute()!,
        };
    }

    [Fact]
    public async Task A_host_that_nobody_listens_at_is_asked_once_a_request_and_cools()
    {
        await using var up = new RawHttpServer(_ => RawReply.Body(200, Answer));
        using CallHarness h = new(llm => llm
            .AddOpenAICompatible("dead", ClosedPort().ToString())
            .AddOpenAICompatible("up", up.Address.ToString())
            .AddModelGroup("fast", g => g.AddDeployment("dead/m").AddDeployment("up/m", d => d.Order = 1).Configure(o => o.Policy = OneFailureIsAllowed)));

        CallRoute[] routes = [await RouteAsync(h), await RouteAsync(h), await RouteAsync(h)];

        Assert.Equal([2, 2, 1], routes.Select(r => r.Attempts.Count));
        Assert.Equal(LlmErrorKind.Network, routes[0].Attempts[0].Error);
        Assert.False(routes[0].Attempts[0].MayHaveBeenBilled);
        Assert.Equal(["dead/m"], Cooling(h));
    }

    [Theory]
    [InlineData(402, """{"error":{"message":"Payment required"}}""", LlmErrorKind.QuotaExhausted)]
    [InlineData(429, """{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","code":"insufficient_quota"}}""", LlmErrorKind.QuotaExhausted)]
    [InlineData(401, """{"error":{"message":"Incorrect API key provided"}}""", LlmErrorKind.Authentication)]
    public async Task Who_has_no_money_or_a_wrong_key_is_left_for_another_key_at_once(int status, string body, LlmErrorKind kind)
    {
        await using var poor = new RawHttpServer(_ => RawReply.Body(status, body));
        await using var rich = new RawHttpServer(_ => RawReply.Body(200, Answer));
        using CallHarness h = new(llm => llm
            .AddOpenAICompatible("poor", poor.Address.ToString(), p => p.ApiKey = "sk-poor")
            .AddOpenAICompatible("rich", rich.Address.ToString(), p => p.ApiKey = "sk-rich")
            .AddModelGroup("fast", g => g.AddDeployment("poor/m").AddDeployment("poor/n", d => d.Order = 1).AddDeployment("rich/m", d => d.Order = 2)));

        CallRoute first = await RouteAsync(h);
        CallRoute second = await RouteAsync(h);

        // The other model of that key would fail in the same way.
        Assert.Equal(["poor/m", "rich/m"], first.Attempts.Select(a => a.Deployment));
        Assert.Equal((kind, TimeSpan.Zero), (first.Attempts[0].Error!.Value, first.Timing.RetryWait));
        Assert.Equal(["rich/m"], second.Attempts.Select(a => a.Deployment));
        Assert.Single(poor.Requests);
    }

    [Fact]
    public async Task An_overloaded_service_of_status_529_is_left_for_another()
    {
        await using var busy = new RawHttpServer(_ => RawReply.Body(529, """{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"""));
        await using var up = new RawHttpServer(_ => RawReply.Body(200, Answer));
        using CallHarness h = new(llm => llm
            .AddOpenAICompatible("busy", busy.Address.ToString())
            .AddOpenAICompatible("up", up.Address.ToString())
            .AddModelGroup("fast", g => g.AddDeployment("busy/m").AddDeployment("up/m", d => d.Order = 1)));

        CallRoute route = await RouteAsync(h);

        Assert.Equal(["busy/m", "up/m"], route.Attempts.Select(a => a.Deployment));
        Assert.Equal(LlmErrorKind.Overloaded, route.Attempts[0].Error);
    }

    [Fact]
    public async Task A_refused_stream_falls_back_where_a_plain_call_would_and_nowhere_else()
    {
        using CallHarness h = new(
            llm => llm
                .AddModelGroup("plain", g => g.AddDeployment("a/m").FallBackTo("other"))
                .AddModelGroup("opted", g => g.AddDeployment("a/m").FallBackTo("other", LlmErrorKind.ContentPolicyViolation))
                .AddModelGroup("other", g => g.AddDeployment("b/m")),
            "a",
            "b");
        h["a"].OnOtherCalls.Throw(LlmErrorKind.ContentPolicyViolation, statusCode: 400);
        h["b"].OnOtherCalls.Answer("ok");

        LlmException refused = await CallHarness.FailsAsync(() => h.StreamAsync("plain"));
        List<ChatResponseUpdate> answered = await h.StreamAsync("opted");

        Assert.Equal(LlmErrorKind.ContentPolicyViolation, refused.Kind);
        Assert.Equal("ok", string.Concat(answered.Select(u => u.Text)));
        Assert.Equal("other", answered[^1].GetRoute()!.Group);
        Assert.Single(h["b"].Calls);
    }

    [Fact]
    public async Task An_error_behind_the_first_metadata_moves_on_and_nothing_of_the_dead_stream_is_left()
    {
        await using var dying = new RawHttpServer(_ => RawReply.Stream(
            """data: {"id":"dead","model":"dead-model","choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}""" + "\n\n",
            """data: {"error":{"message":"You exceeded your current quota","type":"insufficient_quota","code":"insufficient_quota"}}""" + "\n\n"));
        await using var up = new RawHttpServer(_ => RawReply.Stream(
            """data: {"id":"live","model":"live-model","choices":[{"index":0,"delta":{"role":"assistant","content":"ok"},"finish_reason":"stop"}]}""" + "\n\n",
            "data: [DONE]\n\n"));
        using CallHarness h = new(llm => llm
            .AddOpenAICompatible("dying", dying.Address.ToString())
            .AddOpenAICompatible("up", up.Address.ToString())
            .AddModelGroup("fast", g => g.AddDeployment("dying/m").AddDeployment("up/m", d => d.Order = 1)));

        ChatResponse whole = (await h.StreamAsync("fast")).ToChatResponse();

        Assert.Equal(("ok", "live", "live-model"), (whole.Text, whole.ResponseId, whole.ModelId));
        SpanData call = h.Traces.Single("chat fast");
        Assert.Equal([LlmErrorKind.QuotaExhausted, (LlmErrorKind?)null], call.Route!.Attempts.Select(a => a.Error));
        Assert.Equal(["up/m"], call.Route.Attempts.Where(a => a.Error is null).Select(a => a.Deployment));
        Assert.DoesNotContain("dead", call.GetOutputJson(), StringComparison.Ordinal);
        h.AssertNothingLeaks();
    }

    private static async Task<CallRoute> RouteAsync(CallHarness h) => (await h.Client.ChatAsync("fast", "Hello")).GetRoute()!;

    private static IEnumerable<string> Cooling(CallHarness h) => h.Router.GetDeployments().Where(d => d.CooldownRemaining is not null).Select(d => d.Id).Order(StringComparer.Ordinal);

    /// <summary>An address that was free a moment ago.</summary>
    private static Uri ClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/v1");
    }
}

using LlmStack.Providers;
using LlmStack.Routing;
using LlmStack.Tests.Calls;
using LlmStack.Tests.Support;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Routing;

public class AffinityTests
{
    private readonly SnapshotTestBuilder _builder = new();
    private readonly AffinityStore _store;

    public AffinityTests() => _store = new AffinityStore(_builder.Time);

    private static CallHarness Sticky(Stickiness stickiness) => new(
        llm => llm.AddModelGroup("g", g => g.AddDeployment("a/m").AddDeployment("b/m").AddDeployment("c/m").Configure(o => o.Stickiness = stickiness)),
        "a",
        "b",
        "c");

    private static async Task<CallRoute> In(CallHarness h, string session, string? project = null, ChatOptions? options = null)
    {
        using IDisposable caller = LlmContext.Push(LlmContext.Empty with { SessionId = session, Project = project });
        return (await h.Client.ChatAsync("g", "Hello", options)).GetRoute()!;
    }

    [Fact]
    public async Task A_session_stays_and_says_so_until_ten_minutes_pass_without_a_call()
    {
        using CallHarness h = Sticky(Stickiness.Session);
        string first = (await In(h, "s")).Deployment!;
        for (int i = 0; i < 20; i++)
        {
            h.Time.Advance(TimeSpan.FromMinutes(9));
            CallRoute route = await In(h, "s");
            Assert.Equal((first, "stays with its session"), (route.Deployment, route.Reason));
        }
        h.Time.Advance(TimeSpan.FromMinutes(10));
        Assert.NotEqual("stays with its session", (await In(h, "s")).Reason);
    }

    [Fact]
    public async Task Two_tenants_with_one_session_id_do_not_share_a_pin()
    {
        using CallHarness h = Sticky(Stickiness.Session);
        await In(h, "s", "one");
        Assert.Equal("picked by Weighted", (await In(h, "s", "two")).Reason);
        Assert.Equal("stays with its session", (await In(h, "s", "two")).Reason);
    }

    [Theory]
    [InlineData("gold", false)]
    [InlineData("silver", true)]
    public async Task Callers_with_keys_of_their_own_share_a_pin_only_where_they_share_the_key(string other, bool shared)
    {
        Dictionary<string, ICredential> keys = new() { ["gold"] = LlmCredential.FromKey("gold", "sk-1"), ["silver"] = LlmCredential.FromKey("silver", "sk-2") };
        using var h = new CallHarness(
            llm =>
            {
                foreach (string name in (string[])["a", "b", "c"])
                {
                    llm.AddProvider(name, p => p.UseCallerCredential(context => context.Metadata.TryGetValue("plan", out string? plan) ? keys[plan] : null));
                }

                llm.AddModelGroup("g", g => g.AddDeployment("a/m").AddDeployment("b/m").AddDeployment("c/m").Configure(o => o.Stickiness = Stickiness.Session));
            },
            "a",
            "b",
            "c");
        h["a"].OnOtherCalls.CallTool("look");
        h["b"].OnOtherCalls.CallTool("look");
        h["c"].OnOtherCalls.CallTool("look");

        CallRoute first = await With("silver");
        CallRoute second = await With(other);

        Assert.Equal("picked by Weighted", first.Reason);
        Assert.Equal(shared ? "stays with its session" : "picked by Weighted", second.Reason);
        Assert.Equal("stays with its session", (await With("silver")).Reason);

        // Nor does the round of a tool that another customer's account began.
        ChatMessage[] round = [new(ChatRole.User, "Hello"), new(ChatRole.Assistant, [new FunctionCallContent("call_1", "look")]), new(ChatRole.Tool, [new FunctionResultContent("call_1", "x")])];
        using IDisposable caller = LlmContext.Push(Context(other) with { SessionId = null });
        Assert.Equal("continues its tool loop", (await h.Client.ChatAsync("g", round)).GetRoute()!.Reason);
        using IDisposable stranger = LlmContext.Push(LlmContext.Empty with { Project = "shared" });
        Assert.Equal("picked by Weighted", (await h.Client.ChatAsync("g", round)).GetRoute()!.Reason);

        async Task<CallRoute> With(string plan)
        {
            using IDisposable context = LlmContext.Push(Context(plan));
            return (await h.Client.ChatAsync("g", "Hello")).GetRoute()!;
        }

        static LlmContext Context(string plan) =>
            LlmContext.Empty with { SessionId = "s", Project = "shared", Metadata = System.Collections.Immutable.ImmutableDictionary<string, string>.Empty.Add("plan", plan) };
    }

    [Fact]
    public async Task An_order_of_the_call_ignores_the_pin_and_a_wish_may_ask_for_none()
    {
        using CallHarness h = Sticky(Stickiness.Session);
        string first = (await In(h, "s")).Deployment!;
        string other = first == "a/m" ? "b/m" : "a/m";
        ChatOptions order = ((ChatOptions?)null).WithRouting(new RoutingOptions { Order = [other] });
        Assert.Equal(other, (await In(h, "s", options: order)).Deployment);
        ChatOptions none = ((ChatOptions?)null).WithRouting(new RoutingOptions { Stickiness = Stickiness.None });
        Assert.Equal("picked by Weighted", (await In(h, "s", options: none)).Reason);
    }

    [Fact]
    public async Task A_failed_call_makes_no_pin_and_a_cooling_target_is_replaced()
    {
        using CallHarness h = Sticky(Stickiness.Session);
        string first = (await In(h, "s")).Deployment!;
        h[first[..1]].OnOtherCalls.Throw(LlmErrorKind.RateLimited, statusCode: 429);
        string second = (await In(h, "s")).Deployment!;
        Assert.NotEqual(first, second);
        h[first[..1]].OnOtherCalls.Answer("ok");
        h.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal((second, "stays with its session"), ((await In(h, "s")).Deployment, (await In(h, "s")).Reason));
    }

    [Fact]
    public void A_cached_prompt_is_left_when_its_deployment_is_much_busier_or_caching_saves_nothing()
    {
        ModelPrice cheap = new() { InputPerMillion = 1, OutputPerMillion = 1, CacheReadPerMillion = 0.1m };
        Member[] members = [_builder.Member("openai/a", price: cheap), _builder.Member("openai/b", price: cheap)];
        ModelGroup group = _builder.Group("g", members, "LeastBusy");
        RouteRequest request = _builder.Request(new RoutingOptions { Stickiness = Stickiness.PromptCache }) with { Messages = [new ChatMessage(ChatRole.System, "long"), new ChatMessage(ChatRole.User, "Hello")] };
        _store.Served(group, request, members[0].Deployment, null, null, _builder.Now);
        request = request with { Affinity = _store.Find(group, request) };
        PickResult Pick(in RouteRequest asked) => _builder.Engine().Pick(_builder.Build(), group, asked, null, PickMode.Fresh);
        for (int i = 0; i < 4; i++)
        {
            _builder.Health.Started(members[0].Deployment);
        }
        Assert.Equal("stays with its prompt cache", Pick(request).Reason);
        _builder.Health.Started(members[0].Deployment);
        Assert.Contains(Enumerable.Range(0, 50).Select(_ => Pick(request).Member!.Key), static key => key == "openai/b");

        Member plain = _builder.Member("azure/c", price: new ModelPrice { InputPerMillion = 1, OutputPerMillion = 1 });
        RouteRequest other = request with { Messages = [new ChatMessage(ChatRole.User, "Other")] };
        _store.Served(group, other, plain.Deployment, null, null, _builder.Now);
        Assert.Equal(AffinityKind.None, _store.Find(group, other).Kind);
        RouteRequest same = request with { Messages = [.. request.Messages!, new ChatMessage(ChatRole.Assistant, "Hi"), new ChatMessage(ChatRole.User, "And?")] };
        Assert.Equal(new Affinity(AffinityKind.PromptCache, "openai/a"), _store.Find(group, same));
    }

    [Fact]
    public async Task The_rounds_of_one_tool_loop_stay_unless_the_deployment_fails()
    {
        using CallHarness h = Sticky(Stickiness.None);
        ChatMessage question = new(ChatRole.User, "Weather?");
        ChatMessage call = new(ChatRole.Assistant, [new FunctionCallContent("call-1", "weather")]);
        ChatMessage answer = new(ChatRole.Tool, [new FunctionResultContent("call-1", "sunny")]);
        AffinityStore store = h.Get<AffinityStore>();
        ModelGroup group = h.Get<SnapshotSource>().Current.Groups["g"];
        var begun = new RouteRequest { Context = LlmContext.Empty, Messages = [question] };
        store.Served(group, begun, group.Members[2].Deployment, null, "call-1", h.Time.GetTimestamp());
        for (int i = 0; i < 10; i++)
        {
            CallRoute route = (await h.Client.ChatAsync("g", [question, call, answer])).GetRoute()!;
            Assert.Equal(("c/m", "continues its tool loop"), (route.Deployment, route.Reason));
        }
        h["c"].OnOtherCalls.Throw(LlmErrorKind.ServerError, statusCode: 500);
        Assert.NotEqual("c/m", (await h.Client.ChatAsync("g", [question, call, answer])).GetRoute()!.Deployment);
    }

    [Fact]
    public async Task A_conversation_that_a_provider_keeps_binds_and_its_absence_is_an_error()
    {
        using CallHarness h = Sticky(Stickiness.None);
        AffinityStore store = h.Get<AffinityStore>();
        ModelGroup group = h.Get<SnapshotSource>().Current.Groups["g"];
        var begun = new RouteRequest { Context = LlmContext.Empty };
        store.Served(group, begun, group.Members[1].Deployment, "resp-1", null, h.Time.GetTimestamp());
        for (int i = 0; i < 10; i++)
        {
            CallRoute route = (await h.Client.ChatAsync("g", "Go on", new ChatOptions { ConversationId = "resp-1" })).GetRoute()!;
            Assert.Equal(("b/m", "holds the conversation"), (route.Deployment, route.Reason));
        }
        LlmException excluded = await CallHarness.FailsAsync(() => h.Client.ChatAsync("g", "Go on", new ChatOptions { ConversationId = "resp-1" }.WithRouting(new RoutingOptions { Ignore = ["b"] })));
        Assert.Equal(LlmErrorKind.NoCandidate, excluded.Kind);
        LlmException unknown = await CallHarness.FailsAsync(() => h.Client.ChatAsync("g", "Go on", new ChatOptions { ConversationId = "resp-2" }));
        Assert.Equal(LlmErrorKind.NoCandidate, unknown.Kind);
        Assert.Contains("holds the conversation 'resp-2'", unknown.Message, StringComparison.Ordinal);
        Assert.Equal("a/m", (await h.Client.ChatAsync("g", "Go on", new ChatOptions { ConversationId = "resp-2" }.WithRouting(new RoutingOptions { Only = ["a/m"] }))).GetRoute()!.Deployment);
        h["b"].OnOtherCalls.Throw(LlmErrorKind.Overloaded, statusCode: 503);
        await CallHarness.FailsAsync(() => h.RunAsync(() => h.Client.ChatAsync("g", "Go on", new ChatOptions { ConversationId = "resp-1" }), TimeSpan.FromSeconds(1)));
        Assert.All(h["a"].Calls, static c => Assert.NotEqual("resp-1", c.Options?.ConversationId));
    }

    [Fact]
    public async Task A_conversation_that_a_streamed_answer_names_binds_too()
    {
        using CallHarness h = new(
            llm =>
            {
                llm.AddProvider("keeper", p => p.UseChatClient(_ => new KeepingChatClient("resp-9")));
                llm.AddModelGroup("g", g => g.AddDeployment("a/m").AddDeployment("keeper/m").AddDeployment("b/m"));
            },
            "a",
            "b");
        ChatOptions keeper = ((ChatOptions?)null).WithRouting(new RoutingOptions { Only = ["keeper/m"] });
        ChatResponse begun = await h.Client.ChatStreamingAsync("g", "Hello", keeper).ToChatResponseAsync();
        Assert.Equal("resp-9", begun.ConversationId);
        for (int i = 0; i < 10; i++)
        {
            CallRoute route = (await h.Client.ChatStreamingAsync("g", "Go on", new ChatOptions { ConversationId = begun.ConversationId }).ToChatResponseAsync()).GetRoute()!;
            Assert.Equal(("keeper/m", "holds the conversation"), (route.Deployment, route.Reason));
        }
        Assert.Empty(h["a"].Calls);
    }

    [Fact]
    public void Pins_are_bounded_whatever_sessions_come()
    {
        ModelGroup group = _builder.Group("g", [_builder.Member("openai/a"), _builder.Member("openai/b")]);
        RouteRequest request = _builder.Request(new RoutingOptions { Stickiness = Stickiness.Session });
        for (int i = 0; i < AffinityStore.Capacity + 1000; i++)
        {
            _store.Served(group, request with { Context = LlmContext.Empty with { SessionId = $"s{i}" } }, group.Members[0].Deployment, null, null, _builder.Now);
        }
        Assert.InRange(_store.Count, 1, AffinityStore.Capacity);
        RouteRequest last = request with { Context = LlmContext.Empty with { SessionId = $"s{AffinityStore.Capacity + 999}" } };
        Assert.Equal("openai/a", _store.Find(group, last).Deployment);
    }
}

using LlmStack.Limits.Scopes;
using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Calls;

/// <summary>Limits of the configuration, on the way of calls.</summary>
public sealed class LimitCallTests
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(500);

    private static CallHarness Harness(Action<ILlmStackBuilder> limits, Action<ModelGroupOptions>? group = null)
    {
        var h = new CallHarness(
            llm => limits(llm.AddModelGroup("fast", g =>
            {
                g.AddDeployment("a/m", static d => d.Order = 0).AddDeployment("b/m", static d => d.Order = 1);
                if (group is not null)
                {
                    g.Configure(group);
                }
            })),
            "a",
            "b");
        foreach (string name in (string[])["a", "b"])
        {
            h[name].OnOtherCalls.Answer("hi").Usage(5, 2);
        }

        return h;
    }

    private static IDisposable As(string team, string? user = null) => LlmContext.Push(LlmContext.Current with { Team = team, UserId = user });

    private static void Nothing(CallHarness h)
    {
        h.AssertNothingLeaks();
        Assert.Equal(0, h.Get<ScopeBook>().OpenReservations);
    }

    [Fact]
    public async Task A_caller_over_his_limit_fails_before_any_call_leaves_with_the_seconds_to_wait()
    {
        using CallHarness h = Harness(static llm => llm.AddLimit("per-team", static l => { l.Scope.Team = "*"; l.Requests = 2; }));
        using (As("search"))
        {
            await h.Client.ChatAsync("fast", "Hello");
            h.Time.Advance(TimeSpan.FromSeconds(20));
            await h.Client.ChatAsync("fast", "Hello");
            LlmException failure = await CallHarness.FailsAsync(() => h.Client.ChatAsync("fast", "Hello"));
            Assert.Equal((LlmErrorKind.LimitExceeded, TimeSpan.FromSeconds(40), LlmErrorScope.Caller), (failure.Kind, failure.RetryAfter, failure.Scope));
            Assert.Equal("The limit 'per-team' (team=search) allows 2 requests in 60 s, and they are used up; the call fits in 40 s.", failure.Message);
            Assert.Empty(failure.Route!.Attempts);
        }

        using (As("mail"))
        {
            await h.Client.ChatAsync("fast", "Hello");
        }

        Assert.Equal(3, h["a"].Calls.Count + h["b"].Calls.Count);
        Nothing(h);
    }

    [Fact]
    public async Task A_caller_may_wait_up_to_a_bound_and_the_route_says_for_what()
    {
        using CallHarness h = Harness(static llm => llm.AddLimit("all", static l => { l.Requests = 1; l.WhenReached = LimitBehavior.WaitUpTo; l.MaxWait = TimeSpan.FromSeconds(90); }));
        await h.Client.ChatAsync("fast", "Hello");
        ChatResponse second = await h.RunAsync(h.Client.ChatAsync("fast", "Hello"), Step);
        Assert.Equal("limit 'all' (all calls)", second.GetRoute()!.LimitedBy);
        Assert.InRange(second.GetRoute()!.Timing.Queue, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(62));

        // The next of two would have to wait longer than the bound: it fails at once.
        Task<ChatResponse> third = h.Client.ChatAsync("fast", "Hello");
        h.Get<SnapshotSource>();
        using CallHarness strict = Harness(static llm => llm.AddLimit("all", static l => { l.Requests = 1; l.WhenReached = LimitBehavior.WaitUpTo; l.MaxWait = TimeSpan.FromSeconds(59); }));
        await strict.Client.ChatAsync("fast", "Hello");
        LlmException failure = await CallHarness.FailsAsync(() => strict.Client.ChatAsync("fast", "Hello"));
        Assert.Equal(TimeSpan.FromSeconds(60), failure.RetryAfter);
        await h.RunAsync(third, Step);
        Nothing(h);
    }

    [Fact]
    public async Task Waiting_ends_with_the_callers_cancellation_and_the_deadline()
    {
        using CallHarness h = Harness(static llm => llm.AddLimit("all", static l => { l.Requests = 1; l.WhenReached = LimitBehavior.WaitUpTo; l.MaxWait = TimeSpan.FromMinutes(5); }));
        await h.Client.ChatAsync("fast", "Hello");
        using var cancel = new CancellationTokenSource();
        Task<ChatResponse> waiting = h.Client.ChatAsync("fast", "Hello", cancellationToken: cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        LlmException failure = await CallHarness.FailsAsync(() => h.Client.ChatAsync("fast", "Hello", new ChatOptions().WithRouting(new RoutingOptions { Deadline = TimeSpan.FromSeconds(10) })));
        Assert.Equal(LlmErrorKind.LimitExceeded, failure.Kind);
        Nothing(h);
    }

    [Fact]
    public async Task Over_a_providers_limit_the_call_goes_elsewhere_and_only_then_fails()
    {
        using CallHarness h = Harness(static llm => llm.AddLimit("per-provider", static l => { l.Scope.Provider = "*"; l.Requests = 1; }));
        string[] asked = [(await h.Client.ChatAsync("fast", "Hello")).GetRoute()!.Provider!, (await h.Client.ChatAsync("fast", "Hello")).GetRoute()!.Provider!];
        Assert.Equal(["a", "b"], asked);
        LlmException failure = await CallHarness.FailsAsync(() => h.Client.ChatAsync("fast", "Hello"));
        Assert.Equal((LlmErrorKind.LimitExceeded, TimeSpan.FromSeconds(60)), (failure.Kind, failure.RetryAfter));
        Assert.Contains("limits removed 2 of 2 (the limit 'per-provider' (provider=a) allows 1 requests in 60 s", failure.Message, StringComparison.Ordinal);
        RouteExplanation plan = await h.Router.ExplainAsync("fast", [new ChatMessage(ChatRole.User, "Hello")]);
        Assert.All(plan.Candidates, static candidate => Assert.Equal((false, "limits"), (candidate.Included, candidate.Filter)));
        h.Time.Advance(TimeSpan.FromSeconds(60));
        await h.Client.ChatAsync("fast", "Hello");
        Nothing(h);
    }

    [Fact]
    public async Task A_deployments_limit_may_be_waited_for_when_nobody_is_outside_it()
    {
        using CallHarness h = Harness(static llm => llm.AddLimit("m", static l => { l.Scope.Model = "m"; l.Requests = 1; l.WhenReached = LimitBehavior.WaitUpTo; l.MaxWait = TimeSpan.FromMinutes(2); }));
        await h.Client.ChatAsync("fast", "Hello");
        ChatResponse second = await h.RunAsync(h.Client.ChatAsync("fast", "Hello"), Step);
        Assert.Equal("limit 'm' (model=m)", second.GetRoute()!.LimitedBy);
        Assert.Null(second.GetRoute()!.Removals);
        Nothing(h);
    }

    [Fact]
    public async Task A_place_under_a_limit_of_concurrent_calls_passes_from_one_call_to_the_next()
    {
        using CallHarness h = Harness(static llm => llm.AddLimit("team", static l => { l.Scope.Team = "*"; l.ConcurrentCalls = 1; l.WhenReached = LimitBehavior.WaitUpTo; l.MaxWait = TimeSpan.FromMinutes(5); }));
        h["a"].OnOtherCalls.Answer("hi").Usage(5, 2).Delay(TimeSpan.FromSeconds(10));
        using IDisposable team = As("search");
        Task<ChatResponse>[] calls = [.. Enumerable.Range(0, 4).Select(_ => h.Client.ChatAsync("fast", "Hello"))];
        await h["a"].WaitForCallAsync(1).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Single(h["a"].Calls);
        ChatResponse[] answers = await h.RunAsync(Task.WhenAll(calls), TimeSpan.FromSeconds(1));
        Assert.Equal(3, answers.Count(static answer => answer.GetRoute()!.LimitedBy == "limit 'team' (team=search)"));
        Nothing(h);
    }

    [Fact]
    public async Task A_call_counts_once_for_its_caller_and_each_attempt_for_its_provider()
    {
        using CallHarness h = Harness(static llm => llm
            .AddLimit("user", static l => { l.Scope.User = "*"; l.Requests = 1; l.ConcurrentCalls = 1; })
            .AddLimit("provider", static l => { l.Scope.Provider = "*"; l.Requests = 5; }));
        h["a"].OnCall(1).Throw(LlmErrorKind.Overloaded, statusCode: 503);
        using IDisposable user = As("search", "u");
        CallRoute route = (await h.Client.ChatAsync("fast", "Hello")).GetRoute()!;
        Assert.Equal(2, route.Attempts.Count);
        IReadOnlyList<LimitStatus> used = h.Get<ILlmLimits>().GetLimits();
        Assert.Equal(
            ["provider provider=a 1", "provider provider=b 1", "user user=u 1"],
            used.Where(static row => row.Amount == "requests").Select(static row => $"{row.Id} {row.Scope} {row.Used}").Order());
        Assert.All(used.Where(static row => row.Amount == "requests"), static row => Assert.Equal(TimeSpan.FromSeconds(60), row.RelievedIn));
        Nothing(h);
    }

    [Fact]
    public async Task Tokens_are_reserved_as_estimated_and_settled_as_used_by_streams_too()
    {
        using CallHarness h = Harness(static llm => llm.AddLimit("tokens", static l => { l.Scope.Team = "*"; l.TotalTokens = 100; }));
        using IDisposable team = As("search");
        await h.StreamAsync("fast");
        Assert.Equal(7, Assert.Single(h.Get<ILlmLimits>().GetLimits()).Used);

        // A consumer that breaks off: what had arrived is counted.
        h["a"].OnOtherCalls.Stream("12345678", "never").StallAfter(1);
        await foreach (ChatResponseUpdate update in h.Client.ChatStreamingAsync("fast", "Hello"))
        {
            if (update.Text.Length > 0)
            {
                break;
            }
        }

        Assert.InRange(Assert.Single(h.Get<ILlmLimits>().GetLimits()).Used, 8, 60);
        Nothing(h);
    }

    [Fact]
    public async Task A_prompt_larger_than_the_whole_limit_is_never_waited_for()
    {
        using CallHarness h = Harness(static llm => llm.AddLimit("tokens", static l => { l.InputTokens = 10; l.WhenReached = LimitBehavior.WaitUpTo; }));
        LlmException failure = await CallHarness.FailsAsync(() => h.Client.ChatAsync("fast", new string('x', 4_000)));
        Assert.Equal((LlmErrorKind.LimitExceeded, (TimeSpan?)null), (failure.Kind, failure.RetryAfter));
        Assert.Contains("and the call needs more", failure.Message, StringComparison.Ordinal);
        Nothing(h);
    }

    [Fact]
    public async Task A_hedge_is_bound_and_counts_no_second_call()
    {
        using CallHarness h = Harness(
            static llm => llm
                .AddLimit("user", static l => { l.Scope.User = "*"; l.ConcurrentCalls = 1; })
                .AddLimit("b", static l => { l.Scope.Provider = "b"; l.Requests = 1; }),
            static g => g.Hedging = new HedgingOptions { Delay = TimeSpan.FromSeconds(1), MaxShare = 1 });
        h["a"].OnOtherCalls.Delay(TimeSpan.FromSeconds(5)).Answer("slow");
        using IDisposable user = As("search", "u");
        Assert.Equal("b", (await h.RunAsync(h.Client.ChatAsync("fast", "Hello"), Step)).GetRoute()!.Provider);
        Assert.Equal("a", (await h.RunAsync(h.Client.ChatAsync("fast", "Hello"), Step)).GetRoute()!.Provider);
        Assert.Single(h["b"].Calls);
        Nothing(h);
    }

    [Fact]
    public async Task A_judge_belongs_to_the_call_that_it_judges()
    {
        using CallHarness h = new(
            static llm => llm
                .AddModelGroup("fast", static g => g.AddDeployment("a/m").Configure(static o => o.Cascade = new CascadeOptions { Judge = "judge", EscalateTo = "smart" }))
                .AddModelGroup("smart", static g => g.AddDeployment("b/m"))
                .AddModelGroup("judge", static g => g.AddDeployment("b/judge"))
                .AddLimit("user", static l => { l.Scope.User = "*"; l.Requests = 1; l.ConcurrentCalls = 1; })
                .AddLimit("judges", static l => { l.Scope.Model = "judge"; l.Requests = 1; }),
            "a",
            "b");
        h["a"].OnOtherCalls.Answer("weak").Usage(5, 2);
        h["b"].OnCall(1).Answer("yes").Usage(5, 1);
        using IDisposable user = As("search", "u");
        Assert.Equal("weak", (await h.Client.ChatAsync("fast", "Hello")).Text);
        Assert.Single(h["b"].Calls);
        Assert.Equal(1, h.Get<ILlmLimits>().GetLimits().Single(static row => row.Id == "judges").Used);
        Nothing(h);
    }

    [Fact]
    public async Task A_reload_keeps_what_was_counted_and_takes_the_new_amount()
    {
        int requests = 1;
        using CallHarness h = Harness(llm => llm.AddLimit("all", l => l.Requests = requests));
        await h.Client.ChatAsync("fast", "Hello");
        await CallHarness.FailsAsync(() => h.Client.ChatAsync("fast", "Hello"));
        requests = 2;
        h.Get<LlmStack.Configuration.SnapshotReloader>().Reload();
        await h.Client.ChatAsync("fast", "Hello");
        await CallHarness.FailsAsync(() => h.Client.ChatAsync("fast", "Hello"));
        Nothing(h);
    }

    [Fact]
    public async Task Parallel_calls_get_exactly_the_limit()
    {
        using CallHarness h = Harness(static llm => llm.AddLimit("team", static l => { l.Scope.Team = "*"; l.Requests = 50; }).AddLimit("all", static l => l.TotalTokens = 1_000_000));
        using IDisposable team = As("search");
        int served = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            for (int i = 0; i < 50; i++)
            {
                try
                {
                    await h.Client.ChatAsync("fast", "Hello");
                    Interlocked.Increment(ref served);
                }
                catch (LlmException failure) when (failure.Kind == LlmErrorKind.LimitExceeded)
                {
                }
            }
        })));
        Assert.Equal(50, served);
        Nothing(h);
    }
}

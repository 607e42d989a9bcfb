using LlmStack.Limits.Scopes;
using LlmStack.Providers;
using LlmStack.Routing;
using LlmStack.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace LlmStack.Tests.Calls;

/// <summary>Budgets of the configuration and of runs, on the way of calls.</summary>
public sealed class BudgetCallTests
{
    /// <summary>A dollar for each token of the answer.</summary>
    private static readonly ModelPrice Dear = new() { InputPerMillion = 0, OutputPerMillion = 1_000_000 };
    private static readonly ModelPrice Free = new() { InputPerMillion = 0, OutputPerMillion = 0 };

    private static CallHarness Harness(Action<ILlmStackBuilder>? budgets = null, ModelPrice? other = null, Action<ModelGroupOptions>? group = null)
    {
        var h = new CallHarness(
            llm =>
            {
                llm.AddModelGroup("fast", g =>
                {
                    g.AddDeployment("a/m", static d => { d.Order = 0; d.Price = Dear; });
                    if (other is not null)
                    {
                        g.AddDeployment("b/m", d => { d.Order = 1; d.Price = other; });
                    }

                    if (group is not null)
                    {
                        g.Configure(group);
                    }
                });
                budgets?.Invoke(llm);
            },
            "a",
            "b");
        h["a"].OnOtherCalls.Answer("hi").Usage(5, 2);
        h["b"].OnOtherCalls.Answer("cheap").Usage(5, 2);
        return h;
    }

    private static ChatOptions Up(int tokens) => new() { MaxOutputTokens = tokens };

    private static void Nothing(CallHarness h)
    {
        h.AssertNothingLeaks();
        Assert.Equal(0, h.Get<ScopeBook>().OpenReservations);
    }

    [Fact]
    public async Task A_call_that_would_probably_pass_a_budget_is_refused_before_it_leaves()
    {
        using CallHarness h = Harness(static llm => llm.AddBudget("team", static b => { b.Scope.Team = "*"; b.Amount = 5; b.Period = BudgetPeriod.Day; }));
        using IDisposable team = LlmContext.Push(new LlmContext { Team = "t" });
        LlmException early = await CallHarness.FailsAsync(() => h.Client.ChatAsync("fast", "Hello", Up(6)));
        Assert.Equal(LlmErrorKind.BudgetExceeded, early.Kind);
        Assert.Contains("and the call would probably cost more than all of it", early.Message, StringComparison.Ordinal);
        await h.Client.ChatAsync("fast", "Hello", Up(5));
        await h.Client.ChatAsync("fast", "Hello", Up(3));
        BudgetStatus status = Assert.Single(h.Get<ILlmLimits>().GetBudgets());
        Assert.Equal(new BudgetStatus("team", "team=t", 5, 4, 0, TimeSpan.FromHours(16)), status);
        Assert.Equal(1, status.Remaining);
        LlmException failure = await CallHarness.FailsAsync(() => h.Client.ChatAsync("fast", "Hello", Up(2)));
        Assert.Equal((LlmErrorKind.BudgetExceeded, TimeSpan.FromHours(16)), (failure.Kind, failure.RetryAfter));
        Assert.Contains("budget removed 1 of 1 (the budget 'team' (team=t) has 1 of 5 USD left; it starts anew in 57600 s)", failure.Message, StringComparison.Ordinal);
        Assert.Equal(2, h["a"].Calls.Count);
        h.Time.Advance(TimeSpan.FromHours(16));
        await h.Client.ChatAsync("fast", "Hello", Up(5));
        Nothing(h);
    }

    [Fact]
    public async Task When_the_budget_is_used_up_what_costs_nothing_still_serves()
    {
        using CallHarness h = Harness(static llm => llm.AddBudget("all", static b => b.Amount = 2), Free);
        Assert.Equal("a", (await h.Client.ChatAsync("fast", "Hello", Up(2))).GetRoute()!.Provider);
        Assert.Equal("b", (await h.Client.ChatAsync("fast", "Hello", Up(2))).GetRoute()!.Provider);
        RouteExplanation plan = await h.Router.ExplainAsync("fast", [new ChatMessage(ChatRole.User, "Hello")]);
        Assert.Equal("b/m", plan.Picked);
        Assert.Equal("budget", plan.Candidates.Single(static candidate => !candidate.Included).Filter);
        Assert.Contains("the budget 'all' (all calls) has 0 of 2 USD left", plan.ToString(), StringComparison.Ordinal);
        Nothing(h);
    }

    [Fact]
    public async Task A_providers_budget_leads_to_another_provider()
    {
        using CallHarness h = Harness(static llm => llm.AddBudget("a", static b => { b.Scope.Provider = "a"; b.Amount = 3; }), Dear);
        var asked = new List<string>();
        for (int i = 0; i < 2; i++)
        {
            asked.Add((await h.Client.ChatAsync("fast", "Hello", Up(2))).GetRoute()!.Provider!);
        }

        Assert.Equal(["a", "b"], asked);
        Nothing(h);
    }

    [Fact]
    public async Task Budgets_of_project_team_and_user_all_hold()
    {
        using CallHarness h = Harness(static llm => llm
            .AddBudget("project", static b => { b.Scope.Project = "*"; b.Amount = 8; })
            .AddBudget("team", static b => { b.Scope.Team = "*"; b.Amount = 4; })
            .AddBudget("user", static b => { b.Scope.User = "*"; b.Amount = 2; }));
        Assert.Null(await RefusedByAsync("t1", "u1"));
        Assert.Equal("user", await RefusedByAsync("t1", "u1"));
        Assert.Null(await RefusedByAsync("t1", "u2"));
        Assert.Equal("team", await RefusedByAsync("t1", "u3"));
        Assert.Null(await RefusedByAsync("t2", "u4"));
        Assert.Null(await RefusedByAsync("t3", "u5"));
        Assert.Equal("project", await RefusedByAsync("t4", "u6"));
        Nothing(h);
        return;

        async Task<string?> RefusedByAsync(string team, string user)
        {
            using IDisposable caller = LlmContext.Push(new LlmContext { Project = "p", Team = team, UserId = user });
            try
            {
                await h.Client.ChatAsync("fast", "Hello", Up(2));
                return null;
            }
            catch (LlmException failure)
            {
                Assert.Equal(LlmErrorKind.BudgetExceeded, failure.Kind);
                return failure.Message.Split('\'')[3];
            }
        }
    }

    [Fact]
    public async Task A_runs_budget_binds_everything_inside_it_and_nested_ones_all_hold()
    {
        using CallHarness h = Harness();
        using (LlmBudget run = LlmContext.OpenBudget(5m, "research"))
        {
            await h.Client.ChatAsync("fast", "Hello", Up(2));
            Assert.Equal((2m, 3m, 0m), (run.Spent, run.Remaining, run.Reserved));
            using (LlmBudget step = LlmContext.OpenBudget(2m))
            {
                await Task.Run(() => h.Client.ChatAsync("fast", "Hello", Up(2)));
                Assert.Equal((2m, 0m), (step.Spent, step.Remaining));
                LlmException inner = await CallHarness.FailsAsync(() => h.Client.ChatAsync("fast", "Hello", Up(1)));
                Assert.Contains("the budget '2 USD of this run' (all calls) has 0 of 2 USD left", inner.Message, StringComparison.Ordinal);
            }

            Assert.Equal(4m, run.Spent);
            LlmException outer = await CallHarness.FailsAsync(() => h.Client.ChatAsync("fast", "Hello", Up(2)));
            Assert.Equal((LlmErrorKind.BudgetExceeded, (TimeSpan?)null), (outer.Kind, outer.RetryAfter));
            Assert.Contains("'research'", outer.Message, StringComparison.Ordinal);
        }

        await h.Client.ChatAsync("fast", "Hello", Up(20));
        Nothing(h);
    }

    /// <summary>Dollars for each token of the prompt; its answer is free.</summary>
    [Theory]
    [InlineData("nothing", 1)]
    [InlineData("a mark", 1.25)]
    [InlineData("a mark for an hour", 2)]
    [InlineData("a mark on a tool", 1.25)]
    [InlineData("breakpoints", 1.25)]
    public async Task What_may_be_written_to_the_providers_cache_is_reserved_at_the_price_of_that(string asked, double rate)
    {
        var price = new ModelPrice { InputPerMillion = 1_000_000, OutputPerMillion = 0, CacheReadPerMillion = 100_000, CacheWritePerMillion = 1_250_000, CacheWrite1hPerMillion = 2_000_000 };
        using var h = new CallHarness(llm => llm.AddModelGroup("fast", g => g.AddDeployment("a/m", d => d.Price = price)), "a");
        h["a"].OnOtherCalls.Delay(TimeSpan.FromSeconds(1)).Answer("hi").Usage(10, 2);
        var prompt = new ChatMessage(ChatRole.User, new string('x', 4_000));
        ChatOptions? options = asked switch
        {
            "breakpoints" => ((ChatOptions?)null).WithRouting(new RoutingOptions { CacheBreakpoints = true }),
            "a mark on a tool" => new ChatOptions { Tools = [AIFunctionFactory.Create(static () => 1, new AIFunctionFactoryOptions { Name = "f", AdditionalProperties = new Dictionary<string, object?> { ["cache_control"] = "ephemeral" } })] },
            _ => null,
        };
        if (asked.StartsWith("a mark", StringComparison.Ordinal) && options is null)
        {
            prompt.WithCacheMarker(asked == "a mark" ? null : TimeSpan.FromHours(1));
        }

        using LlmBudget run = LlmContext.OpenBudget(1_000_000m);
        Task<ChatResponse> call = h.Client.ChatAsync("fast", [prompt], options);
        await h["a"].WaitForCallAsync(1);
        int tokens = h.Get<ITokenEstimator>().EstimateTokens([prompt], options);
        Assert.Equal(tokens * (decimal)rate, run.Reserved);
        h.Time.Advance(TimeSpan.FromSeconds(1));
        await call.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal((10m, 0m), (run.Spent, run.Reserved));
    }

    [Theory]
    [InlineData("openai", "None", "CacheWrite")]
    [InlineData("azure", "Hour", "CacheWrite")]
    [InlineData("anthropic", "None", "Input")]
    [InlineData("bedrock", "Hour", "CacheWrite1h")]
    [InlineData(null, "Usual", "CacheWrite")]
    public void Who_writes_to_its_cache_unasked_is_known(string? catalogName, string mark, string expected) =>
        Assert.Equal(expected, PromptPrice.Of(new ProviderEntry("p", new ScriptedProvider(), new StaticCredential("key", "secret")) { CatalogName = catalogName }, null, Enum.Parse<CacheMark>(mark)).ToString());

    [Fact]
    public async Task A_context_of_its_own_does_not_lead_out_of_a_runs_budget()
    {
        using CallHarness h = Harness();
        LlmContext before = LlmContext.Current;
        using (LlmBudget run = LlmContext.OpenBudget(5m, "research"))
        {
            LlmContext inside = LlmContext.Current;
            using (LlmContext.Push(new LlmContext { Team = "search" }))
            {
                await h.Client.ChatAsync("fast", "Hello", Up(2));
                Assert.Equal((2m, "search"), (run.Spent, LlmContext.Current.Team));
            }

            using (LlmContext.Push(before))
            {
                await h.Client.ChatAsync("fast", "Hello", Up(2));
                Assert.Equal(4m, run.Spent);
            }

            using LlmBudget step = LlmContext.OpenBudget(1m, "step");
            using IDisposable outer = LlmContext.Push(inside);
            LlmException refused = await CallHarness.FailsAsync(() => h.Client.ChatAsync("fast", "Hello", Up(2)));
            Assert.Contains("'step'", refused.Message, StringComparison.Ordinal);
        }

        Nothing(h);
    }

    [Fact]
    public void A_runs_budget_is_checked()
    {
        Assert.Throws<ArgumentOutOfRangeException>(static () => LlmContext.OpenBudget(-0.01m));
        Assert.Throws<ArgumentOutOfRangeException>(static () => LlmContext.OpenBudget(2_000_000_000m));
        using LlmBudget budget = LlmContext.OpenBudget(0m);
        Assert.Equal((0m, 0m), (budget.Spent, budget.Remaining));
    }

    [Fact]
    public async Task Every_attempt_of_a_call_draws_on_its_budget_and_a_loser_is_paid()
    {
        using CallHarness h = Harness(static llm => llm.AddBudget("all", static b => b.Amount = 100), Dear, static g => g.Hedging = new HedgingOptions { Delay = TimeSpan.FromSeconds(1), MaxShare = 1 });
        h["a"].OnOtherCalls.StallAfter(0);
        ChatResponse response = await h.RunAsync(h.Client.ChatAsync("fast", "Hello", Up(2)), TimeSpan.FromMilliseconds(250));
        Assert.Equal(response.GetRoute()!.Cost.Total, Assert.Single(h.Get<ILlmLimits>().GetBudgets()).Spent);
        Nothing(h);
    }

    [Fact]
    public async Task A_hedge_that_no_budget_has_room_for_is_not_sent()
    {
        using CallHarness h = Harness(null, Dear, static g => g.Hedging = new HedgingOptions { Delay = TimeSpan.FromSeconds(1), MaxShare = 1 });
        h["a"].OnOtherCalls.Delay(TimeSpan.FromSeconds(3)).Answer("slow").Usage(5, 2);
        using LlmBudget run = LlmContext.OpenBudget(3m);
        Assert.Equal("a", (await h.RunAsync(h.Client.ChatAsync("fast", "Hello", Up(2)), TimeSpan.FromMilliseconds(250))).GetRoute()!.Provider);
        Assert.Empty(h["b"].Calls);
        Assert.Equal(2m, run.Spent);
        Nothing(h);
    }

    [Fact]
    public async Task A_fallback_is_bound_and_may_be_the_cheaper_one()
    {
        using CallHarness h = new(
            static llm => llm
                .AddModelGroup("dear", static g => g.AddDeployment("a/m", static d => d.Price = Dear).FallBackTo("cheap"))
                .AddModelGroup("cheap", static g => g.AddDeployment("b/m", static d => d.Price = new ModelPrice { InputPerMillion = 0, OutputPerMillion = 100_000 })),
            "a",
            "b");
        h["b"].OnOtherCalls.Answer("cheap").Usage(5, 2);
        using LlmBudget run = LlmContext.OpenBudget(1m);
        Assert.Equal("b", (await h.Client.ChatAsync("dear", "Hello", Up(5))).GetRoute()!.Provider);
        Assert.Equal(0.2m, run.Spent);
        LlmException failure = await CallHarness.FailsAsync(() => h.Client.ChatAsync("dear", "Hello", Up(9)));
        Assert.Equal(LlmErrorKind.BudgetExceeded, failure.Kind);
        Assert.Empty(h["a"].Calls);
        Nothing(h);
    }

    [Fact]
    public async Task A_single_calls_budget_covers_all_its_attempts_and_starts_anew_with_the_next_call()
    {
        using CallHarness h = Harness(static llm => llm.AddBudget("call", static b => { b.PerCall = true; b.Amount = 3; }), Dear);
        h["a"].OnCall(1).Throw(new LlmException(LlmErrorKind.InvalidResponse, "unreadable") { StatusCode = 200, Usage = new UsageDetails { InputTokenCount = 5, OutputTokenCount = 2 } });
        LlmException failure = await CallHarness.FailsAsync(() => h.Client.ChatAsync("fast", "Hello", Up(2)));
        Assert.Empty(h["b"].Calls);
        Assert.Equal(LlmErrorKind.InvalidResponse, failure.Kind);
        await h.Client.ChatAsync("fast", "Hello", Up(2));
        await h.Client.ChatAsync("fast", "Hello", Up(2));
        Assert.Empty(h.Get<ILlmLimits>().GetBudgets());
        Nothing(h);
    }

    [Fact]
    public async Task A_price_nobody_knows_counts_at_the_dearest_or_is_refused()
    {
        using CallHarness assume = new(static llm => llm.AddModelGroup("fast", static g => g.AddDeployment("a/nobody-knows-this")), "a");
        assume["a"].OnOtherCalls.Answer("hi").Usage(1_000, 1_000);
        using (LlmBudget run = LlmContext.OpenBudget(1_000m))
        {
            await assume.Client.ChatAsync("fast", "Hello", Up(10));
            ModelPrice dearest = assume.Get<SnapshotSource>().Current.Models.DearestOf(assume.Get<SnapshotSource>().Current.Providers["a"]);
            Assert.True(dearest.OutputPerMillion >= 100);
            Assert.Equal((dearest.InputPerMillion + dearest.OutputPerMillion) / 1_000, run.Spent);
        }

        using (LlmBudget run = LlmContext.OpenBudget(1m, unknownPrice: UnknownPriceBehavior.Ignore))
        {
            await assume.Client.ChatAsync("fast", "Hello");
            Assert.Equal(0m, run.Spent);
        }

        using (LlmContext.OpenBudget(1m, "strict", UnknownPriceBehavior.Reject))
        {
            LlmException failure = await CallHarness.FailsAsync(() => assume.Client.ChatAsync("fast", "Hello"));
            Assert.Equal(LlmErrorKind.BudgetExceeded, failure.Kind);
            Assert.Contains("the price is unknown, which the budget 'strict' (all calls) does not allow", failure.Message, StringComparison.Ordinal);
        }

        Nothing(assume);
    }

    [Fact]
    public async Task Operators_are_told_of_soft_amounts_and_refusals()
    {
        using CallHarness h = Harness(static llm => llm.AddBudget("team", static b => { b.Scope.Team = "*"; b.Amount = 4; b.SoftPercentages = [50]; }));
        var told = new List<LlmEvent>();
        using IDisposable watching = h.Get<ILlmEvents>().Subscribe(new Observer(told));
        using IDisposable team = LlmContext.Push(new LlmContext { Team = "t" });
        await h.Client.ChatAsync("fast", "Hello", Up(2));
        await h.Client.ChatAsync("fast", "Hello", Up(2));
        await CallHarness.FailsAsync(() => h.Client.ChatAsync("fast", "Hello", Up(2)));
        await CallHarness.FailsAsync(() => h.Client.ChatAsync("fast", "Hello", Up(2)));
        await h.Router.ExplainAsync("fast", [new ChatMessage(ChatRole.User, "Hello")]);
        await h.Get<LlmStack.Diagnostics.Events.LlmEventSource>().IdleAsync();
        Assert.Equal([LlmEventKind.SoftBudgetReached, LlmEventKind.HardBudgetRefused], told.Select(static e => e.Kind));
        Assert.All(told, static e => Assert.Equal(("team", "team=t", 4m), (e.Subject, e.Scope, e.Limit!.Value)));
        Assert.Equal([2m, 4m], told.Select(static e => e.Amount!.Value));
    }

    private sealed class Observer(List<LlmEvent> told) : IObserver<LlmEvent>
    {
        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }

        public void OnNext(LlmEvent value) => told.Add(value);
    }
}

using LlmStack.Providers;
using LlmStack.Routing;
using LlmStack.Tests.Support;
using NSubstitute;

namespace LlmStack.Tests.Routing;

public class PickTests
{
    private readonly SnapshotTestBuilder _builder = new();

    private PickResult Pick(ModelGroup group, RoutingOptions? routing = null, AttemptHistory? history = null, PickMode mode = PickMode.Fresh, List<FilterRemoval>? removals = null, int input = 100) =>
        _builder.Engine().Pick(_builder.Build(), group, _builder.Request(routing, input), history, mode, removals);

    private HashSet<string> PickedOf(ModelGroup group, RoutingOptions? routing = null)
    {
        RoutingSnapshot snapshot = _builder.Build();
        RoutingEngine engine = _builder.Engine();
        var seen = new HashSet<string>();
        for (int i = 0; i < 200; i++)
        {
            seen.Add(engine.Pick(snapshot, group, _builder.Request(routing), null, PickMode.Fresh).Member!.Deployment.Id);
        }
        return seen;
    }

    [Fact]
    public void Group_without_deployments_is_filtered_with_a_reason()
    {
        ModelGroup group = _builder.Group("empty", []);
        PickResult result = Pick(group);
        Assert.Equal(PickStatus.Filtered, result.Status);
        Assert.Equal(LlmErrorKind.NoCandidate, result.Kind);
        Assert.Equal("the group has no deployments", result.Reason);
    }

    [Fact]
    public void Region_binds()
    {
        ModelGroup group = _builder.Group("g", [_builder.Member("openai/a", region: "us"), _builder.Member("openai/b", region: "eu"), _builder.Member("openai/c")]);
        Assert.Equal(["openai/b@eu"], PickedOf(group, new RoutingOptions { Region = "EU" }));
        var removals = new List<FilterRemoval>();
        PickResult none = Pick(group, new RoutingOptions { Region = "asia" }, removals: removals);
        Assert.Equal(PickStatus.Filtered, none.Status);
        Assert.Equal(new FilterRemoval("region", 3, "region 'us' is not 'asia'"), Assert.Single(removals));
    }

    [Fact]
    public void Tags_prefer_matching_members_then_defaults()
    {
        ModelGroup group = _builder.Group("g", [_builder.Member("openai/gold", tags: ["gold", "paid"]), _builder.Member("openai/std", tags: ["default"]), _builder.Member("openai/plain")]);
        Assert.Equal(["openai/gold"], PickedOf(group, new RoutingOptions { Tags = ["gold"] }));
        Assert.Equal(["openai/gold"], PickedOf(group, new RoutingOptions { Tags = ["none", "PAID"] }));
        Assert.Equal(["openai/std"], PickedOf(group, new RoutingOptions { Tags = ["none"] }));
        Assert.Equal(["openai/std"], PickedOf(group));
    }

    [Fact]
    public void Tags_that_match_nobody_without_a_default_are_an_error_and_no_tags_mean_all()
    {
        ModelGroup group = _builder.Group("g", [_builder.Member("openai/a", tags: ["gold"]), _builder.Member("openai/b")]);
        PickResult result = Pick(group, new RoutingOptions { Tags = ["silver"] });
        Assert.Equal(PickStatus.Filtered, result.Status);
        Assert.Contains("there is no default", result.Reason, StringComparison.Ordinal);
        Assert.Equal(2, PickedOf(group).Count);
        Assert.Equal(2, PickedOf(group, new RoutingOptions { Tags = [] }).Count);
    }

    [Fact]
    public void Default_tag_counts_only_among_those_left_by_other_filters()
    {
        ModelGroup group = _builder.Group("g", [_builder.Member("openai/a", region: "us", tags: ["default"]), _builder.Member("openai/b", region: "eu")]);
        Assert.Equal(["openai/b@eu"], PickedOf(group, new RoutingOptions { Region = "eu" }));
    }

    [Fact]
    public void Environments_are_compared_with_the_snapshots()
    {
        ModelGroup group = _builder.Group("g", [_builder.Member("openai/a", environments: ["Production"]), _builder.Member("openai/b", environments: ["staging", "test"]), _builder.Member("openai/c")]);
        _builder.Environment = "Staging";
        Assert.Equal(["openai/b", "openai/c"], PickedOf(group).Order());
    }

    [Fact]
    public void Only_and_ignore_take_ids_and_provider_names()
    {
        ModelGroup group = _builder.Group("g", [_builder.Member("openai/a"), _builder.Member("openai/b"), _builder.Member("azure/a")]);
        Assert.Equal(["azure/a"], PickedOf(group, new RoutingOptions { Only = ["Azure"] }));
        Assert.Equal(["openai/b"], PickedOf(group, new RoutingOptions { Only = ["OpenAI/B"] }));
        Assert.Equal(["azure/a", "openai/b"], PickedOf(group, new RoutingOptions { Ignore = ["openai/a"] }).Order());
        Assert.Equal(["azure/a"], PickedOf(group, new RoutingOptions { Ignore = ["openai"] }));
    }

    [Fact]
    public void Operation_removes_providers_that_do_not_offer_it()
    {
        _builder.Provider("vectors", faces: [typeof(IEmbeddingProvider)]);
        ModelGroup group = _builder.Group("g", [_builder.Member("openai/a"), _builder.Member("vectors/a")]);
        RoutingSnapshot snapshot = _builder.Build();
        RoutingEngine engine = _builder.Engine();
        Assert.Equal("vectors/a", engine.Pick(snapshot, group, _builder.Request(operation: LlmOperation.Embeddings), null, PickMode.Fresh).Member!.Deployment.Id);
        PickResult rerank = engine.Pick(snapshot, group, _builder.Request(operation: LlmOperation.Rerank), null, PickMode.Fresh);
        Assert.Equal(PickStatus.Filtered, rerank.Status);
        Assert.Contains("does not offer Rerank", rerank.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1000, true)]
    [InlineData(1001, false)]
    public void Context_window_admits_exactly_its_limit(int input, bool admitted)
    {
        ModelGroup group = _builder.Group("g", [_builder.Member("openai/a", window: 1000)]);
        PickResult result = Pick(group, input: input);
        Assert.Equal(admitted ? PickStatus.Picked : PickStatus.Filtered, result.Status);
        if (!admitted)
        {
            Assert.Equal(LlmErrorKind.ContextWindowExceeded, result.Kind);
            string text = _builder.Engine().DescribeEmpty(_builder.Build(), group, _builder.Request(input: input), null, PickMode.Fresh);
            Assert.Contains("1001", text, StringComparison.Ordinal);
            Assert.Contains("limit is 1000", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Context_window_uses_what_was_learned_of_the_model()
    {
        ModelGroup group = _builder.Group("g", [_builder.Member("openai/a", window: 1000), _builder.Member("openai/b", window: 1000)]);
        for (int i = 0; i < 100; i++)
        {
            _builder.Estimator.Observe("a", 100, 150);
        }
        for (int i = 0; i < 50; i++)
        {
            Assert.Equal("openai/b", Pick(group, input: 900).Member!.Deployment.Id);
        }
    }

    [Fact]
    public void Last_filter_that_emptied_the_set_gives_the_kind()
    {
        ModelGroup group = _builder.Group("g", [_builder.Member("openai/a", window: 10), _builder.Member("openai/b", rpm: 1)]);
        Deployment limited = group.Members[1].Deployment;
        Assert.True(_builder.Admission.TryReserve(new(limited, LlmContext.Empty, 1, 1, _builder.Now), out _).Admitted);
        var removals = new List<FilterRemoval>();
        PickResult result = Pick(group, removals: removals);
        Assert.Equal(PickStatus.Cooling, result.Status);
        Assert.Equal(LlmErrorKind.LimitExceeded, result.Kind);
        Assert.Equal(TimeSpan.FromSeconds(60), result.Wait);
        Assert.Equal(["context window", "limits"], removals.Select(r => r.Filter));
        string text = _builder.Engine().DescribeEmpty(_builder.Build(), group, _builder.Request(), null, PickMode.Fresh);
        Assert.Contains("context window removed 1 of 2", text, StringComparison.Ordinal);
        Assert.Contains("limits removed 1 of 2", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Lowest_order_among_the_survivors_is_used_and_the_next_when_it_is_gone()
    {
        ModelGroup group = _builder.Group("g", [_builder.Member("openai/a", order: 0), _builder.Member("azure/b", order: 1), _builder.Member("openai/c", order: 2)]);
        var history = new AttemptHistory();
        var order = new List<string>();
        for (int i = 0; i < 3; i++)
        {
            Deployment picked = Pick(group, history: history).Member!.Deployment;
            order.Add(picked.Id);
            history.Add(picked, refused: false);
        }
        Assert.Equal(["openai/a", "azure/b", "openai/c"], order);
        Assert.Equal(PickStatus.Exhausted, Pick(group, history: history).Status);
    }

    [Fact]
    public void Order_of_the_call_outranks_tiers_and_strategy()
    {
        ModelGroup group = _builder.Group("g", [_builder.Member("openai/a"), _builder.Member("azure/b", order: 1), _builder.Member("openai/c", order: 2)]);
        var routing = new RoutingOptions { Order = ["openai/c", "azure"] };
        var history = new AttemptHistory();
        var order = new List<string>();
        for (int i = 0; i < 3; i++)
        {
            Deployment picked = Pick(group, routing, history).Member!.Deployment;
            order.Add(picked.Id);
            history.Add(picked, refused: false);
        }
        Assert.Equal(["openai/c", "azure/b", "openai/a"], order);
    }

    [Fact]
    public void Retry_may_ask_again_who_failed_transiently_but_never_who_refused()
    {
        ModelGroup group = _builder.Group("g", [_builder.Member("openai/a"), _builder.Member("openai/b")]);
        var history = new AttemptHistory();
        history.Add(group.Members[0].Deployment, refused: true);
        history.Add(group.Members[1].Deployment, refused: false);
        Assert.Equal(PickStatus.Exhausted, Pick(group, history: history).Status);
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal("openai/b", Pick(group, history: history, mode: PickMode.Retry).Member!.Deployment.Id);
            Assert.Equal("openai/b", Pick(group, history: history, mode: PickMode.LeastBad).Member!.Deployment.Id);
        }
        history.Add(group.Members[1].Deployment, refused: true);
        Assert.Equal(PickStatus.Exhausted, Pick(group, history: history, mode: PickMode.LeastBad).Status);
    }

    [Fact]
    public void Cooling_deployment_is_out_and_the_wait_is_the_shortest()
    {
        ModelGroup group = _builder.Group("g", [_builder.Member("openai/a"), _builder.Member("azure/b")]);
        _builder.Fail(group, group.Members[0].Deployment, LlmErrorKind.RateLimited, TimeSpan.FromSeconds(30));
        for (int i = 0; i < 50; i++)
        {
            Assert.Equal("azure/b", Pick(group).Member!.Deployment.Id);
        }
        _builder.Fail(group, group.Members[1].Deployment, LlmErrorKind.RateLimited, TimeSpan.FromSeconds(20));
        PickResult result = Pick(group);
        Assert.Equal((PickStatus.Cooling, TimeSpan.FromSeconds(20), LlmErrorKind.NoCandidate), (result.Status, result.Wait, result.Kind));
        Assert.Equal("azure/b", Pick(group, mode: PickMode.LeastBad).Member!.Deployment.Id);
        var history = new AttemptHistory();
        history.Add(group.Members[1].Deployment, refused: false);
        Assert.Equal("openai/a", Pick(group, history: history, mode: PickMode.LeastBad).Member!.Deployment.Id);
    }

    [Fact]
    public void Own_limits_are_not_overridden_by_least_bad()
    {
        ModelGroup group = _builder.Group("g", [_builder.Member("openai/a", rpm: 1)]);
        _builder.Admission.TryReserve(new(group.Members[0].Deployment, LlmContext.Empty, 1, 1, _builder.Now), out _);
        Assert.Equal(PickStatus.Cooling, Pick(group, mode: PickMode.LeastBad).Status);
    }

    [Fact]
    public void Prompt_larger_than_the_minute_allows_is_filtered_not_waited_for()
    {
        ModelGroup group = _builder.Group("g", [_builder.Member("openai/a", tpm: 50)]);
        PickResult result = Pick(group, input: 51);
        Assert.Equal((PickStatus.Filtered, LlmErrorKind.LimitExceeded), (result.Status, result.Kind));
    }

    [Fact]
    public void User_filters_of_both_scopes_remove_with_their_kind()
    {
        IRoutingFilter fixedRule = Substitute.For<IRoutingFilter>();
        fixedRule.Name.Returns("fixed");
        fixedRule.Scope.Returns(FilterScope.Static);
        fixedRule.Check(default, null!).ReturnsForAnyArgs(c => c.Arg<Member>().Deployment.Id == "openai/a" ? FilterVerdict.Remove("not a") : FilterVerdict.Keep);
        IRoutingFilter moving = Substitute.For<IRoutingFilter>();
        moving.Name.Returns("moving");
        moving.Scope.Returns(FilterScope.Dynamic);
        bool closed = false;
        moving.Check(default, null!).ReturnsForAnyArgs(_ => closed ? FilterVerdict.Remove("closed", LlmErrorKind.BudgetExceeded) : FilterVerdict.Keep);
        _builder.Filters.AddRange([fixedRule, moving]);
        ModelGroup group = _builder.Group("g", [_builder.Member("openai/a"), _builder.Member("openai/b")]);
        Assert.Equal(["openai/b"], PickedOf(group));
        fixedRule.ReceivedWithAnyArgs(2).Check(default, null!);
        closed = true;
        PickResult result = Pick(group);
        Assert.Equal((PickStatus.Filtered, LlmErrorKind.BudgetExceeded, "closed"), (result.Status, result.Kind, result.Reason));
    }

    [Fact]
    public void Strategy_that_points_outside_is_a_configuration_error()
    {
        IRoutingStrategy bad = Substitute.For<IRoutingStrategy>();
        bad.Pick(default, default, null!).ReturnsForAnyArgs(7);
        ModelGroup group = _builder.Group("g", [_builder.Member("openai/a"), _builder.Member("openai/b")], bad, "bad");
        var error = Assert.Throws<LlmException>(() => Pick(group));
        Assert.Equal(LlmErrorKind.Configuration, error.Kind);
        Assert.Contains("'bad'", error.Message, StringComparison.Ordinal);
        Assert.Contains("0 to 1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Shapes_are_cached_by_value_and_bounded()
    {
        ModelGroup group = _builder.Group("g", [_builder.Member("openai/a", region: "eu", tags: ["t"])]);
        RoutingSnapshot snapshot = _builder.Build();
        RoutingEngine engine = _builder.Engine();
        StaticSet first = engine.SetFor(snapshot, group, _builder.Request(new RoutingOptions { Region = "eu", Tags = ["t"] }));
        Assert.Same(first, engine.SetFor(snapshot, group, _builder.Request(new RoutingOptions { Region = "EU", Tags = ["T"], MaxAttempts = 3 })));
        Assert.NotSame(first, engine.SetFor(snapshot, group, _builder.Request(new RoutingOptions { Region = "eu" })));
        Assert.Same(engine.SetFor(snapshot, group, _builder.Request()), engine.SetFor(snapshot, group, _builder.Request(new RoutingOptions())));
        for (int i = 0; i < 3 * ShapeCache.Capacity; i++)
        {
            engine.SetFor(snapshot, group, _builder.Request(new RoutingOptions { Only = [$"x{i}"] }));
        }
        Assert.InRange(group.Shapes.Count, 1, ShapeCache.Capacity);
    }

    [Fact]
    public void Large_group_finds_the_only_healthy_member()
    {
        Member[] members = [.. Enumerable.Range(0, 100).Select(i => _builder.Member($"openai/m{i}"))];
        ModelGroup group = _builder.Group("g", members);
        foreach (Member member in members.Where(m => m.Key != "openai/m77"))
        {
            _builder.Fail(group, member.Deployment, LlmErrorKind.RateLimited);
        }
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal("openai/m77", Pick(group).Member!.Key);
        }
    }

    [Theory]
    [InlineData("Weighted", 3)]
    [InlineData("RoundRobin", 3)]
    [InlineData("LeastBusy", 3)]
    [InlineData("LowestLatency", 3)]
    [InlineData("LowestCost", 3)]
    [InlineData("Weighted", 1000)]
    [InlineData("LeastBusy", 1000)]
    public void Picks_do_not_allocate(string strategy, int size)
    {
        Member[] members = [.. Enumerable.Range(0, size).Select(i => _builder.Member($"openai/m{i}", weight: i + 1, rpm: 1_000_000, window: 1000))];
        ModelGroup group = _builder.Group("g", members, strategy);
        _builder.Fail(group, members[0].Deployment, LlmErrorKind.RateLimited);
        RoutingSnapshot snapshot = _builder.Build();
        RoutingEngine engine = _builder.Engine();
        var history = new AttemptHistory();
        history.Add(members[1].Deployment, refused: false);
        RouteRequest[] requests = [_builder.Request(), _builder.Request(new RoutingOptions { Only = ["openai"] }), _builder.Request(new RoutingOptions { Order = ["openai/m2"] })];
        int picked = 0;
        long before = 0;
        for (int i = 0; i < 300; i++)
        {
            if (i == 100)
            {
                before = GC.GetAllocatedBytesForCurrentThread();
            }
            picked += engine.Pick(snapshot, group, requests[i % requests.Length], history, PickMode.Fresh).Status == PickStatus.Picked ? 1 : 0;
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(300, picked);
    }

    [Fact]
    public async Task Picks_from_many_threads_never_return_a_cooling_member()
    {
        Member[] members = [.. Enumerable.Range(0, 8).Select(i => _builder.Member($"openai/m{i}"))];
        ModelGroup group = _builder.Group("g", members, "RoundRobin");
        _builder.Fail(group, members[3].Deployment, LlmErrorKind.RateLimited);
        RoutingSnapshot snapshot = _builder.Build();
        RoutingEngine engine = _builder.Engine();
        Task<int>[] tasks = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            int wrong = 0;
            for (int i = 0; i < 5000; i++)
            {
                PickResult result = engine.Pick(snapshot, group, _builder.Request(), null, PickMode.Fresh);
                wrong += result.Member is null || ReferenceEquals(result.Member, members[3]) ? 1 : 0;
            }
            return wrong;
        }))];
        int[] wrongs = await Task.WhenAll(tasks).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.All(wrongs, static w => Assert.Equal(0, w));
    }
}

using System.Collections.Immutable;
using CsCheck;
using LlmStack.Health;
using LlmStack.Providers;
using LlmStack.Routing;
using LlmStack.Tests.Calls;
using LlmStack.Tests.Support;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Routing;

public class FilterTests
{
    private readonly SnapshotTestBuilder _builder = new();

    /// <summary>Who survives, and what removed the others, in the words of the filters.</summary>
    private (string Survivors, string Removed, PickResult Result) Run(ModelGroup group, in RouteRequest request, AttemptHistory? history = null)
    {
        var removals = new List<FilterRemoval>();
        RoutingSnapshot snapshot = _builder.Build();
        PickResult result = _builder.Engine().Pick(snapshot, group, request, history, PickMode.Fresh, removals);
        RouteExplanation plan = _builder.Engine().Explain(snapshot, new ResolvedName(group, null), request);
        return (string.Join(' ', plan.Candidates.Where(static c => c.Included).Select(static c => c.Model)), string.Join("; ", removals.Select(static r => $"{r.Filter} {r.Count} ({r.Reason})")), result);
    }

    [Theory]
    [InlineData(RequestFeatures.Tools, "all unknown", "call tools")]
    [InlineData(RequestFeatures.Vision, "all unknown", "read images")]
    [InlineData(RequestFeatures.Audio, "all", "read audio")]
    [InlineData(RequestFeatures.Video, "all", "read video")]
    [InlineData(RequestFeatures.Pdf, "all", "read PDF documents")]
    public void Capabilities_remove_models_that_lack_them_and_of_unknown_ones_only_the_common_are_assumed(RequestFeatures feature, string survivors, string verb)
    {
        ModelGroup group = _builder.Group("g",
        [
            _builder.Member("openai/all", capabilities: ModelCapabilities.Tools | ModelCapabilities.Vision | ModelCapabilities.AudioInput | ModelCapabilities.Video | ModelCapabilities.Pdf),
            _builder.Member("openai/none", capabilities: ModelCapabilities.None),
            _builder.Member("openai/unknown"),
        ]);
        (string kept, string removed, _) = Run(group, _builder.Request(features: feature));
        Assert.Equal(survivors, kept);
        Assert.Contains($"the model does not {verb}", removed, StringComparison.Ordinal);
    }

    [Fact]
    public void A_schema_prefers_native_models_asks_the_others_after_them_and_binds_where_parameters_are_required()
    {
        ModelGroup group = _builder.Group("g",
        [
            _builder.Member("openai/plain", 100, capabilities: ModelCapabilities.Tools),
            _builder.Member("openai/native", 1, order: 1, capabilities: ModelCapabilities.JsonSchema),
        ]);
        RouteRequest soft = _builder.Request(features: RequestFeatures.JsonSchema);
        Assert.Equal("native", Run(group, soft).Result.Member!.Deployment.Model);
        var history = new AttemptHistory();
        history.Add(group.Members[1].Deployment, refused: false);
        Assert.Equal("plain", Run(group, soft, history).Result.Member!.Deployment.Model);
        RouteExplanation plan = _builder.Engine().Explain(_builder.Build(), new ResolvedName(group, null), soft);
        Assert.Equal("would imitate the JSON schema, asked after those that follow it natively", plan.Candidates[0].Reason);

        (string kept, string removed, _) = Run(group, soft with { Routing = new RoutingOptions { RequireParameters = true } });
        Assert.Equal("native", kept);
        Assert.Equal("parameters 1 (the model does not follow a JSON schema natively)", removed);
    }

    [Theory]
    [InlineData(RequestFeatures.Sampling, ModelCapabilities.NoSampling, ModelCapabilities.None, "the model does not take temperature, top_p and top_k")]
    [InlineData(RequestFeatures.Reasoning, ModelCapabilities.None, ModelCapabilities.Reasoning, "the model does not reason")]
    public void Soft_parameters_never_fail_and_hard_ones_remove(RequestFeatures feature, ModelCapabilities lacking, ModelCapabilities having, string reason)
    {
        ModelGroup group = _builder.Group("g", [_builder.Member("openai/a", capabilities: lacking), _builder.Member("openai/b", capabilities: having), _builder.Member("openai/c")]);
        Assert.Equal("a b c", Run(group, _builder.Request(features: feature)).Survivors);
        (string kept, string removed, _) = Run(group, _builder.Request(new RoutingOptions { RequireParameters = true }, features: feature));
        Assert.Equal("b c", kept);
        Assert.Contains(reason, removed, StringComparison.Ordinal);
    }

    [Fact]
    public void Data_policy_keeps_only_those_known_to_follow_it()
    {
        ModelGroup group = _builder.Group("g",
        [
            _builder.Member("openai/strict", trains: false, retention: TimeSpan.Zero),
            _builder.Member("openai/month", trains: false, retention: TimeSpan.FromDays(30)),
            _builder.Member("openai/trains", trains: true, retention: TimeSpan.Zero),
            _builder.Member("openai/unknown"),
        ]);
        Assert.Equal("strict month", Run(group, _builder.Request(new RoutingOptions { ForbidTraining = true })).Survivors);
        Assert.Equal("strict month trains", Run(group, _builder.Request(new RoutingOptions { MaxRetention = TimeSpan.FromDays(30) })).Survivors);
        (string kept, string removed, _) = Run(group, _builder.Request(new RoutingOptions { ForbidTraining = true, MaxRetention = TimeSpan.Zero }));
        Assert.Equal("strict", kept);
        Assert.Equal("data policy 3 (keeps content for 30.00:00:00, allowed is 00:00:00)", removed);
    }

    [Fact]
    public void Required_tags_bind_never_fall_to_defaults_and_may_ask_for_all()
    {
        ModelGroup group = _builder.Group("g",
        [
            _builder.Member("openai/both", tags: ["gold", "eu"]),
            _builder.Member("openai/gold", tags: ["gold"]),
            _builder.Member("openai/std", tags: ["default"]),
        ]);
        Assert.Equal("both gold", Run(group, _builder.Request(new RoutingOptions { RequiredTags = ["GOLD", "other"] })).Survivors);
        Assert.Equal("both", Run(group, _builder.Request(new RoutingOptions { RequiredTags = ["gold", "eu"], MatchAllTags = true })).Survivors);
        Assert.Equal("both", Run(group, _builder.Request(new RoutingOptions { Tags = ["gold", "eu"], MatchAllTags = true })).Survivors);
        (string kept, string removed, PickResult result) = Run(group, _builder.Request(new RoutingOptions { RequiredTags = ["silver"] }));
        Assert.Equal("", kept);
        Assert.Equal("required tags 3 (lacks the tags that are required)", removed);
        Assert.Equal(LlmErrorKind.NoCandidate, result.Kind);
    }

    [Theory]
    [InlineData("g", "a b c")]
    [InlineData("openai/a", "a")]
    [InlineData("azure", "c")]
    [InlineData("openai/*", "a b")]
    [InlineData("OPENAI/B azure/*", "b c")]
    [InlineData("*", "a b c")]
    public void Permissions_name_groups_deployments_providers_and_models(string permissions, string survivors)
    {
        ModelGroup group = _builder.Group("g", [_builder.Member("openai/a"), _builder.Member("openai/b"), _builder.Member("azure/c")]);
        LlmContext caller = LlmContext.Empty with { Permissions = [.. permissions.Split(' ')] };
        Assert.Equal(survivors, Run(group, _builder.Request() with { Context = caller }).Survivors);
    }

    [Fact]
    public void A_caller_without_a_fitting_permission_is_denied_and_no_wish_changes_that()
    {
        ModelGroup group = _builder.Group("g", [_builder.Member("openai/a")]);
        foreach (ImmutableArray<string> none in new ImmutableArray<string>[] { [], ["other"] })
        {
            (string kept, string removed, PickResult result) = Run(group, _builder.Request(new RoutingOptions { Only = ["openai"] }) with { Context = LlmContext.Empty with { Permissions = none } });
            Assert.Equal("", kept);
            Assert.Equal(LlmErrorKind.PolicyDenied, result.Kind);
            Assert.Equal("permissions 1 (not among the caller's permissions)", removed);
        }
        Assert.Equal("a", Run(group, _builder.Request()).Survivors);
    }

    [Theory]
    [InlineData(4000, "large unknown")]
    [InlineData(1000, "small large unknown")]
    [InlineData(null, "small large unknown")]
    public void Max_output_removes_models_that_make_less_and_admits_exactly_the_limit(int? asked, string survivors)
    {
        ModelGroup group = _builder.Group("g", [_builder.Member("openai/small", maxOutput: 1000), _builder.Member("openai/large", maxOutput: 4000), _builder.Member("openai/unknown")]);
        Assert.Equal(survivors, Run(group, _builder.Request() with { MaxOutputTokens = asked }).Survivors);
    }

    [Theory]
    [InlineData(0.0020, "cheap free")]
    [InlineData(0.0019, "free")]
    [InlineData(0.0, "free")]
    [InlineData(1.0, "cheap dear free")]
    public void A_price_cap_admits_exactly_its_amount_and_nothing_unknown(double cap, string survivors)
    {
        ModelGroup group = _builder.Group("g",
        [
            _builder.Member("openai/cheap", price: new ModelPrice { InputPerMillion = 1, OutputPerMillion = 1 }),
            _builder.Member("openai/dear", price: new ModelPrice { InputPerMillion = 10, OutputPerMillion = 30 }),
            _builder.Member("openai/free", price: new ModelPrice { InputPerMillion = 0, OutputPerMillion = 0 }),
            _builder.Member("openai/unknown"),
        ]);
        Assert.Equal(survivors, Run(group, _builder.Request(new RoutingOptions { MaxCost = (decimal)cap }, input: 1000, output: 1000)).Survivors);
    }

    [Fact]
    public void A_price_cap_that_nobody_meets_says_cost_and_cap()
    {
        ModelGroup group = _builder.Group("g", [_builder.Member("openai/dear", price: new ModelPrice { InputPerMillion = 10, OutputPerMillion = 30 })]);
        RouteRequest request = _builder.Request(new RoutingOptions { MaxCost = 0.01m }, input: 1000, output: 1000);
        Assert.Equal(LlmErrorKind.BudgetExceeded, Run(group, request).Result.Kind);
        string text = _builder.Engine().DescribeEmpty(_builder.Build(), group, request, null, PickMode.Fresh);
        Assert.Contains("price removed 1 of 1 (expected to cost 0.04 USD, the cap is 0.01 USD)", text, StringComparison.Ordinal);
    }

    [Fact]
    public void After_a_prompt_did_not_fit_only_larger_windows_are_asked()
    {
        ModelGroup group = _builder.Group("g", [_builder.Member("openai/small", window: 1000), _builder.Member("openai/same", window: 1000), _builder.Member("openai/large", window: 2000), _builder.Member("openai/unknown")]);
        var history = new AttemptHistory();
        history.Add(group.Members[0].Deployment, refused: true);
        history.NoteTooSmall(1000);
        Assert.Equal("large", Run(group, _builder.Request(), history).Result.Member!.Deployment.Model);
        history.Add(group.Members[2].Deployment, refused: true);
        history.NoteTooSmall(2000);
        PickResult nobody = Run(group, _builder.Request(), history).Result;
        Assert.Null(nobody.Member);
        history.Clear();
        Assert.Equal(0, history.TooSmallWindow);
    }

    [Fact]
    public void Fewer_tokens_left_than_the_prompt_has_keep_a_deployment_away_until_the_window_resets()
    {
        ModelGroup group = _builder.Group("g", [_builder.Member("openai/a"), _builder.Member("openai/b", order: 1)]);
        _builder.Health.Headroom(group.Members[0].Deployment, new RateLimitHeadroom(null, 100, null, TimeSpan.FromSeconds(30)), _builder.Now);
        Assert.Equal("a", Run(group, _builder.Request(input: 100)).Result.Member!.Deployment.Model);
        (string kept, string removed, PickResult result) = Run(group, _builder.Request(input: 101));
        Assert.Equal("b", kept);
        Assert.Equal("b", result.Member!.Deployment.Model);
        Assert.Equal("headroom 1 (the provider reports fewer tokens left than the prompt has)", removed);
        _builder.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal("a", Run(group, _builder.Request(input: 101)).Result.Member!.Deployment.Model);
    }

    [Fact]
    public async Task What_was_sent_since_the_last_report_is_no_longer_left()
    {
        using CallHarness h = new(llm => llm.AddModelGroup("g", g => g.AddDeployment("a/m", d => d.ContextWindow = 100_000).AddDeployment("b/m", d => d.Order = 1)), "a", "b");
        Deployment deployment = h.Get<SnapshotSource>().Current.Deployments["a/m"];
        string prompt = string.Join(' ', Enumerable.Repeat("word", 100));
        int size = (await h.Router.ExplainAsync("g", [new ChatMessage(ChatRole.User, prompt)])).EstimatedInputTokens;
        void Report() => h.Get<HealthTracker>().Headroom(deployment, new RateLimitHeadroom(null, (5 * size) / 2, null, TimeSpan.FromSeconds(30)), h.Time.GetTimestamp());
        async Task<string> AskAsync() => (await h.Client.ChatAsync("g", prompt)).GetRoute()!.Deployment!;
        Report();
        Assert.Equal(["a/m", "a/m", "b/m"], [await AskAsync(), await AskAsync(), await AskAsync()]);
        Report();
        Assert.Equal("a/m", await AskAsync());
        h.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(["a/m", "a/m", "a/m"], [await AskAsync(), await AskAsync(), await AskAsync()]);
    }

    [Fact]
    public void A_group_of_one_is_still_asked_when_its_provider_reports_too_little_left()
    {
        ModelGroup group = _builder.Group("g", [_builder.Member("openai/a")]);
        _builder.Health.Headroom(group.Members[0].Deployment, new RateLimitHeadroom(null, 10, null, TimeSpan.FromSeconds(30)), _builder.Now);
        PickResult fresh = _builder.Engine().Pick(_builder.Build(), group, _builder.Request(input: 100), null, PickMode.Fresh);
        Assert.Equal((PickStatus.Cooling, TimeSpan.FromSeconds(30)), (fresh.Status, fresh.Wait));
        Assert.Equal("openai/a", _builder.Engine().Pick(_builder.Build(), group, _builder.Request(input: 100), null, PickMode.LeastBad).Member!.Key);
    }

    [Fact]
    public void Equal_wishes_share_their_survivors_and_different_ones_do_not()
    {
        Gen<IReadOnlyList<string>?> names = Gen.Int[0, 3].Select(static i => new[] { "a", "B", "b", "c" }[i]).Array[0, 3].Select(static (string[] list) => (IReadOnlyList<string>?)(list.Length == 0 ? null : list));
        Gen<RoutingOptions> wishes = Gen.Select(names, names, names, Gen.Bool, Gen.Int[0, 3].Select(static i => new[] { null, "eu", "EU", "us" }[i]), Gen.Bool).Select(static (tags, required, only, all, region, train) =>
            new RoutingOptions { Tags = tags, RequiredTags = required, Only = only, MatchAllTags = all, Region = region, ForbidTraining = train });
        Gen.Select(wishes, wishes).Sample(static (left, right) =>
        {
            bool same = Text(left) == Text(right);
            Assert.Equal(same, left.HasShapeOf(right));
            Assert.True(!same || left.ShapeHash == right.ShapeHash);
            RoutingOptions copy = left with { Region = right.Region, Tags = right.Tags, RequiredTags = right.RequiredTags, Only = right.Only, MatchAllTags = right.MatchAllTags, ForbidTraining = right.ForbidTraining, MaxAttempts = 3 };
            Assert.True(copy.HasShapeOf(right));
            Assert.Equal(right.ShapeHash, copy.ShapeHash);
        });

        static string Text(RoutingOptions o) =>
            $"{string.Join(',', o.Tags ?? [])}|{string.Join(',', o.RequiredTags ?? [])}|{string.Join(',', o.Only ?? [])}|{o.MatchAllTags}|{o.Region}|{o.ForbidTraining}".ToUpperInvariant();
    }

    [Fact]
    public void Callers_with_other_permissions_do_not_see_each_others_survivors()
    {
        ModelGroup group = _builder.Group("g", [_builder.Member("openai/a"), _builder.Member("azure/b")]);
        RoutingSnapshot snapshot = _builder.Build();
        RoutingEngine engine = _builder.Engine();
        for (int i = 0; i < 3; i++)
        {
            foreach ((string permission, string expected) in new[] { ("openai", "openai/a"), ("azure", "azure/b") })
            {
                RouteRequest request = _builder.Request() with { Context = LlmContext.Empty with { Permissions = [permission] } };
                Assert.Equal(expected, engine.Pick(snapshot, group, request, null, PickMode.Fresh).Member!.Key);
            }
        }
        Assert.Equal(2, group.Shapes.Count);
    }

    [Fact]
    public void A_decision_of_a_known_shape_allocates_nothing()
    {
        ModelGroup group = _builder.Group("g", [_builder.Member("openai/a", tags: ["x"], region: "eu"), _builder.Member("openai/b", tags: ["x"], region: "eu"), _builder.Member("azure/c")]);
        RoutingSnapshot snapshot = _builder.Build();
        RoutingEngine engine = _builder.Engine();
        RouteRequest request = _builder.Request(new RoutingOptions { Tags = ["x"], Region = "eu", ForbidTraining = false }, features: RequestFeatures.Tools) with { Context = LlmContext.Empty with { Permissions = ["openai/*"] } };
        Run(1000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Run(1000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Run(int picks)
        {
            for (int i = 0; i < picks; i++)
            {
                engine.Pick(snapshot, group, request, null, PickMode.Fresh);
            }
        }
    }
}

using System.Text.Json;
using LlmStack.Routing;
using LlmStack.Tests.Support;

namespace LlmStack.Tests.Routing;

public class ExplainTests
{
    private static readonly JsonSerializerOptions Json = new() { TypeInfoResolver = LlmStackJson.TypeInfoResolver };

    private readonly SnapshotTestBuilder _builder = new();

    [Theory]
    [InlineData("Weighted", 5)]
    [InlineData("RoundRobin", 5)]
    [InlineData("LeastBusy", 5)]
    [InlineData("LowestLatency", 5)]
    [InlineData("LowestCost", 5)]
    [InlineData("Weighted", 40)]
    [InlineData("RoundRobin", 40)]
    [InlineData("LeastBusy", 40)]
    public void Explain_names_whom_the_next_pick_takes_and_moves_nothing(string strategy, int size)
    {
        Member[] members = [.. Enumerable.Range(0, size).Select(i => _builder.Member($"openai/m{i}", weight: i % 4))];
        ModelGroup group = _builder.Group("g", members, strategy);
        _builder.Fail(group, members[1].Deployment, LlmErrorKind.RateLimited);
        RoutingSnapshot snapshot = _builder.Build();
        RoutingEngine engine = _builder.Engine();
        var name = new ResolvedName(group, null);
        for (int i = 0; i < 50; i++)
        {
            RouteExplanation first = engine.Explain(snapshot, name, _builder.Request());
            RouteExplanation second = engine.Explain(snapshot, name, _builder.Request());
            Assert.Equal(first.Picked, second.Picked);
            Assert.Equal(first.Picked, engine.Pick(snapshot, group, _builder.Request(), null, PickMode.Fresh).Member!.Deployment.Id);
        }
    }

    [Fact]
    public void Every_candidate_has_a_reason()
    {
        ModelGroup group = _builder.Group("g",
        [
            _builder.Member("openai/us", region: "us"),
            _builder.Member("openai/small", region: "eu", window: 50),
            _builder.Member("openai/hot", region: "eu"),
            _builder.Member("openai/a", region: "eu", weight: 3),
            _builder.Member("openai/b", region: "eu", weight: 1),
            _builder.Member("openai/later", region: "eu", order: 1),
        ], fallbacks: [new FallbackRule("other", null)], policy: CallPolicy.Default with { MaxAttempts = 3 });
        _builder.Fail(group, group.Members[2].Deployment, LlmErrorKind.RateLimited, TimeSpan.FromSeconds(20));
        var routing = new RoutingOptions { Region = "eu", Deadline = TimeSpan.FromSeconds(30) };
        RouteExplanation explanation = _builder.Engine().Explain(_builder.Build(), new ResolvedName(group, "nick"), _builder.Request(routing));
        Assert.Equal(
            [
                (false, "region", "region 'us' is not 'eu'"),
                (false, "context window", "about 100 prompt tokens estimated, the limit is 50"),
                (false, "cooldown", "cooling after RateLimited, back in 20 s"),
                (true, null, "weight 3 of 4"),
                (true, null, "weight 1 of 4"),
                (true, null, "order 1, asked after order 0"),
            ],
            explanation.Candidates.Select(c => (c.Included, c.Filter, c.Reason)));
        Assert.Equal(("nick", "g", "Weighted", 100), (explanation.Alias, explanation.Group, explanation.Strategy, explanation.EstimatedInputTokens));
        Assert.Equal(["other"], explanation.Fallbacks);
        Assert.Equal(("3", "30 s", "2", "none"), (explanation.Settings["MaxAttempts"], explanation.Settings["RequestTimeout"], explanation.Settings["MaxRetries"], explanation.Settings["AttemptTimeout"]));
        Assert.Null(explanation.Error);
        Assert.Contains(explanation.Picked, new[] { "openai/a@eu", "openai/b@eu" });
    }

    [Fact]
    public void When_nobody_is_left_the_error_says_what_removed_what()
    {
        ModelGroup group = _builder.Group("g", [_builder.Member("openai/a", region: "us"), _builder.Member("openai/b", window: 10, region: "eu")]);
        RouteExplanation explanation = _builder.Engine().Explain(_builder.Build(), new ResolvedName(group, null), _builder.Request(new RoutingOptions { Region = "eu" }));
        Assert.Null(explanation.Picked);
        Assert.Equal(
            "No deployment of the model group 'g' can serve this call: region removed 1 of 2 (region 'us' is not 'eu'), context window removed 1 of 2 (about 100 prompt tokens estimated, the limit is 10).",
            explanation.Error);
    }

    [Fact]
    public void When_all_cool_the_least_bad_is_named_unless_the_group_fails_fast_or_falls_back()
    {
        ModelGroup plain = _builder.Group("plain", [_builder.Member("openai/a"), _builder.Member("openai/b")]);
        ModelGroup fast = _builder.Group("fast", plain.Members, policy: CallPolicy.Default with { WhenAllCooling = AllCoolingBehavior.FailFast });
        ModelGroup falls = _builder.Group("falls", plain.Members, fallbacks: [new FallbackRule("plain", null)]);
        _builder.Fail(plain, plain.Members[0].Deployment, LlmErrorKind.RateLimited, TimeSpan.FromSeconds(20));
        _builder.Fail(plain, plain.Members[1].Deployment, LlmErrorKind.RateLimited, TimeSpan.FromSeconds(10));
        RoutingSnapshot snapshot = _builder.Build();
        RoutingEngine engine = _builder.Engine();
        Assert.Equal("openai/b", engine.Explain(snapshot, new ResolvedName(plain, null), _builder.Request()).Picked);
        Assert.Null(engine.Explain(snapshot, new ResolvedName(fast, null), _builder.Request()).Picked);
        Assert.Null(engine.Explain(snapshot, new ResolvedName(falls, null), _builder.Request()).Picked);
        Assert.Contains("cooling after RateLimited", engine.Explain(snapshot, new ResolvedName(fast, null), _builder.Request()).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Explain_claims_no_probe()
    {
        ModelGroup group = _builder.Group("g", [_builder.Member("openai/a"), _builder.Member("openai/b", order: 1)]);
        _builder.Fail(group, group.Members[0].Deployment, LlmErrorKind.RateLimited);
        _builder.Time.Advance(TimeSpan.FromSeconds(5));
        RoutingSnapshot snapshot = _builder.Build();
        RoutingEngine engine = _builder.Engine();
        Assert.Equal("openai/a", engine.Explain(snapshot, new ResolvedName(group, null), _builder.Request()).Picked);
        Assert.Equal("openai/a", engine.Pick(snapshot, group, _builder.Request(), null, PickMode.Fresh).Member!.Key);
        Assert.Equal("openai/b", engine.Pick(snapshot, group, _builder.Request(), null, PickMode.Fresh).Member!.Key);
    }

    [Fact]
    public void Every_candidate_has_its_figures()
    {
        ModelGroup group = _builder.Group("g",
        [
            _builder.Member("openai/a", weight: 3, window: 200, price: new ModelPrice { InputPerMillion = 10, OutputPerMillion = 0 }, rpm: 2),
            _builder.Member("openai/b", weight: 1),
            _builder.Member("openai/hot", weight: 4),
        ]);
        _builder.Fail(group, group.Members[2].Deployment, LlmErrorKind.RateLimited, TimeSpan.FromSeconds(20));
        group.Members[1].Deployment.Health.Enter();
        group.Members[1].Deployment.Health.Answer.Add(0.25, _builder.Time.GetTimestamp(), _builder.Time.TimestampFrequency);
        RouteExplanation plan = _builder.Engine().Explain(_builder.Build(), new ResolvedName(group, null), _builder.Request());
        CandidateExplanation a = plan.Candidates[0];
        CandidateExplanation b = plan.Candidates[1];
        CandidateExplanation hot = plan.Candidates[2];
        Assert.Equal((0.75, 0.25, null), (a.Share, b.Share, hot.Share));
        Assert.Equal((3.0, 100, 200, 0.001m, 2L), (a.Weight, a.EstimatedInputTokens, a.ContextWindow, a.ExpectedCost, a.RequestsLeft));
        Assert.Equal((1, TimeSpan.FromSeconds(0.25), null, null), (b.InFlight, b.PredictedLatency, b.ExpectedCost, b.RequestsLeft));
        Assert.Equal((TimeSpan.FromSeconds(20), null), (hot.CooldownLeft, a.CooldownLeft));
        Assert.Equal([new FilterRemoval("cooldown", 1, "cooling after RateLimited, back in 20 s")], plan.Removals);
    }

    [Fact]
    public void An_explanation_reads_as_text_and_survives_serialisation()
    {
        ModelGroup group = _builder.Group("g", [_builder.Member("openai/a", weight: 3, window: 200), _builder.Member("openai/hot", weight: 1)], fallbacks: [new FallbackRule("other", null)]);
        _builder.Fail(group, group.Members[1].Deployment, LlmErrorKind.RateLimited, TimeSpan.FromSeconds(20));
        RouteExplanation plan = _builder.Engine().Explain(_builder.Build(), new ResolvedName(group, null), _builder.Request());
        Assert.Equal(
            """
            test → group 'g', Weighted, configuration 1: 100 prompt tokens estimated, 100 expected back
              would ask openai/a first
              in   openai/a: weight 3 of 3; share 100 %; 100 of 200 tokens; 0 in flight
              out  openai/hot: cooldown, cooling after RateLimited, back in 20 s; 0 in flight; cooling 20 s more
              then the groups other

            """,
            plan.ToString().ReplaceLineEndings("\n"));
        string json = JsonSerializer.Serialize(plan, Json);
        Assert.Contains("\"CooldownLeft\":\"00:00:20\"", json, StringComparison.Ordinal);
        Assert.Contains("\"Removals\":[{\"Filter\":\"cooldown\",\"Count\":1", json, StringComparison.Ordinal);
    }
}

using LlmStack.Health;
using LlmStack.Routing;
using LlmStack.Tests.Support;

namespace LlmStack.Tests.Routing;

public class MeasuredStrategyTests
{
    private readonly SnapshotTestBuilder _builder = new();

    private Dictionary<string, int> Count(ModelGroup group, int picks, RequestFeatures features = RequestFeatures.None)
    {
        RoutingSnapshot snapshot = _builder.Build();
        RoutingEngine engine = _builder.Engine();
        var counts = group.Members.ToDictionary(static m => m.Deployment.Model, static _ => 0);
        for (int i = 0; i < picks; i++)
        {
            counts[engine.Pick(snapshot, group, _builder.Request(features: features), null, PickMode.Fresh).Member!.Deployment.Model]++;
        }
        return counts;
    }

    private void Measure(Member member, double seconds, double? first = null, long tokens = 0, bool streamed = false, long input = 0)
    {
        _builder.Health.Started(member.Deployment);
        _builder.Health.Succeeded(member.Deployment, _builder.Sample(seconds, first, tokens, streamed, input));
    }

    [Fact]
    public void Tolerance_spreads_load_evenly_inside_the_band()
    {
        ModelGroup group = _builder.Group("g", "LowestLatency", new StrategyOptions { Tolerance = 0.2 }, _builder.Member("openai/best"), _builder.Member("openai/near"), _builder.Member("openai/far"));
        Measure(group.Members[0], 1);
        Measure(group.Members[1], 1.2);
        Measure(group.Members[2], 1.21);
        Dictionary<string, int> counts = Count(group, 4000);
        Assert.Equal(0, counts["far"]);
        Assert.InRange(counts["best"], 1874, 2126);
    }

    [Fact]
    public void Calls_under_way_keep_equals_from_herding()
    {
        ModelGroup group = _builder.Group("g", [_builder.Member("openai/a"), _builder.Member("openai/b")], "LowestLatency");
        Measure(group.Members[0], 1);
        Measure(group.Members[1], 1.05);
        Assert.Equal(10, Count(group, 10)["a"]);
        _builder.Health.Started(group.Members[0].Deployment);
        Assert.Equal(10, Count(group, 10)["b"]);
    }

    [Fact]
    public void Nobody_is_forgotten_in_a_large_set()
    {
        ModelGroup group = _builder.Group("g", [.. Enumerable.Range(0, 10).Select(i => _builder.Member($"openai/m{i}"))], "LowestLatency");
        foreach (Member member in group.Members)
        {
            Measure(member, member.Key.EndsWith('0') ? 0.1 : 10);
        }
        RoutingSnapshot snapshot = _builder.Build();
        RoutingEngine engine = _builder.Engine();
        var probed = new HashSet<string>();
        for (int second = 0; second < 60; second++)
        {
            _builder.Time.Advance(TimeSpan.FromSeconds(1));
            Member member = engine.Pick(snapshot, group, _builder.Request(), null, PickMode.Fresh).Member!;
            Measure(member, member.Key.EndsWith('0') ? 0.1 : 10);
            probed.Add(member.Key);
        }
        Assert.Equal(10, probed.Count);
    }

    [Fact]
    public void A_timeout_worsens_the_estimate_and_other_failures_do_not()
    {
        ModelGroup group = _builder.Group("g", [_builder.Member("openai/a"), _builder.Member("openai/b")], "LowestLatency");
        Measure(group.Members[0], 1);
        Measure(group.Members[1], 2);
        _builder.Fail(group, group.Members[0].Deployment, LlmErrorKind.InvalidRequest);
        _builder.Fail(group, group.Members[0].Deployment, LlmErrorKind.ServerError);
        Assert.Equal(10, Count(group, 10)["a"]);
        _builder.Health.Started(group.Members[0].Deployment);
        _builder.Health.Failed(group.Members[0].Deployment, group, new LlmException(LlmErrorKind.Timeout, "slow"), _builder.Sample(10));
        Assert.Equal(10, Count(group, 10)["b"]);
    }

    [Fact]
    public void Throughput_ranks_by_time_per_token_and_not_by_the_first_one()
    {
        ModelGroup group = _builder.Group("g", [_builder.Member("openai/late"), _builder.Member("openai/slow"), _builder.Member("openai/new")], "HighestThroughput");
        Measure(group.Members[0], 6, first: 5, tokens: 100, streamed: true);
        Measure(group.Members[1], 3, first: 0.1, tokens: 100, streamed: true);
        Assert.Equal(5, Count(group, 5)["new"]);
        Measure(group.Members[2], 30, first: 0.1, tokens: 100, streamed: true);
        Assert.Equal(50, Count(group, 50)["late"]);
    }

    [Fact]
    public void Usage_ranks_by_tokens_lately_and_relative_to_limits_where_all_have_them()
    {
        ModelGroup absolute = _builder.Group("a", [_builder.Member("openai/a", tpm: 1_000_000), _builder.Member("openai/b")], "LowestUsage");
        Measure(absolute.Members[0], 1, tokens: 100, input: 900);
        Measure(absolute.Members[1], 1, tokens: 100);
        Assert.Equal(20, Count(absolute, 20)["b"]);
        ModelGroup relative = _builder.Group("r", [_builder.Member("azure/large", tpm: 1_000_000), _builder.Member("azure/small", tpm: 10_000)], "LowestUsage");
        Measure(relative.Members[0], 1, tokens: 5000);
        Measure(relative.Members[1], 1, tokens: 100);
        Assert.Equal(20, Count(relative, 20)["large"]);
        _builder.Time.Advance(TimeSpan.FromMinutes(30));
        Dictionary<string, int> forgotten = Count(relative, 20);
        Assert.Equal(20, forgotten["large"] + forgotten["small"]);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.9)]
    [InlineData(0.99)]
    public void Quantiles_are_within_a_fifth_above_the_true_ones_in_fixed_memory(double quantile)
    {
        var histogram = new LatencyHistogram();
        var random = new SeededRandomSource(3);
        var samples = new List<double>();
        for (int i = 0; i < 20_000; i++)
        {
            double seconds = 0.05 * Math.Exp(3 * random.NextDouble());
            samples.Add(seconds);
            histogram.Add(seconds, _builder.Now, _builder.Time.TimestampFrequency);
        }
        samples.Sort();
        double exact = samples[(int)(quantile * samples.Count)];
        Assert.InRange(histogram.Quantile(quantile, 10, _builder.Now, _builder.Time.TimestampFrequency), exact * 0.999, exact * 1.2);
    }

    [Fact]
    public void Quantiles_follow_the_last_minutes_and_survive_a_rescaling()
    {
        var histogram = new LatencyHistogram();
        long frequency = _builder.Time.TimestampFrequency;
        for (int i = 0; i < 1000; i++)
        {
            histogram.Add(10, _builder.Now, frequency);
        }
        Assert.InRange(histogram.Quantile(0.5, 10, _builder.Now, frequency), 10, 12);
        _builder.Time.Advance(TimeSpan.FromHours(2));
        Assert.True(double.IsNaN(histogram.Quantile(0.5, 10, _builder.Now, frequency)));
        for (int i = 0; i < 20; i++)
        {
            histogram.Add(1, _builder.Now, frequency);
        }
        Assert.InRange(histogram.Quantile(0.99, 10, _builder.Now, frequency), 1, 1.2);
    }

    [Fact]
    public void Percentile_keeps_to_those_that_meet_the_objectives_else_to_the_least_bad()
    {
        ModelGroup group = _builder.Group("g", "Percentile", new StrategyOptions { Percentile = 0.9, MaxFirstToken = TimeSpan.FromSeconds(1), MinTokensPerSecond = 20 },
            _builder.Member("openai/good"), _builder.Member("openai/tail"), _builder.Member("openai/crawl"), _builder.Member("openai/new"));
        Count(group, 1);
        for (int i = 0; i < 100; i++)
        {
            Measure(group.Members[0], 2, first: 0.5, tokens: 100, streamed: true);
            Measure(group.Members[1], 6, first: i % 5 == 0 ? 4 : 0.1, tokens: 200, streamed: true);
            Measure(group.Members[2], 30, first: 0.1, tokens: 100, streamed: true);
        }
        Dictionary<string, int> counts = Count(group, 1000, RequestFeatures.Streaming);
        Assert.Equal(0, counts["tail"] + counts["crawl"]);
        Assert.InRange(counts["good"], 430, 570);
        var history = new AttemptHistory();
        history.Add(group.Members[0].Deployment, refused: false);
        history.Add(group.Members[3].Deployment, refused: false);
        Assert.Equal("tail", _builder.Engine().Pick(_builder.Build(), group, _builder.Request(), history, PickMode.Fresh).Member!.Deployment.Model);
    }

    [Fact]
    public void Cost_spread_follows_the_inverse_power_and_puts_recent_failures_last()
    {
        ModelGroup group = _builder.Group("g", "LowestCost", new StrategyOptions { Exponent = 2 },
            _builder.Member("openai/one", price: new ModelPrice { InputPerMillion = 1, OutputPerMillion = 1 }),
            _builder.Member("openai/two", price: new ModelPrice { InputPerMillion = 2, OutputPerMillion = 2 }),
            _builder.Member("openai/unknown"));
        Dictionary<string, int> counts = Count(group, 10_000);
        Assert.Equal(0, counts["unknown"]);
        Assert.InRange(counts["one"], 8000 - (4 * 40), 8000 + (4 * 40));
        _builder.Fail(group, group.Members[0].Deployment, LlmErrorKind.ServerError);
        Assert.Equal(100, Count(group, 100)["two"]);
        _builder.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.InRange(Count(group, 100)["one"], 60, 98);
    }

    [Fact]
    public void Cost_counts_cached_tokens_and_long_context_prices()
    {
        ModelGroup group = _builder.Group("g",
        [
            _builder.Member("openai/cache", price: new ModelPrice { InputPerMillion = 2, OutputPerMillion = 1, CacheReadPerMillion = 0.1m }),
            _builder.Member("openai/plain", price: new ModelPrice { InputPerMillion = 1, OutputPerMillion = 1, LongContext = new() { ["long"] = new LongContextPrice { From = 2000, InputPerMillion = 50, OutputPerMillion = 50 } } }),
        ], "LowestCost");
        RoutingSnapshot snapshot = _builder.Build();
        RoutingEngine engine = _builder.Engine();
        string Cheapest(int input, int cached) => engine.Pick(snapshot, group, _builder.Request(input: input) with { LikelyCachedTokens = cached }, null, PickMode.Fresh).Member!.Deployment.Model;
        Assert.Equal("plain", Cheapest(1000, 0));
        Assert.Equal("cache", Cheapest(1000, 800));
        Assert.Equal("plain", Cheapest(1999, 0));
        Assert.Equal("cache", Cheapest(2000, 0));
    }
}

using CsCheck;
using LlmStack.Routing;
using LlmStack.Routing.Strategies;
using LlmStack.Tests.Support;

namespace LlmStack.Tests.Routing;

public class StrategyTests
{
    private readonly SnapshotTestBuilder _builder = new();

    private Dictionary<string, int> Count(ModelGroup group, int picks, bool cached = true)
    {
        RoutingSnapshot snapshot = _builder.Build();
        RoutingEngine engine = _builder.Engine();
        var counts = group.Members.ToDictionary(m => m.Key, _ => 0);
        var uncached = new CandidateSet(group.Members, group.Members.Length);
        for (int i = 0; i < picks; i++)
        {
            Member member = cached
                ? engine.Pick(snapshot, group, _builder.Request(), null, PickMode.Fresh).Member!
                : group.Members[group.Strategy.Pick(_builder.Request(), uncached, _builder.Random)];
            counts[member.Key]++;
        }
        return counts;
    }

    private static void AssertShares(IReadOnlyDictionary<string, int> counts, IReadOnlyDictionary<string, double> weights)
    {
        double total = weights.Values.Sum();
        int picks = counts.Values.Sum();
        foreach ((string key, double weight) in weights)
        {
            double p = weight / total;
            double sigma = Math.Sqrt(picks * p * (1 - p));
            Assert.InRange(counts[key], (picks * p) - (4 * sigma), (picks * p) + (4 * sigma));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Weighted_follows_the_weights(bool cached)
    {
        ModelGroup group = _builder.Group("g", [_builder.Member("openai/a", 7), _builder.Member("openai/b", 2.5), _builder.Member("openai/c", 0), _builder.Member("openai/d", 0.5)]);
        AssertShares(Count(group, 40_000, cached), new Dictionary<string, double> { ["openai/a"] = 7, ["openai/b"] = 2.5, ["openai/c"] = 0, ["openai/d"] = 0.5 });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Member_without_a_weight_counts_zero_when_any_has_one(bool cached)
    {
        ModelGroup group = _builder.Group("g", [_builder.Member("openai/a", rpm: 900_000), _builder.Member("openai/b", 1)]);
        Assert.Equal(0, Count(group, 1000, cached)["openai/a"]);
    }

    [Fact]
    public void Without_weights_requests_per_minute_count_and_then_tokens_per_minute()
    {
        ModelGroup byRequests = _builder.Group("r", [_builder.Member("openai/a", rpm: 300_000, tpm: 1), _builder.Member("openai/b", rpm: 100_000)]);
        AssertShares(Count(byRequests, 10_000, cached: false), new Dictionary<string, double> { ["openai/a"] = 3, ["openai/b"] = 1 });
        ModelGroup byTokens = _builder.Group("t", [_builder.Member("azure/a", tpm: 100_000_000), _builder.Member("azure/b", tpm: 400_000_000)]);
        AssertShares(Count(byTokens, 10_000), new Dictionary<string, double> { ["azure/a"] = 1, ["azure/b"] = 4 });
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0.0)]
    public void No_weights_and_all_zero_weights_are_even(double? weight)
    {
        ModelGroup group = _builder.Group("g", [_builder.Member("openai/a", weight), _builder.Member("openai/b", weight), _builder.Member("openai/c", weight)]);
        AssertShares(Count(group, 9000), group.Members.ToDictionary(m => m.Key, _ => 1.0));
    }

    [Fact]
    public void Weight_of_zero_is_still_a_candidate_when_the_others_are_gone()
    {
        ModelGroup group = _builder.Group("g", [_builder.Member("openai/a", 1), _builder.Member("openai/b", 0)]);
        var history = new AttemptHistory();
        history.Add(group.Members[0].Deployment, refused: false);
        Assert.Equal("openai/b", _builder.Engine().Pick(_builder.Build(), group, _builder.Request(), history, PickMode.Fresh).Member!.Key);
    }

    [Fact]
    public void Weighted_shares_do_not_depend_on_the_order_of_the_list()
    {
        Gen.Select(Gen.Select(Gen.Bool, Gen.Double[0.1, 10], static (has, w) => has ? w : (double?)null).Array[2, 6], Gen.Int[0, int.MaxValue]).Sample((weights, shuffle) =>
        {
            var builder = new SnapshotTestBuilder((ulong)shuffle);
            Member[] members = [.. weights.Select((w, i) => builder.Member($"openai/m{i}", w))];
            Member[] shuffled = [.. members.OrderBy(m => HashCode.Combine(m.Key, shuffle))];
            foreach (Member[] order in new[] { members, shuffled })
            {
                var set = new CandidateSet(order, order.Length);
                WeightBasis basis = Weights.BasisOf(set);
                double total = Weights.Total(set, ref basis);
                Assert.Equal(weights.Any(w => w is not null) ? WeightBasis.Weight : WeightBasis.Even, basis);
                Assert.Equal(weights.Any(w => w is not null) ? weights.Sum(w => w ?? 0) : weights.Length, total, 9);
                var table = new AliasTable(order);
                var counts = new int[order.Length];
                for (int i = 0; i < 4000; i++)
                {
                    counts[table.Next(builder.Random)]++;
                }
                for (int i = 0; i < order.Length; i++)
                {
                    double p = Weights.Of(order[i], basis) / total;
                    Assert.InRange(counts[i], (4000 * p) - (6 * Math.Sqrt(4000 * p * (1 - p))) - 1, (4000 * p) + (6 * Math.Sqrt(4000 * p * (1 - p))) + 1);
                }
            }
        }, iter: 100);
    }

    [Fact]
    public void Equal_seeds_make_equal_decisions()
    {
        string Run()
        {
            var builder = new SnapshotTestBuilder(7);
            ModelGroup group = builder.Group("g", [builder.Member("openai/a", 1), builder.Member("openai/b", 2), builder.Member("openai/c", 3)]);
            RoutingSnapshot snapshot = builder.Build();
            RoutingEngine engine = builder.Engine();
            return string.Concat(Enumerable.Range(0, 100).Select(_ => engine.Pick(snapshot, group, builder.Request(), null, PickMode.Fresh).Member!.Deployment.Model));
        }

        Assert.Equal(Run(), Run());
    }

    [Fact]
    public void Round_robin_takes_turns()
    {
        ModelGroup group = _builder.Group("g", [_builder.Member("openai/a"), _builder.Member("openai/b"), _builder.Member("openai/c")], "RoundRobin");
        Assert.Equal("abcabcabc", Sequence(group, 9));
    }

    [Fact]
    public void Round_robin_with_weights_is_smooth()
    {
        ModelGroup group = _builder.Group("g", [_builder.Member("openai/a", 50), _builder.Member("openai/b", 10), _builder.Member("openai/c", 10)], "RoundRobin");
        Assert.Equal("aabacaaaabacaa", Sequence(group, 14));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Round_robin_with_odd_weights_keeps_the_shares_closely(bool cached)
    {
        ModelGroup group = _builder.Group("g", [_builder.Member("openai/a", 0.7), _builder.Member("openai/b", 0.2), _builder.Member("openai/c", 0.1), _builder.Member("openai/d", 0)], "RoundRobin");
        Dictionary<string, int> counts = Count(group, 1000, cached);
        Assert.InRange(counts["openai/a"], 695, 705);
        Assert.InRange(counts["openai/b"], 195, 205);
        Assert.InRange(counts["openai/c"], 95, 105);
        Assert.Equal(0, counts["openai/d"]);
    }

    [Fact]
    public void Least_busy_takes_the_fewest_in_flight_and_breaks_ties_at_random()
    {
        ModelGroup group = _builder.Group("g", [_builder.Member("openai/a"), _builder.Member("openai/b"), _builder.Member("openai/c")], "LeastBusy");
        _builder.Health.Started(group.Members[1].Deployment);
        AssertShares(Count(group, 4000), new Dictionary<string, double> { ["openai/a"] = 1, ["openai/b"] = 0, ["openai/c"] = 1 });
        _builder.Health.Started(group.Members[0].Deployment);
        _builder.Health.Started(group.Members[2].Deployment);
        _builder.Health.Started(group.Members[2].Deployment);
        Assert.Equal(0, Count(group, 100)["openai/c"]);
    }

    [Fact]
    public void Lowest_latency_tries_the_unseen_first_and_then_the_fastest()
    {
        ModelGroup group = _builder.Group("g", [_builder.Member("openai/slow"), _builder.Member("openai/fast"), _builder.Member("openai/new")], "LowestLatency");
        Measure(group.Members[0], 2);
        Measure(group.Members[1], 1);
        Assert.Equal(50, Count(group, 50)["openai/new"]);
        _builder.Health.Started(group.Members[2].Deployment);
        Assert.Equal(50, Count(group, 50)["openai/fast"]);
        _builder.Health.Succeeded(group.Members[2].Deployment, _builder.Sample(0.5));
        Assert.Equal(50, Count(group, 50)["openai/new"]);
    }

    [Fact]
    public void Lowest_latency_probes_a_loser_again_within_a_minute()
    {
        ModelGroup group = _builder.Group("g", [_builder.Member("openai/slow"), _builder.Member("openai/fast")], "LowestLatency");
        Measure(group.Members[0], 2);
        _builder.Time.Advance(TimeSpan.FromSeconds(40));
        Measure(group.Members[1], 1);
        Assert.Equal(10, Count(group, 10)["openai/fast"]);
        _builder.Time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(10, Count(group, 10)["openai/slow"]);
    }

    [Fact]
    public void Lowest_latency_predicts_by_first_token_for_streams_and_by_length_for_the_rest()
    {
        ModelGroup group = _builder.Group("g", [_builder.Member("openai/quickstart"), _builder.Member("openai/throughput")], "LowestLatency");
        foreach ((Member member, double first, double total) in new[] { (group.Members[0], 0.1, 10.1), (group.Members[1], 1.0, 2.0) })
        {
            _builder.Health.Started(member.Deployment);
            _builder.Health.Succeeded(member.Deployment, _builder.Sample(total, first, 100, streamed: true));
            _builder.Health.Started(member.Deployment);
            _builder.Health.Succeeded(member.Deployment, _builder.Sample(total, tokens: 100));
        }
        RoutingEngine engine = _builder.Engine();
        RoutingSnapshot snapshot = _builder.Build();
        Assert.Equal("openai/quickstart", engine.Pick(snapshot, group, _builder.Request(features: RequestFeatures.Streaming), null, PickMode.Fresh).Member!.Key);
        Assert.Equal("openai/throughput", engine.Pick(snapshot, group, _builder.Request(output: 500), null, PickMode.Fresh).Member!.Key);
    }

    [Theory]
    [InlineData(1000, 10, "openai/cheap-in")]
    [InlineData(10, 1000, "openai/cheap-out")]
    public void Lowest_cost_weighs_input_and_output(int input, int output, string expected)
    {
        ModelGroup group = _builder.Group("g",
        [
            _builder.Member("openai/none"),
            _builder.Member("openai/cheap-in", price: new ModelPrice { InputPerMillion = 1, OutputPerMillion = 20 }),
            _builder.Member("openai/cheap-out", price: new ModelPrice { InputPerMillion = 20, OutputPerMillion = 1 }),
            _builder.Member("openai/dear", price: new ModelPrice { InputPerMillion = 30, OutputPerMillion = 30 }),
        ], "LowestCost");
        RoutingSnapshot snapshot = _builder.Build();
        RoutingEngine engine = _builder.Engine();
        Assert.Equal(expected, engine.Pick(snapshot, group, _builder.Request(input: input, output: output), null, PickMode.Fresh).Member!.Key);
        var uncached = new CandidateSet(group.Members, group.Members.Length);
        Assert.Equal(expected, group.Members[group.Strategy.Pick(_builder.Request(input: input, output: output), uncached, _builder.Random)].Key);
    }

    [Fact]
    public void Zero_is_a_price_and_an_unknown_one_ranks_last()
    {
        ModelGroup group = _builder.Group("g",
        [
            _builder.Member("openai/unknown", price: new ModelPrice { InputPerMillion = 0 }),
            _builder.Member("openai/free", price: new ModelPrice { InputPerMillion = 0, OutputPerMillion = 0 }),
            _builder.Member("openai/paid", price: new ModelPrice { InputPerMillion = 0.1m, OutputPerMillion = 0.1m }),
        ], "LowestCost");
        Assert.Equal(20, Count(group, 20)["openai/free"]);
        var history = new AttemptHistory();
        history.Add(group.Members[1].Deployment, refused: false);
        Assert.Equal("openai/paid", _builder.Engine().Pick(_builder.Build(), group, _builder.Request(), history, PickMode.Fresh).Member!.Key);
    }

    [Fact]
    public void Equal_costs_share_evenly_also_when_cached()
    {
        Member[] members = [.. Enumerable.Range(0, 4).Select(i => _builder.Member($"openai/m{i}", price: new ModelPrice { InputPerMillion = 1, OutputPerMillion = i < 3 ? 1 : 2 }))];
        ModelGroup group = _builder.Group("g", members, "LowestCost");
        foreach (bool cached in new[] { true, false })
        {
            AssertShares(Count(group, 6000, cached), members.ToDictionary(m => m.Key, m => m.Key == "openai/m3" ? 0.0 : 1));
        }
    }

    [Fact]
    public void Cached_and_plain_cost_picks_agree()
    {
        Gen<(int In, int Out, bool Known)> price = Gen.Select(Gen.Int[0, 5], Gen.Int[0, 5], Gen.Bool);
        Gen.Select(price.Array[2, 12], Gen.Int[0, 5000], Gen.Int[0, 5000]).Sample((prices, input, output) =>
        {
            var builder = new SnapshotTestBuilder();
            Member[] members = [.. prices.Select((p, i) => builder.Member($"openai/m{i}", price: p.Known ? new ModelPrice { InputPerMillion = p.In, OutputPerMillion = p.Out } : null))];
            RouteRequest request = builder.Request(input: input, output: output);
            int picked = new PriceClasses(members).Pick(request, builder.Random);
            Assert.Equal(members.Min(m => ExpectedCost.Of(m.Deployment.Price, request)), ExpectedCost.Of(members[picked].Deployment.Price, request));
        }, iter: 500);
    }

    [Theory]
    [InlineData("weighted", typeof(WeightedStrategy))]
    [InlineData("ROUNDROBIN", typeof(RoundRobinStrategy))]
    [InlineData("LeastBusy", typeof(LeastBusyStrategy))]
    [InlineData("LowestLatency", typeof(LowestLatencyStrategy))]
    [InlineData("LowestCost", typeof(LowestCostStrategy))]
    [InlineData("HighestThroughput", typeof(HighestThroughputStrategy))]
    [InlineData("LowestUsage", typeof(LowestUsageStrategy))]
    [InlineData("Percentile", typeof(PercentileStrategy))]
    [InlineData("Utility", typeof(UtilityStrategy))]
    [InlineData("Adaptive", typeof(UtilityStrategy))]
    [InlineData("own", null)]
    public void Table_knows_the_strategies_that_ship(string name, Type? type) => Assert.Equal(type, StrategyTable.TryCreate(name, _builder.Time)?.GetType());

    private string Sequence(ModelGroup group, int picks)
    {
        RoutingSnapshot snapshot = _builder.Build();
        RoutingEngine engine = _builder.Engine();
        return string.Concat(Enumerable.Range(0, picks).Select(_ => engine.Pick(snapshot, group, _builder.Request(), null, PickMode.Fresh).Member!.Deployment.Model));
    }

    private void Measure(Member member, double seconds)
    {
        _builder.Health.Started(member.Deployment);
        _builder.Health.Succeeded(member.Deployment, _builder.Sample(seconds));
    }
}

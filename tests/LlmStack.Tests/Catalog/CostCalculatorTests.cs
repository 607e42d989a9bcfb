using CsCheck;
using LlmStack.Catalog;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Catalog;

public class CostCalculatorTests
{
    private static UsageDetails Usage(long input, long output, long cached = 0, long written = 0, long reasoning = 0) => new()
    {
        InputTokenCount = input,
        OutputTokenCount = output,
        CachedInputTokenCount = cached,
        ReasoningTokenCount = reasoning,
        AdditionalCounts = written == 0 ? null : new AdditionalPropertiesDictionary<long> { [UsageKeys.CacheWrite] = written },
    };

    [Fact]
    public void Every_bucket_has_its_own_price_and_line()
    {
        var price = new ModelPrice { InputPerMillion = 3, OutputPerMillion = 15, CacheReadPerMillion = 0.3m, CacheWritePerMillion = 3.75m, ReasoningPerMillion = 20, PerRequest = 0.01m };
        Assert.True(CostCalculator.TryCompute(price, Usage(10_000, 2_000, cached: 6_000, written: 1_000, reasoning: 500), null, out CostAmounts amounts));
        Assert.Equal(
            [0.009m, 0.0018m, 0.00375m, 0.0225m, 0.01m, 0.01m],
            new[] { amounts[UsageBucket.Input], amounts[UsageBucket.CacheRead], amounts[UsageBucket.CacheWrite], amounts[UsageBucket.Output], amounts[UsageBucket.Reasoning], amounts[UsageBucket.Requests] });
        Assert.Equal((0.05705m, false), (amounts.Total, amounts.Estimated));
    }

    [Fact]
    public void Missing_cache_prices_bill_as_input_and_mark_the_cost()
    {
        var price = new ModelPrice { InputPerMillion = 2, OutputPerMillion = 8 };
        Assert.True(CostCalculator.TryCompute(price, Usage(1_000_000, 0, cached: 400_000), null, out CostAmounts amounts));
        Assert.Equal((2m, true), (amounts.Total, amounts.Estimated));
        Assert.True(CostCalculator.TryCompute(price, Usage(0, 1_000_000, reasoning: 250_000), null, out amounts));
        Assert.Equal((8m, false), (amounts.Total, amounts.Estimated));
    }

    [Fact]
    public void Zero_is_a_price_and_null_is_unknown()
    {
        Assert.True(CostCalculator.TryCompute(new ModelPrice { InputPerMillion = 0, OutputPerMillion = 0 }, Usage(5, 5), null, out CostAmounts free));
        Assert.Equal(0m, free.Total);
        Assert.False(CostCalculator.TryCompute(new ModelPrice { InputPerMillion = 0 }, Usage(5, 5), null, out _));
        Assert.True(CostCalculator.TryCompute(new ModelPrice { InputPerMillion = 1 }, Usage(5, 0), null, out _));
        Assert.False(CostCalculator.TryCompute(null, Usage(5, 5), null, out _));
        Assert.False(CostCalculator.TryCompute(new ModelPrice { InputPerMillion = 1, OutputPerMillion = 1 }, null, null, out _));
    }

    [Fact]
    public void What_is_free_costs_0_even_where_nobody_says_how_much_was_used()
    {
        CallCost free = CostCalculator.Compute(new ModelPrice { InputPerMillion = 0, OutputPerMillion = 0 }, null, null);
        Assert.Equal((0m, 0m, (string?)null, false), (free.Total, free.ComputedTotal, free.UnknownReason, free.Estimated));
        Assert.Empty(free.Lines);
        CallCost priced = CostCalculator.Compute(new ModelPrice { InputPerMillion = 0, OutputPerMillion = 0, PerRequest = 0.01m }, null, null);
        Assert.Equal((null, "the provider reported no usage"), (priced.Total, priced.UnknownReason));
    }

    [Fact]
    public void Unknown_cost_says_why_and_is_never_zero()
    {
        CallCost cost = CostCalculator.Compute(null, Usage(5, 5), null);
        Assert.Null(cost.Total);
        Assert.Equal("no price is known for the model", cost.UnknownReason);
        Assert.Empty(cost.Lines);
    }

    [Fact]
    public void Lines_add_up_to_the_total()
    {
        var price = new ModelPrice { InputPerMillion = 3, OutputPerMillion = 15, CacheReadPerMillion = 0.3m, Version = "2026-11" };
        CallCost cost = CostCalculator.Compute(price, Usage(10_000, 2_000, cached: 6_000), null);
        Assert.Equal(["input", "input_cached_tokens", "output"], cost.Lines.Select(l => l.Bucket));
        Assert.Equal([4_000, 6_000, 2_000], cost.Lines.Select(l => l.Quantity));
        Assert.Equal(0.0438m, cost.Total);
        Assert.Equal(cost.Total, cost.Lines.Sum(l => l.Amount));
        Assert.Equal("2026-11", cost.PriceVersion);
    }

    [Theory]
    [InlineData(100, 150, 0, 0, 0)]
    [InlineData(100, 60, 60, 40, 0)]
    [InlineData(0, 5, 5, 0, 0)]
    public void Details_beyond_the_total_are_clamped(long input, long cached, long written, long expectedWritten, long expectedInput)
    {
        UsageBuckets buckets = UsageBuckets.From(Usage(input, 0, cached, written));
        Assert.Equal((Math.Min(cached, input), expectedWritten, expectedInput), (buckets[UsageBucket.CacheRead], buckets[UsageBucket.CacheWrite], buckets[UsageBucket.Input]));
    }

    [Fact]
    public void Buckets_are_disjoint_and_add_up_to_the_total()
    {
        Gen<long> count = Gen.Long[-5, 1_000_000];
        Gen.Select(count, count, count, count, count).Sample((input, output, cached, written, reasoning) =>
        {
            UsageBuckets buckets = UsageBuckets.From(Usage(input, output, cached, written, reasoning));
            Assert.Equal(Math.Max(0, input) + Math.Max(0, output), buckets.Total);
            Assert.All(Enum.GetValues<UsageBucket>(), bucket => Assert.True(buckets[bucket] >= 0));
            Assert.Equal(Math.Max(0, input), buckets.TotalInput);
        });
    }
}

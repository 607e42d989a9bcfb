using CsCheck;
using LlmStack.Catalog;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Catalog;

public sealed class PriceRulesTests
{
    private static readonly UsageDetails Million = new() { InputTokenCount = 1_000_000, OutputTokenCount = 1_000_000 };
    private static readonly ModelCatalog Embedded = new();

    [Theory]
    [InlineData("2026-11-25T00:59:59Z", 2.64)]
    [InlineData("2026-11-25T01:00:00Z", 5.28)]
    [InlineData("2026-11-25T03:59:59Z", 5.28)]
    [InlineData("2026-11-25T04:00:00Z", 2.64)]
    [InlineData("2026-11-25T08:00:00+02:00", 5.28)]
    public void A_price_by_the_hour_holds_inside_its_window(string at, double expected) =>
        Assert.Equal((decimal)expected, Cost(Embedded.Find("deepseek", "deepseek-v4-pro")!.Price!, at: DateTimeOffset.Parse(at, System.Globalization.CultureInfo.InvariantCulture)).Total);

    [Theory]
    [InlineData("23:30", true)]
    [InlineData("05:59", true)]
    [InlineData("06:00", false)]
    [InlineData("12:00", false)]
    public void A_window_may_cross_midnight(string time, bool inside)
    {
        var price = new ModelPrice { InputPerMillion = 10, OutputPerMillion = 10, Windows = new() { ["night"] = new() { UtcFrom = new(23, 0), UtcTo = new(6, 0), InputPerMillion = 1, OutputPerMillion = 1 } } };
        Assert.Equal(inside ? 2 : 20, Cost(price, at: new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero) + TimeOnly.Parse(time, System.Globalization.CultureInfo.InvariantCulture).ToTimeSpan()).Total);
    }

    [Theory]
    [InlineData("2026-12-31T23:59:59Z", 4.5)]
    [InlineData("2027-01-01T00:00:00Z", 9)]
    [InlineData("2031-01-01T00:00:00Z", 9)]
    public void An_announced_price_holds_from_its_date(string at, double expected) =>
        Assert.Equal((decimal)expected, Cost(Embedded.Find("google", "gemini-3.7-flash")!.Price!, at: DateTimeOffset.Parse(at, System.Globalization.CultureInfo.InvariantCulture)).Total);

    [Theory]
    [InlineData(null, 1, false)]
    [InlineData("default", 1, false)]
    [InlineData("flex", 0.5, false)]
    [InlineData("FLEX", 0.5, false)]
    [InlineData("priority", 2, false)]
    [InlineData("batch", 0.5, false)]
    [InlineData("scale", 1, true)]
    public void The_tier_of_the_answer_decides(string? tier, double factor, bool estimated)
    {
        CallCost cost = Cost(Embedded.Find("openai", "gpt-4o")!.Price!, tier);
        Assert.Equal((12.5m * (decimal)factor, estimated), (cost.Total!.Value, cost.Estimated));
        Assert.Equal(cost.Total, cost.Lines.Sum(static line => line.Amount));
        Assert.All(cost.Lines, static line => Assert.Equal(line.Quantity * line.UnitPrice / 1_000_000, line.Amount));
    }

    [Fact]
    public void A_tier_multiplies_tokens_and_not_what_is_billed_by_the_piece()
    {
        var price = new ModelPrice { InputPerMillion = 1, OutputPerMillion = 1, PerRequest = 0.5m, WebSearchPerThousand = 10, ServiceTiers = new() { ["flex"] = 0.5m } };
        UsageDetails usage = new() { InputTokenCount = 1_000_000, OutputTokenCount = 0, AdditionalCounts = new() { [UsageKeys.WebSearches] = 3 } };
        CallCost cost = CostCalculator.Compute(price, usage, new BillingTerms { ServiceTier = "flex" });
        Assert.Equal(0.5m + 0.5m + 0.03m, cost.Total);
        Assert.Equal([("input", 0.5m), ("web_search_requests", 0.01m), ("request", 0.5m)], cost.Lines.Select(static line => (line.Bucket, line.UnitPrice)));
    }

    [Theory]
    [InlineData(UsageKeys.SearchUnits, 4, 0.008)]
    [InlineData(UsageKeys.Pages, 3, 0.003)]
    [InlineData(UsageKeys.AudioSeconds, 90, 0.009)]
    [InlineData(UsageKeys.Images, 3, 0.12)]
    public void What_is_billed_by_another_unit_needs_no_price_of_tokens(string key, long count, double expected)
    {
        var price = new ModelPrice { SearchPerThousand = 2, PagePerThousand = 1, AudioPerHour = 0.36m, PerImage = 0.04m };
        Assert.Equal((decimal)expected, CostCalculator.Compute(price, new UsageDetails { InputTokenCount = 500, AdditionalCounts = new() { [key] = count } }, null).Total);
    }

    [Fact]
    public void Images_are_billed_by_the_piece_beside_tokens_or_alone_and_never_at_a_price_of_tokens_they_did_not_tell()
    {
        UsageDetails alone = new() { AdditionalCounts = new() { [UsageKeys.Images] = 2 } };
        UsageDetails both = new() { InputTokenCount = 1_000_000, OutputTokenCount = 0, AdditionalCounts = new() { [UsageKeys.Images] = 2 } };
        var byPiece = new ModelPrice { PerImage = 0.039m };
        var byToken = new ModelPrice { InputPerMillion = 5, OutputPerMillion = 40 };

        CallCost cost = CostCalculator.Compute(byPiece, alone, new BillingTerms { ServiceTier = "standard" });
        Assert.Equal((0.078m, false), (cost.Total!.Value, cost.Estimated));
        Assert.Equal(new CostLine("images", 2, 0.039m, 0.078m), Assert.Single(cost.Lines));
        Assert.Equal(5.078m, CostCalculator.Compute(byToken with { PerImage = 0.039m }, both, null).Total);
        Assert.Equal(5m, CostCalculator.Compute(byToken, both, null).Total);
        Assert.Equal((null, "the price lacks a used bucket"), (CostCalculator.Compute(byToken, alone, null).Total, CostCalculator.Compute(byToken, alone, null).UnknownReason));
        Assert.Equal(0.5m, CostCalculator.Compute(new ModelPrice { PerRequest = 0.5m }, alone, null).Total);
        Assert.Equal(0m, CostCalculator.Compute(new ModelPrice { PerImage = 0 }, alone, null).Total);
    }

    [Fact]
    public void The_providers_own_figure_is_preferred_and_both_are_kept()
    {
        CallCost near = CostCalculator.Compute(Embedded.Find("openai", "gpt-4o")!.Price, Million, new BillingTerms { ReportedCost = 12.6m });
        Assert.Equal((12.6m, 12.5m, 12.6m, false), (near.Total, near.ComputedTotal, near.ReportedTotal, near.Deviates));
        CallCost far = CostCalculator.Compute(Embedded.Find("openai", "gpt-4o")!.Price, Million, new BillingTerms { ReportedCost = 12.7m });
        Assert.True(far.Deviates);
        CallCost alone = CostCalculator.Compute(null, null, new BillingTerms { ReportedCost = 0 });
        Assert.Equal((0m, null, null), (alone.Total, alone.ComputedTotal, alone.UnknownReason));
        CallCost free = CostCalculator.Compute(new ModelPrice { InputPerMillion = 0, OutputPerMillion = 0 }, Million, new BillingTerms { ReportedCost = 0 });
        Assert.False(free.Deviates);
    }

    [Fact]
    public void A_price_by_length_that_leaves_a_bucket_out_moves_it_in_proportion()
    {
        var price = new ModelPrice { InputPerMillion = 2, OutputPerMillion = 8, CacheReadPerMillion = 0.2m, ReasoningPerMillion = 16, LongContext = new() { ["long"] = new() { From = 1, InputPerMillion = 4, OutputPerMillion = 12 } } };
        CallCost cost = CostCalculator.Compute(price, new UsageDetails { InputTokenCount = 1_000_000, CachedInputTokenCount = 1_000_000, OutputTokenCount = 1_000_000, ReasoningTokenCount = 1_000_000 }, null);
        Assert.Equal((0.4m + 24m, true), (cost.Total!.Value, cost.Estimated));
    }

    [Fact]
    public void Counts_that_contradict_each_other_are_cut_and_marked()
    {
        var price = new ModelPrice { InputPerMillion = 1, OutputPerMillion = 1, CacheReadPerMillion = 0 };
        CallCost cost = CostCalculator.Compute(price, new UsageDetails { InputTokenCount = 10, CachedInputTokenCount = 500, OutputTokenCount = 5, ReasoningTokenCount = 9 }, null);
        Assert.True(cost.Inconsistent);
        Assert.Equal(0.000005m, cost.Total);
        Assert.False(CostCalculator.Compute(price, Million, null).Inconsistent);
    }

    [Fact]
    public void Every_token_is_billed_exactly_once_whatever_is_reported()
    {
        var one = new ModelPrice { InputPerMillion = 1, OutputPerMillion = 1, CacheReadPerMillion = 1, CacheWritePerMillion = 1, CacheWrite1hPerMillion = 1, InputAudioPerMillion = 1, CachedAudioPerMillion = 1, OutputAudioPerMillion = 1, OutputImagePerMillion = 1 };
        Gen<long> count = Gen.Long[-10, 100_000];
        Gen.Select(Gen.Select(count, count, count, count), Gen.Select(count, count, count, count)).Sample((a, b) =>
        {
            UsageDetails usage = new()
            {
                InputTokenCount = a.Item1,
                OutputTokenCount = a.Item2,
                CachedInputTokenCount = a.Item3,
                ReasoningTokenCount = a.Item4,
                AdditionalCounts = new() { [UsageKeys.CacheWrite] = b.Item1, [UsageKeys.CacheWrite1h] = b.Item2, [UsageKeys.InputAudio] = b.Item3, [UsageKeys.InputImage] = b.Item4, [UsageKeys.OutputAudio] = b.Item1, [UsageKeys.CachedImage] = b.Item2 },
            };
            Assert.Equal((Math.Max(0, a.Item1) + Math.Max(0, a.Item2)) * 0.000001m, CostCalculator.Compute(one, usage, null).Total);
        });
    }

    [Fact]
    public void A_cost_without_lines_allocates_nothing()
    {
        ModelPrice price = Embedded.Find("anthropic", "claude-sonnet-4-5")!.Price!;
        var usage = new UsageDetails { InputTokenCount = 250_000, CachedInputTokenCount = 100, OutputTokenCount = 10, AdditionalCounts = new() { [UsageKeys.CacheWrite] = 5 } };
        Assert.True(CostCalculator.TryCompute(price, usage, null, out _));
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            CostCalculator.TryCompute(price, usage, null, out _);
            CostForecast.For(price, 250_000, 100, DateTimeOffset.UnixEpoch, 50);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [InlineData(100_000, 1_000, 0, 0.315)]
    [InlineData(100_000, 1_000, 100_000, 0.045)]
    [InlineData(200_001, 0, 0, 1.200006)]
    [InlineData(100, 0, 5_000, 0.00003)]
    public void A_forecast_knows_cache_prices_and_long_prompts(long input, long output, long cached, double expected) =>
        Assert.Equal((decimal)expected, CostForecast.For(Embedded.Find("anthropic", "claude-sonnet-4-5")!.Price, input, output, null, cached));

    [Fact]
    public void A_forecast_without_a_price_is_unknown_and_a_free_one_is_zero()
    {
        Assert.Null(CostForecast.For(null, 10, 10));
        Assert.Null(CostForecast.For(new ModelPrice { InputPerMillion = 1 }, 10, 10));
        Assert.Equal(0m, CostForecast.For(new ModelPrice { InputPerMillion = 0, OutputPerMillion = 0 }, 10, 10));
        Assert.Equal(0.25m, CostForecast.For(new ModelPrice { PerRequest = 0.25m }, 0, 0));
        Assert.Equal(9m, CostForecast.For(Embedded.Find("google", "gemini-3.7-flash")!.Price, 1_000_000, 1_000_000, new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero)));
    }

    private static CallCost Cost(ModelPrice price, string? tier = null, DateTimeOffset? at = null) => CostCalculator.Compute(price, Million, new BillingTerms { ServiceTier = tier, At = at });
}

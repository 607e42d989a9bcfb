using LlmStack.Catalog;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Catalog;

/// <summary>Token counts and right amounts from bug reports against other gateways and tracers, each with the wrong amount it led to there.</summary>
public sealed class CostVectorTests
{
    private static readonly ModelCatalog Embedded = new();

    /// <summary>Cached tokens were billed at the full and at the cache price: 0.7642 instead of 0.1849.</summary>
    [Fact]
    public void Cached_tokens_are_billed_once()
    {
        var price = new ModelPrice { InputPerMillion = 1.25m, OutputPerMillion = 10, CacheReadPerMillion = 0.625m };
        var usage = new UsageDetails { InputTokenCount = 262_960, CachedInputTokenCount = 257_955, OutputTokenCount = 1_744, TotalTokenCount = 264_704 };
        CallCost cost = CostCalculator.Compute(price, usage, null);
        Assert.Equal(0.184918125m, cost.Total);
        Assert.Equal([5_005, 257_955, 1_744], cost.Lines.Select(static line => line.Quantity));
    }

    /// <summary>A fully cached prompt was billed about 10.9 times: the cache price beside the full price of the same tokens.</summary>
    [Fact]
    public void A_fully_cached_prompt_costs_the_cache_price()
    {
        ModelPrice price = Embedded.Find("anthropic", "claude-haiku-4-5")!.Price!;
        var usage = new UsageDetails { InputTokenCount = 17_111, CachedInputTokenCount = 17_102, OutputTokenCount = 0 };
        decimal right = CostCalculator.Compute(price, usage, null).Total!.Value;
        decimal twice = (17_111 * 1m + 17_102 * 0.1m) / 1_000_000;
        Assert.Equal(0.0017192m, right);
        Assert.Equal(10.9m, Math.Round(twice / right, 1));
    }

    /// <summary>The price of long prompts was ignored: 0.507816 instead of 1.015632.</summary>
    [Theory]
    [InlineData("google", "gemini-3.1-pro-preview")]
    [InlineData("xai", "grok-4.5")]
    public void A_long_prompt_is_billed_as_one(string provider, string model)
    {
        ModelPrice price = Embedded.Find(provider, model)!.Price!;
        Assert.Equal(2m, price.InputPerMillion);
        Assert.Equal(1.015632m, CostCalculator.Compute(price, new UsageDetails { InputTokenCount = 253_908, OutputTokenCount = 0 }, null).Total);
    }

    /// <summary>The threshold is a cliff for everything: input, output and cache; one token less and nothing of it applies.</summary>
    [Fact]
    public void The_price_of_a_long_prompt_holds_for_the_whole_request_and_counts_cached_tokens()
    {
        ModelPrice price = Embedded.Find("anthropic", "claude-sonnet-4-5")!.Price!;
        var at = new UsageDetails { InputTokenCount = 200_000, CachedInputTokenCount = 150_000, OutputTokenCount = 1_000 };
        var over = new UsageDetails { InputTokenCount = 200_001, CachedInputTokenCount = 150_001, OutputTokenCount = 1_000 };
        Assert.Equal((50_000 * 3m + 150_000 * 0.3m + 1_000 * 15m) / 1_000_000, CostCalculator.Compute(price, at, null).Total);
        Assert.Equal((50_000 * 6m + 150_001 * 0.6m + 1_000 * 22.5m) / 1_000_000, CostCalculator.Compute(price, over, null).Total);
    }

    /// <summary>Audio of a model without a price for audio was free.</summary>
    [Fact]
    public void Audio_without_a_price_of_its_own_is_not_free()
    {
        ModelPrice price = Embedded.Find("google", "gemini-2.5-pro")!.Price!;
        Assert.Null(price.InputAudioPerMillion);
        CallCost cost = CostCalculator.Compute(price, With(new UsageDetails { InputTokenCount = 10_000, OutputTokenCount = 0 }, UsageKeys.InputAudio, 9_900), null);
        Assert.Equal((10_000 * 1.25m / 1_000_000, true), (cost.Total!.Value, cost.Estimated));
    }

    /// <summary>482 audio tokens were billed as text: 0.00592 instead of 0.03966 for the output.</summary>
    [Fact]
    public void Audio_output_has_its_own_price()
    {
        var price = new ModelPrice { InputPerMillion = 2.5m, OutputPerMillion = 10, InputAudioPerMillion = 40, OutputAudioPerMillion = 80 };
        CallCost cost = CostCalculator.Compute(price, With(new UsageDetails { InputTokenCount = 17, OutputTokenCount = 592 }, UsageKeys.OutputAudio, 482), null);
        Assert.Equal(0.03966m, cost.Lines.Where(static line => line.Bucket.StartsWith("output", StringComparison.Ordinal)).Sum(static line => line.Amount));
        Assert.False(cost.Estimated);
    }

    /// <summary>Reasoning, which is a part of the output, was added to it: 2,926 tokens instead of 1,970.</summary>
    [Fact]
    public void Reasoning_is_not_added_to_the_output_it_is_a_part_of()
    {
        var usage = new UsageDetails { InputTokenCount = 22_118, OutputTokenCount = 1_970, ReasoningTokenCount = 956, TotalTokenCount = 24_088 };
        CallCost cost = CostCalculator.Compute(Embedded.Find("openai", "gpt-5.1")!.Price, usage, null);
        Assert.Equal((22_118 * 1.25m + 1_970 * 10m) / 1_000_000, cost.Total);
        Assert.Equal([22_118, 1_014, 956], cost.Lines.Select(static line => line.Quantity));
        Assert.Equal(24_088, cost.Lines.Sum(static line => line.Quantity));
    }

    /// <summary>Audio and cached tokens overlap when a vendor counts cached audio in both: the sum came out larger than the prompt.</summary>
    [Fact]
    public void Cached_audio_is_in_one_bucket()
    {
        var price = new ModelPrice { InputPerMillion = 4, InputAudioPerMillion = 32, CacheReadPerMillion = 0.4m, CachedAudioPerMillion = 0.4m, OutputPerMillion = 16 };
        UsageDetails usage = With(new UsageDetails { InputTokenCount = 100, CachedInputTokenCount = 70, OutputTokenCount = 0 }, UsageKeys.InputAudio, 60);

        // 60 audio and 30 fresh tokens: at least 30 of the audio came from the cache.
        CallCost cost = CostCalculator.Compute(price, usage, null);
        Assert.Equal(["input_audio_tokens", "input_cached_tokens", "input_cached_audio_tokens"], cost.Lines.Select(static line => line.Bucket));
        Assert.Equal([30, 40, 30], cost.Lines.Select(static line => line.Quantity));
    }

    /// <summary>The 1-hour write price of one model had been copied to others: 6 instead of 0.5 and 30.</summary>
    [Fact]
    public void Cache_writes_for_an_hour_have_their_own_price()
    {
        UsageDetails usage = With(With(new UsageDetails { InputTokenCount = 1_000_000, OutputTokenCount = 0 }, UsageKeys.CacheWrite, 900_000), UsageKeys.CacheWrite1h, 400_000);
        CallCost cost = CostCalculator.Compute(Embedded.Find("anthropic", "claude-opus-4-6")!.Price, usage, null);
        Assert.Equal([100_000, 500_000, 400_000], cost.Lines.Select(static line => line.Quantity));
        Assert.Equal(0.1m * 5 + 0.5m * 6.25m + 0.4m * 10, cost.Total);
        Assert.Equal((0.5m, 30m), (Embedded.Find("anthropic", "claude-3-haiku")!.Price!.CacheWrite1hPerMillion, Embedded.Find("anthropic", "claude-3-opus-latest")!.Price!.CacheWrite1hPerMillion));
    }

    private static UsageDetails With(UsageDetails usage, string key, long count)
    {
        (usage.AdditionalCounts ??= [])[key] = count;
        return usage;
    }
}

using System.Globalization;
using System.Text;
using CsCheck;
using LlmStack.Catalog;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Catalog;

/// <summary>A cost is reckoned in integers; it must be what decimals give, to the last digit.</summary>
public class CostAmountsTests
{
    private static readonly Gen<decimal> Rate = Gen.Select(Gen.Long[0, 90_000_000_000], Gen.Int[0, 9], (digits, scale) => new decimal(digits) / (decimal)Math.Pow(10, scale));

    [Fact]
    public void Integers_agree_with_decimals()
    {
        Gen.Select(Gen.Long[0, 3_000_000], Rate, Gen.Long[0, 3_000_000], Rate, Rate).Sample((input, inputRate, output, outputRate, request) =>
        {
            var amounts = default(CostAmounts);
            amounts.Add(UsageBucket.Input, input, inputRate, 6);
            amounts.Add(UsageBucket.Output, output, outputRate, 6);
            amounts.Add(UsageBucket.Requests, 1, request, 0);
            amounts.IsKnown = true;
            decimal first = input * inputRate / 1_000_000;
            decimal second = output * outputRate / 1_000_000;
            Assert.Equal((first, second, request, first + second + request), (amounts[UsageBucket.Input], amounts[UsageBucket.Output], amounts[UsageBucket.Requests], amounts.Total));
        }, iter: 5_000);
    }

    [Theory]
    [InlineData("0.25", true)]
    [InlineData("0.123456", true)]
    [InlineData("0.1234560000", true)]
    [InlineData("0.1234567", false)]
    [InlineData("0", true)]
    public void Prices_of_up_to_six_decimals_stay_integers(string rate, bool expected)
    {
        var amounts = default(CostAmounts);
        amounts.Add(UsageBucket.Input, 3, decimal.Parse(rate, CultureInfo.InvariantCulture), 6);
        Assert.Equal(expected, amounts.AreIntegers);
    }

    [Fact]
    public void Too_large_for_integers_goes_on_in_decimals()
    {
        var amounts = default(CostAmounts);
        amounts.Add(UsageBucket.Input, 5, 2, 6);
        amounts.Add(UsageBucket.Output, 4_000_000_000_000, 9_000_000, 6);
        amounts.IsKnown = true;
        Assert.False(amounts.AreIntegers);
        Assert.Equal((0.00001m, 36_000_000_000_000m, 36_000_000_000_000.00001m), (amounts[UsageBucket.Input], amounts[UsageBucket.Output], amounts.Total));
    }

    [Fact]
    public void Text_of_an_amount_is_the_amount()
    {
        Gen.OneOf(Gen.Long[0, 5_000], Gen.Long[0, long.MaxValue]).Sample(amount =>
        {
            var numbers = new JsonNumbers(new byte[64]);
            numbers.AddDollars(""u8, amount);
            string text = Encoding.UTF8.GetString(numbers.End())[..^1];
            Assert.Equal(amount / 1_000_000_000_000m, decimal.Parse(text, CultureInfo.InvariantCulture));
            Assert.Equal(PicoDollars.ToDecimal(amount).ToString(CultureInfo.InvariantCulture), text);
        }, iter: 2_000);
    }

    [Fact]
    public void Additional_counts_are_found_whatever_their_case_and_others_change_nothing()
    {
        var usage = new UsageDetails
        {
            InputTokenCount = 100,
            OutputTokenCount = 20,
            AdditionalCounts = new() { ["INPUT_cache_creation"] = 30, ["accepted_prediction_tokens"] = 7, [UsageKeys.OutputAudio] = -4, [UsageKeys.WebSearches] = 2 },
        };
        UsageBuckets buckets = UsageBuckets.From(usage);
        Assert.Equal((70L, 30L, 20L, 0L, 2L), (buckets[UsageBucket.Input], buckets[UsageBucket.CacheWrite], buckets[UsageBucket.Output], buckets[UsageBucket.OutputAudio], buckets[UsageBucket.WebSearches]));
        foreach (ExtraCount count in Enum.GetValues<ExtraCount>())
        {
            string name = (string)typeof(UsageKeys).GetField(count.ToString())!.GetRawConstantValue()!;
            Assert.Equal((count, count), (UsageKeys.Find(name), UsageKeys.Find(name.ToUpperInvariant())));
        }
    }
}

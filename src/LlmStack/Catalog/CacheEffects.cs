namespace LlmStack.Catalog;

/// <summary>What the provider's prompt cache did to the cost of an attempt, by our own reckoning.</summary>
/// <param name="Savings">US dollars that reading from the cache saved, against the price of fresh input.</param>
/// <param name="Surcharge">US dollars that writing to the cache cost above the price of fresh input.</param>
internal readonly record struct CacheEffects(decimal Savings, decimal Surcharge)
{
    /// <summary>Nothing where no token was cached, or a price is unknown.</summary>
    public static CacheEffects Of(ModelPrice? price, in UsageBuckets buckets, BillingTerms? terms, in CostAmounts amounts)
    {
        if ((terms?.Price ?? price) is not { } list || amounts.Computed is null || !AreUsed(buckets))
        {
            return default;
        }

        UnitPrices card = PriceSelection.Select(list, buckets.TotalInput, terms?.At);
        decimal tier = CostCalculator.TierFactor(list, terms?.ServiceTier, out _) * BucketRates.PerToken;
        decimal savings = Fresh(UsageBucket.CacheRead, UsageBucket.Input, buckets)
            + Fresh(UsageBucket.CachedAudio, UsageBucket.InputAudio, buckets)
            + Fresh(UsageBucket.CachedImage, UsageBucket.InputImage, buckets)
            - amounts[UsageBucket.CacheRead]
            - amounts[UsageBucket.CachedAudio]
            - amounts[UsageBucket.CachedImage];
        decimal surcharge = amounts[UsageBucket.CacheWrite]
            + amounts[UsageBucket.CacheWrite1h]
            - Fresh(UsageBucket.CacheWrite, UsageBucket.Input, buckets)
            - Fresh(UsageBucket.CacheWrite1h, UsageBucket.Input, buckets);
        return new CacheEffects(savings, surcharge);

        decimal Fresh(UsageBucket cached, UsageBucket fresh, in UsageBuckets counts) =>
            counts[cached] == 0 ? 0 : counts[cached] * (BucketRates.Of(list, card, fresh, out _) ?? 0) * tier;
    }

    private static bool AreUsed(in UsageBuckets buckets)
    {
        for (UsageBucket bucket = UsageBucket.CacheRead; bucket <= UsageBucket.CacheWrite1h; bucket++)
        {
            if (buckets[bucket] > 0)
            {
                return true;
            }
        }

        return false;
    }
}

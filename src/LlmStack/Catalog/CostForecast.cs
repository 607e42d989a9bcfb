namespace LlmStack.Catalog;

/// <summary>What a call would cost, before it is made: its price at this length, hour and date, and what of the prompt the cache would answer.</summary>
internal static class CostForecast
{
    /// <param name="price">The deployment's price.</param>
    /// <param name="inputTokens">The estimated prompt, cached part included.</param>
    /// <param name="likelyOutputTokens">The output to expect.</param>
    /// <param name="now">The wall clock, for prices by hour and date; null for the list price.</param>
    /// <param name="cachedInputTokens">What of the prompt the provider's cache will probably answer.</param>
    /// <param name="prompt">What of the prompt is not read from the cache may all be this: input, or what is written to the cache, if that is dearer.</param>
    /// <returns>US dollars; null when a price that is needed is unknown. 0 is a price.</returns>
    public static decimal? For(ModelPrice? price, long inputTokens, long likelyOutputTokens, DateTimeOffset? now = null, long cachedInputTokens = 0, UsageBucket prompt = UsageBucket.Input)
    {
        if (price is null)
        {
            return null;
        }

        long cached = Math.Clamp(cachedInputTokens, 0, inputTokens);
        UnitPrices card = PriceSelection.Select(price, inputTokens, now);
        decimal total = price.PerRequest ?? 0;
        return Add(UsageBucket.Input, inputTokens - cached) && Add(UsageBucket.CacheRead, cached) && Add(UsageBucket.Output, likelyOutputTokens) ? total : null;

        bool Add(UsageBucket bucket, long tokens)
        {
            if (tokens <= 0)
            {
                return true;
            }

            if (BucketRates.Of(price, card, bucket, out _) is not { } rate)
            {
                return false;
            }

            // Without a price for writing it costs nothing more, for however long.
            if (bucket == UsageBucket.Input && prompt != UsageBucket.Input && price.CacheWritePerMillion is not null)
            {
                rate = Math.Max(rate, BucketRates.Of(price, card, prompt, out _) ?? 0);
            }

            total += tokens * rate * BucketRates.PerToken;
            return true;
        }
    }
}

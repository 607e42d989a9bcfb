namespace LlmStack.Catalog;

/// <summary>The price of a bucket, and what stands in for one that is missing.</summary>
internal static class BucketRates
{
    /// <summary>Multiplying by it is exact, as dividing by a million is, and several times cheaper.</summary>
    public const decimal PerToken = 0.000001m;

    /// <summary>What keeping a cache entry for an hour costs, relative to the usual time: 2 to 1.25 at the vendor that offers both.</summary>
    private const decimal HourOverUsual = 1.6m;

    /// <param name="list">All prices of the model.</param>
    /// <param name="card">The one that holds for the request.</param>
    /// <param name="bucket">A bucket of tokens.</param>
    /// <param name="estimated">Whether another price stands in for it.</param>
    /// <returns>US dollars per million tokens; null when unknown.</returns>
    public static decimal? Of(ModelPrice list, UnitPrices card, UsageBucket bucket, out bool estimated)
    {
        estimated = false;
        if (UnitPriceTable.Get(card, bucket) is { } own)
        {
            return own;
        }

        if (!ReferenceEquals(card, list) && UnitPriceTable.Get(list, bucket) is { } usual)
        {
            return InProportion(list, card, bucket, usual, out estimated);
        }

        return bucket switch
        {
            UsageBucket.Input or UsageBucket.Output => null,
            UsageBucket.Citation => 0,
            UsageBucket.InputImage or UsageBucket.InputVideo => Of(list, card, UsageBucket.Input, out estimated),
            UsageBucket.CachedImage => Of(list, card, UsageBucket.CacheRead, out estimated),
            UsageBucket.Reasoning => Of(list, card, UsageBucket.Output, out estimated),
            UsageBucket.CachedAudio => Instead(UsageBucket.CacheRead, out estimated),
            UsageBucket.CacheWrite1h => HourOverUsual * Instead(UsageBucket.CacheWrite, out estimated),
            _ => Instead(IsOutput(bucket) ? UsageBucket.Output : UsageBucket.Input, out estimated),
        };

        decimal? Instead(UsageBucket other, out bool estimated)
        {
            decimal? rate = Of(list, card, other, out _);
            estimated = true;
            return rate;
        }
    }

    public static bool IsOutput(UsageBucket bucket) => bucket is >= UsageBucket.Output and <= UsageBucket.OutputVideo;

    /// <summary>A price by length, hour or date that leaves a bucket out moves it as it moves the input or the output.</summary>
    private static decimal InProportion(ModelPrice list, UnitPrices card, UsageBucket bucket, decimal usual, out bool estimated)
    {
        UsageBucket root = IsOutput(bucket) ? UsageBucket.Output : UsageBucket.Input;
        estimated = UnitPriceTable.Get(list, root) is > 0 && UnitPriceTable.Get(card, root) is not null;
        return estimated ? usual * UnitPriceTable.Get(card, root)!.Value / UnitPriceTable.Get(list, root)!.Value : usual;
    }
}

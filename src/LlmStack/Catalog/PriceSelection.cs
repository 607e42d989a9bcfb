namespace LlmStack.Catalog;

/// <summary>Which of a model's prices holds for a request: an announced one from its date on, else the hour's, else the length's, else the list price.</summary>
internal static class PriceSelection
{
    /// <param name="price">All prices of the model.</param>
    /// <param name="inputTokens">The whole input, cached tokens included: the basis on which every vendor counts.</param>
    /// <param name="at">The wall clock; null leaves dates and hours out.</param>
    public static UnitPrices Select(ModelPrice price, long inputTokens, DateTimeOffset? at) =>
        (at is { } now ? ByDate(price, now) ?? (UnitPrices?)ByHour(price, now) : null) ?? (UnitPrices?)ByLength(price, inputTokens) ?? price;

    /// <summary>Whether a price changes by the hour or on a date.</summary>
    public static bool DependsOnTime(ModelPrice price) => price.Windows is { Count: > 0 } || price.Next is { Count: > 0 };

    private static FuturePrice? ByDate(ModelPrice price, DateTimeOffset now)
    {
        if (price.Next is null)
        {
            return null;
        }

        var today = DateOnly.FromDateTime(now.UtcDateTime);
        FuturePrice? latest = null;
        foreach (FuturePrice next in price.Next.Values)
        {
            if (next.Date <= today && (latest is null || next.Date > latest.Date))
            {
                latest = next;
            }
        }

        return latest;
    }

    private static PriceWindow? ByHour(ModelPrice price, DateTimeOffset now)
    {
        if (price.Windows is null)
        {
            return null;
        }

        var time = TimeOnly.FromDateTime(now.UtcDateTime);
        foreach (PriceWindow window in price.Windows.Values)
        {
            // IsBetween knows midnight; equal ends are a whole day.
            if (window.UtcFrom == window.UtcTo || time.IsBetween(window.UtcFrom, window.UtcTo))
            {
                return window;
            }
        }

        return null;
    }

    private static LongContextPrice? ByLength(ModelPrice price, long inputTokens)
    {
        if (price.LongContext is null)
        {
            return null;
        }

        LongContextPrice? highest = null;
        foreach (LongContextPrice tier in price.LongContext.Values)
        {
            if (tier.From <= inputTokens && (highest is null || tier.From > highest.From))
            {
                highest = tier;
            }
        }

        return highest;
    }
}

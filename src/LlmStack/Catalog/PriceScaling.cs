namespace LlmStack.Catalog;

/// <summary>Multiplies every price of tokens, also those by length, hour and date. Prices per request, search, page and image stay.</summary>
internal static class PriceScaling
{
    public static ModelPrice Scale(ModelPrice price, decimal factor) => Units(price with
    {
        LongContext = Each(price.LongContext, factor),
        Windows = Each(price.Windows, factor),
        Next = Each(price.Next, factor),
    }, factor);

    private static Dictionary<string, T>? Each<T>(Dictionary<string, T>? prices, decimal factor)
        where T : UnitPrices => prices?.ToDictionary(static pair => pair.Key, pair => Units((T)(pair.Value with { }), factor), StringComparer.OrdinalIgnoreCase);

    private static T Units<T>(T copy, decimal factor)
        where T : UnitPrices
    {
        for (UsageBucket bucket = 0; bucket <= UsageBucket.Citation; bucket++)
        {
            if (UnitPriceTable.Get(copy, bucket) is { } amount)
            {
                UnitPriceTable.Set(copy, bucket, amount * factor);
            }
        }

        return copy;
    }
}

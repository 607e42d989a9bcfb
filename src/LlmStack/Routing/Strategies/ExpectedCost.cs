namespace LlmStack.Routing.Strategies;

/// <summary>What a call would probably cost. For ranking and caps only, so a double will do; money that is shown as spent or summed is decimal.</summary>
internal static class ExpectedCost
{
    /// <summary>Larger than any cost, and equal to itself, so that unknown ones are a tie.</summary>
    public const double Unknown = double.MaxValue;

    public static double Of(ModelPrice? price, in RouteRequest request) =>
        Of(price, request.EstimatedInputTokens, request.LikelyCachedTokens, request.LikelyOutputTokens);

    /// <param name="price">The price.</param>
    /// <param name="input">Tokens of the prompt.</param>
    /// <param name="cached">How many of them are expected to come from the provider's cache.</param>
    /// <param name="output">Likely tokens of the answer.</param>
    public static double Of(ModelPrice? price, int input, int cached, int output)
    {
        if (price is null || (price.InputPerMillion is null && price.OutputPerMillion is null && price.PerRequest is null))
        {
            return Unknown;
        }
        UnitPrices unit = AtLength(price, input);
        decimal? read = unit.CacheReadPerMillion ?? price.CacheReadPerMillion ?? unit.InputPerMillion;
        if ((input > cached && unit.InputPerMillion is null) || (cached > 0 && read is null) || (output > 0 && unit.OutputPerMillion is null))
        {
            return Unknown;
        }
        double tokens = ((input - cached) * (double)(unit.InputPerMillion ?? 0)) + (cached * (double)(read ?? 0)) + (output * (double)(unit.OutputPerMillion ?? 0));
        return (tokens / 1e6) + (double)(price.PerRequest ?? 0);
    }

    /// <summary>A long prompt is billed at the prices of the largest threshold it reaches, all of it.</summary>
    private static UnitPrices AtLength(ModelPrice price, int input)
    {
        UnitPrices unit = price;
        long reached = 0;
        if (price.LongContext is { Count: > 0 } tiers)
        {
            foreach ((_, LongContextPrice tier) in tiers)
            {
                if (input >= tier.From && tier.From > reached)
                {
                    (unit, reached) = (tier, tier.From);
                }
            }
        }
        return unit;
    }
}

using LlmStack.Catalog;

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
        return (double?)CostForecast.For(price, input, output, now: null, cached) ?? Unknown;
    }
}

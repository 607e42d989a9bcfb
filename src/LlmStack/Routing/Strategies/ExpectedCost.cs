using LlmStack.Catalog;

namespace LlmStack.Routing.Strategies;

/// <summary>What a call would probably cost. For ranking and caps only, so a double will do; money that is shown as spent or summed is decimal.</summary>
internal static class ExpectedCost
{
    /// <summary>Larger than any cost, and equal to itself, so that unknown ones are a tie.</summary>
    public const double Unknown = double.MaxValue;

    public static double Of(ModelPrice? price, in RouteRequest request) =>
        Of(price, request, request.EstimatedInputTokens);

    /// <param name="price">The price.</param>
    /// <param name="request">What the answer and the cached part of the prompt will probably be, and the clock.</param>
    /// <param name="input">Tokens of the prompt.</param>
    public static double Of(ModelPrice? price, in RouteRequest request, int input)
    {
        if (price is null || (price.InputPerMillion is null && price.OutputPerMillion is null && price.PerRequest is null))
        {
            return Unknown;
        }
        // Most prices hold at all times; only for the others is the clock worth reading.
        DateTimeOffset? now = PriceSelection.DependsOnTime(price) ? request.Clock?.GetUtcNow() : null;
        return (double?)CostForecast.For(price, input, request.LikelyOutputTokens, now, request.LikelyCachedTokens) ?? Unknown;
    }
}

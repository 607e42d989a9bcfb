namespace LlmStack.Routing.Strategies;

/// <summary>What a call would probably cost. For ranking only, so a double will do; money that is shown or summed is decimal.</summary>
internal static class ExpectedCost
{
    /// <summary>Larger than any cost, and equal to itself, so that unknown ones are a tie.</summary>
    public const double Unknown = double.MaxValue;

    public static double Of(ModelPrice? price, in RouteRequest request)
    {
        if (price is null
            || (price.InputPerMillion is null && request.EstimatedInputTokens > 0)
            || (price.OutputPerMillion is null && request.LikelyOutputTokens > 0)
            || (price.InputPerMillion is null && price.OutputPerMillion is null && price.PerRequest is null))
        {
            return Unknown;
        }
        return ((request.EstimatedInputTokens * (double)(price.InputPerMillion ?? 0)) + (request.LikelyOutputTokens * (double)(price.OutputPerMillion ?? 0))) / 1e6
            + (double)(price.PerRequest ?? 0);
    }
}

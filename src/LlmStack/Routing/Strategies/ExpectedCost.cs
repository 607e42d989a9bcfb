namespace LlmStack.Routing.Strategies;

/// <summary>What a call would probably cost. For ranking only, so a double will do; money that is shown or summed is decimal.</summary>
internal static class ExpectedCost
{
    /// <summary>Larger than any cost, and equal to itself, so that unknown ones are a tie.</summary>
    public const double Unknown = double.MaxValue;

    public static double Of(ModelPrice? price, in RouteRequest request) => Of(price, request.EstimatedInputTokens, request.LikelyOutputTokens);

    public static double Of(ModelPrice? price, int input, int output)
    {
        if (price is null
            || (price.InputPerMillion is null && input > 0)
            || (price.OutputPerMillion is null && output > 0)
            || (price.InputPerMillion is null && price.OutputPerMillion is null && price.PerRequest is null))
        {
            return Unknown;
        }
        return ((input * (double)(price.InputPerMillion ?? 0)) + (output * (double)(price.OutputPerMillion ?? 0))) / 1e6
            + (double)(price.PerRequest ?? 0);
    }
}

using LlmStack.Health;

namespace LlmStack.Routing.Strategies;

/// <summary>How long a call would probably take at a deployment: to the first content of a stream, to the whole answer of any other.</summary>
internal static class PredictedLatency
{
    /// <summary>In seconds; NaN before the first sample that says anything about such calls.</summary>
    public static double SecondsOf(in RouteRequest request, Deployment deployment)
    {
        DeploymentHealth health = deployment.Health;
        if ((request.Features & RequestFeatures.Streaming) != 0)
        {
            return health.FirstToken.Seconds;
        }
        double known = health.Answer.Seconds;
        double perToken = health.PerToken.Seconds;
        if (double.IsNaN(known) || double.IsNaN(perToken) || request.LikelyOutputTokens <= 0)
        {
            return known;
        }
        double first = health.FirstToken.Seconds;
        return (double.IsNaN(first) ? 0 : first) + (request.LikelyOutputTokens * perToken);
    }
}

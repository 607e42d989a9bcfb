using LlmStack.Health;

namespace LlmStack.Routing.Strategies;

/// <summary>How long a call will probably take: time to first token, and for calls that do not stream the likely output times the time per token.</summary>
internal static class LatencyPrediction
{
    /// <summary>Seconds; NaN when nothing was measured.</summary>
    public static double Seconds(in RouteRequest request, DeploymentHealth health)
    {
        bool streams = (request.Features & RequestFeatures.Streaming) != 0;
        double known = Decisive(request, health).Seconds;
        double perToken = health.PerToken.Seconds;
        if (streams || double.IsNaN(known) || double.IsNaN(perToken) || request.LikelyOutputTokens <= 0)
        {
            return known;
        }
        double first = health.FirstToken.Seconds;
        return (double.IsNaN(first) ? 0 : first) + (request.LikelyOutputTokens * perToken);
    }

    /// <summary>The estimate that a call of this kind renews.</summary>
    public static LatencyEstimate Decisive(in RouteRequest request, DeploymentHealth health) =>
        (request.Features & RequestFeatures.Streaming) != 0 ? health.FirstToken : health.Answer;
}

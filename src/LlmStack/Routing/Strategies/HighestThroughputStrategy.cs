using System.Globalization;
using LlmStack.Health;

namespace LlmStack.Routing.Strategies;

/// <summary>Shortest time per token, however long the first one takes.</summary>
internal sealed class HighestThroughputStrategy(TimeProvider time, double tolerance = 0) : MeasuredStrategy(tolerance)
{
    private const int StaleAfterSeconds = 45;

    private readonly long _stale = StaleAfterSeconds * time.TimestampFrequency;

    public override string Describe(in RouteRequest request, in CandidateSet candidates, int index) => Score(request, candidates[index].Deployment) switch
    {
        Untried => "not measured lately, tried first",
        BeingTried => "not measured lately, a call is under way",
        double seconds => string.Create(CultureInfo.InvariantCulture, $"{1 / seconds:0.#} tokens a second"),
    };

    protected override double Score(in RouteRequest request, Deployment deployment)
    {
        LatencyEstimate perToken = deployment.Health.PerToken;
        return double.IsNaN(perToken.Seconds) || request.Timestamp - perToken.Updated > _stale
            ? deployment.InFlight == 0 ? Untried : BeingTried
            : perToken.Seconds;
    }
}

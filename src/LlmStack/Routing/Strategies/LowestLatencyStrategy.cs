using System.Globalization;
using LlmStack.Health;

namespace LlmStack.Routing.Strategies;

/// <summary>Lowest predicted latency; each call under way makes a deployment count a tenth slower, so that equals share the load.</summary>
internal sealed class LowestLatencyStrategy(TimeProvider time, double tolerance = 0) : MeasuredStrategy(tolerance)
{
    private const double PerCallUnderWay = 0.1;
    private const int StaleAfterSeconds = 45;

    private readonly long _stale = StaleAfterSeconds * time.TimestampFrequency;

    public override string Describe(in RouteRequest request, in CandidateSet candidates, int index) => Score(request, candidates[index].Deployment) switch
    {
        Untried => "not measured lately, tried first",
        BeingTried => "not measured lately, a call is under way",
        _ => string.Create(CultureInfo.InvariantCulture, $"predicted {PredictedLatency.SecondsOf(request, candidates[index].Deployment) * 1000:0.#} ms, {candidates[index].Deployment.InFlight} in flight"),
    };

    protected override double Score(in RouteRequest request, Deployment deployment)
    {
        DeploymentHealth health = deployment.Health;
        LatencyEstimate decisive = (request.Features & RequestFeatures.Streaming) != 0 ? health.FirstToken : health.Answer;
        return double.IsNaN(decisive.Seconds) || request.Timestamp - decisive.Updated > _stale
            ? health.InFlight == 0 ? Untried : BeingTried
            : PredictedLatency.SecondsOf(request, deployment) * (1 + (PerCallUnderWay * health.InFlight));
    }
}

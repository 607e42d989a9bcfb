using System.Globalization;
using LlmStack.Health;

namespace LlmStack.Routing.Strategies;

/// <summary>
/// Lowest predicted latency: time to first token, and for calls that do not stream the likely output times the time per token. Who was
/// never measured, or not for 60 s, is tried first, one call at a time.
/// </summary>
internal sealed class LowestLatencyStrategy(TimeProvider time) : BuiltInStrategy
{
    private const double Untried = -1;
    private const double BeingTried = double.MaxValue;

    private readonly long _stale = 60 * time.TimestampFrequency;

    public override int Pick(in RouteRequest request, in CandidateSet candidates, IRandomSource random)
    {
        if (candidates.Count > RoutingEngine.FullScan)
        {
            (int first, int second) = TwoChoices.From(candidates.Count, random);
            return Score(request, candidates[first].Deployment) <= Score(request, candidates[second].Deployment) ? first : second;
        }
        int best = 0;
        double lowest = double.PositiveInfinity;
        int ties = 0;
        for (int i = 0; i < candidates.Count; i++)
        {
            double score = Score(request, candidates[i].Deployment);
            if (score < lowest)
            {
                lowest = score;
                best = i;
                ties = 1;
            }
            else if (score == lowest && random.NextInt32(++ties) == 0)
            {
                best = i;
            }
        }
        return best;
    }

    public override string Describe(in RouteRequest request, in CandidateSet candidates, int index) => Score(request, candidates[index].Deployment) switch
    {
        Untried => "not measured lately, tried first",
        BeingTried => "not measured lately, a call is under way",
        double seconds => string.Create(CultureInfo.InvariantCulture, $"predicted {seconds * 1000:0.#} ms"),
    };

    private double Score(in RouteRequest request, Deployment deployment)
    {
        DeploymentHealth health = deployment.Health;
        bool streams = (request.Features & RequestFeatures.Streaming) != 0;
        LatencyEstimate decisive = streams ? health.FirstToken : health.Answer;
        return double.IsNaN(decisive.Seconds) || request.Timestamp - decisive.Updated > _stale
            ? health.InFlight == 0 ? Untried : BeingTried
            : PredictedLatency.SecondsOf(request, deployment);
    }
}

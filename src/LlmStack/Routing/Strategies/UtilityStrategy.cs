using System.Globalization;

namespace LlmStack.Routing.Strategies;

/// <summary>
/// Highest utility: weight × quality − weight × expected cost in US cents − weight × predicted seconds. Adaptive: quality is drawn from what
/// scores taught, so that uncertain ones are explored as often as they may be the best.
/// </summary>
internal sealed class UtilityStrategy(StrategyOptions options, QualityBook quality, bool adaptive) : BuiltInStrategy, IMemberConstraint
{
    private const double CentsPerDollar = 100;

    private readonly double _cost = options.CostWeight ?? 1;
    private readonly double _latency = options.LatencyWeight ?? 0.1;
    private readonly double _quality = options.QualityWeight ?? 1;
    private readonly double _maxCost = options.MaxCost is { } most ? (double)most : double.PositiveInfinity;
    private readonly double _maxSeconds = options.MaxLatency?.TotalSeconds ?? double.PositiveInfinity;
    private readonly double _minQuality = options.MinQuality ?? 0;
    private readonly QualityTable _scores = quality.For(options.ScoreName ?? QualityBook.DefaultScore, learns: adaptive);

    public override int Pick(in RouteRequest request, in CandidateSet candidates, IRandomSource random)
    {
        int best = 0;
        double highest = double.NegativeInfinity;
        int ties = 0;
        for (int i = 0; i < candidates.Count; i++)
        {
            Deployment deployment = candidates[i].Deployment;
            double good = adaptive ? _scores.Draw(deployment, request.Context.Feature, random) : _scores.Mean(deployment, request.Context.Feature);
            double utility = Utility(request, deployment, good);
            if (utility > highest)
            {
                (highest, best, ties) = (utility, i, 1);
            }
            else if (utility == highest && random.NextInt32(++ties) == 0)
            {
                best = i;
            }
        }
        return best;
    }

    public string? Violation(in RouteRequest request, Deployment deployment) =>
        _maxCost < double.PositiveInfinity && Cost(request, deployment) > _maxCost ? "the expected cost is above the group's limit, or unknown"
        : _maxSeconds < double.PositiveInfinity && PredictedLatency.SecondsOf(request, deployment) > _maxSeconds ? "the predicted latency is above the group's limit"
        : _minQuality > 0 && _scores.Mean(deployment, request.Context.Feature) < _minQuality ? "the quality is below the group's limit"
        : null;

    public override string Describe(in RouteRequest request, in CandidateSet candidates, int index)
    {
        Deployment deployment = candidates[index].Deployment;
        double mean = _scores.Mean(deployment, request.Context.Feature);
        double cost = Cost(request, deployment);
        string price = cost == ExpectedCost.Unknown ? "unknown cost" : string.Create(CultureInfo.InvariantCulture, $"expected cost {cost:0.########} USD");
        double seconds = PredictedLatency.SecondsOf(request, deployment);
        string latency = double.IsNaN(seconds) ? "latency unknown" : string.Create(CultureInfo.InvariantCulture, $"predicted {seconds * 1000:0.#} ms");
        return string.Create(CultureInfo.InvariantCulture, $"quality {mean:0.###}, {price}, {latency}");
    }

    private double Utility(in RouteRequest request, Deployment deployment, double good)
    {
        double seconds = PredictedLatency.SecondsOf(request, deployment);
        double cost = _cost > 0 ? _cost * CentsPerDollar * Cost(request, deployment) : 0;
        return (_quality * good) - cost - (double.IsNaN(seconds) ? 0 : _latency * seconds);
    }

    private static double Cost(in RouteRequest request, Deployment deployment) => ExpectedCost.Of(deployment.Price, request);
}

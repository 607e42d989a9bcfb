using System.Globalization;

namespace LlmStack.Routing.Strategies;

/// <summary>
/// At random by 1 / expected cost to a power: cheap ones get most of the load, the others enough to stay known. Free ones come before all
/// others, then those with a price, then those without; within these, who failed within 30 s comes after who did not.
/// </summary>
internal sealed class CostSpreadStrategy(TimeProvider time, double power) : BuiltInStrategy
{
    private const int FailureSeconds = 30;

    private readonly long _recent = FailureSeconds * time.TimestampFrequency;

    public override int Pick(in RouteRequest request, in CandidateSet candidates, IRandomSource random)
    {
        int rank = int.MaxValue;
        double cheapest = double.MaxValue;
        double total = 0;
        int best = 0;

        // One pass: each candidate replaces the choice so far with the probability of its share of the weights seen so far.
        for (int i = 0; i < candidates.Count; i++)
        {
            Deployment deployment = candidates[i].Deployment;
            double cost = ExpectedCost.Of(deployment.Price, request);
            int own = RankOf(request, deployment, cost);
            if (own > rank)
            {
                continue;
            }
            if (own < rank)
            {
                (rank, total, cheapest) = (own, 0, cost);
            }
            double weight = cost is 0 or ExpectedCost.Unknown ? 1 : Math.Pow(cheapest / cost, power);
            total += weight;
            if (random.NextDouble() * total < weight)
            {
                best = i;
            }
        }
        return best;
    }

    public override string Describe(in RouteRequest request, in CandidateSet candidates, int index)
    {
        Deployment deployment = candidates[index].Deployment;
        double cost = ExpectedCost.Of(deployment.Price, request);
        string text = cost == ExpectedCost.Unknown ? "price unknown, ranked last" : string.Create(CultureInfo.InvariantCulture, $"expected cost {cost:0.########} USD, spread by power {power:0.##}");
        return FailedLately(request, deployment) ? text + ", failed within 30 s" : text;
    }

    private int RankOf(in RouteRequest request, Deployment deployment, double cost) =>
        (FailedLately(request, deployment) ? 3 : 0) + (cost == 0 ? 0 : cost == ExpectedCost.Unknown ? 2 : 1);

    private bool FailedLately(in RouteRequest request, Deployment deployment) =>
        deployment.Health.LastFailure is var last && last != long.MinValue && request.Timestamp - last < _recent;
}

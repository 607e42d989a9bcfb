using System.Globalization;

namespace LlmStack.Routing.Strategies;

/// <summary>Lowest expected cost of this call; equal ones at random. An unknown price ranks last, 0 is a price.</summary>
internal sealed class LowestCostStrategy : BuiltInStrategy
{
    public override object Prepare(Member[] members) => new PriceClasses(members);

    public override int Pick(in RouteRequest request, in CandidateSet candidates, IRandomSource random)
    {
        if (candidates.Precomputed is PriceClasses classes)
        {
            return classes.Pick(request, random);
        }
        int best = 0;
        double lowest = double.PositiveInfinity;
        int ties = 0;
        for (int i = 0; i < candidates.Count; i++)
        {
            double cost = ExpectedCost.Of(candidates[i].Deployment.Price, request);
            if (cost < lowest)
            {
                lowest = cost;
                best = i;
                ties = 1;
            }
            else if (cost == lowest && random.NextInt32(++ties) == 0)
            {
                best = i;
            }
        }
        return best;
    }

    public override string Describe(in RouteRequest request, in CandidateSet candidates, int index)
    {
        double cost = ExpectedCost.Of(candidates[index].Deployment.Price, request);
        return cost == ExpectedCost.Unknown ? "price unknown, ranked last" : string.Create(CultureInfo.InvariantCulture, $"expected cost {cost:0.########} USD");
    }
}

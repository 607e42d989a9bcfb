using System.Globalization;

namespace LlmStack.Routing.Strategies;

/// <summary>Fewest calls in flight; ties at random. Large sets: the better of two at random, which is nearly as good and flat in size.</summary>
internal sealed class LeastBusyStrategy : BuiltInStrategy
{
    public override int Pick(in RouteRequest request, in CandidateSet candidates, IRandomSource random)
    {
        if (candidates.Count > RoutingEngine.FullScan)
        {
            (int first, int second) = TwoChoices.From(candidates.Count, random);
            return candidates[first].Deployment.InFlight <= candidates[second].Deployment.InFlight ? first : second;
        }
        int best = 0;
        int least = int.MaxValue;
        int ties = 0;
        for (int i = 0; i < candidates.Count; i++)
        {
            int inFlight = candidates[i].Deployment.InFlight;
            if (inFlight < least)
            {
                least = inFlight;
                best = i;
                ties = 1;
            }
            else if (inFlight == least && random.NextInt32(++ties) == 0)
            {
                best = i;
            }
        }
        return best;
    }

    public override string Describe(in RouteRequest request, in CandidateSet candidates, int index) =>
        string.Create(CultureInfo.InvariantCulture, $"{candidates[index].Deployment.InFlight} in flight");
}

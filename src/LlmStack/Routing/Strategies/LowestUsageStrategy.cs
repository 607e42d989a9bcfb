using System.Globalization;

namespace LlmStack.Routing.Strategies;

/// <summary>
/// Fewest tokens used in the last minute or so, those of calls under way expected; relative to the tokens allowed per minute where every
/// compared candidate has such a limit.
/// </summary>
internal sealed class LowestUsageStrategy(TimeProvider time) : BuiltInStrategy
{
    private readonly long _frequency = time.TimestampFrequency;

    public override void Attach(Member[] members)
    {
        foreach (Member member in members)
        {
            member.Deployment.Health.TrackUsage();
        }
    }

    public override int Pick(in RouteRequest request, in CandidateSet candidates, IRandomSource random)
    {
        if (candidates.Count > RoutingEngine.FullScan)
        {
            (int first, int second) = TwoChoices.From(candidates.Count, random);
            bool both = candidates[first].Deployment.TokensPerMinute is not null && candidates[second].Deployment.TokensPerMinute is not null;
            return Used(request, candidates[first].Deployment, both) <= Used(request, candidates[second].Deployment, both) ? first : second;
        }
        bool relative = AllLimited(candidates);
        int best = 0;
        double least = double.PositiveInfinity;
        int ties = 0;
        for (int i = 0; i < candidates.Count; i++)
        {
            double used = Used(request, candidates[i].Deployment, relative);
            if (used < least)
            {
                (least, best, ties) = (used, i, 1);
            }
            else if (used == least && random.NextInt32(++ties) == 0)
            {
                best = i;
            }
        }
        return best;
    }

    public override string Describe(in RouteRequest request, in CandidateSet candidates, int index)
    {
        bool relative = AllLimited(candidates);
        double used = Used(request, candidates[index].Deployment, relative);
        return relative
            ? string.Create(CultureInfo.InvariantCulture, $"{used * 100:0.#} % of its tokens per minute used")
            : string.Create(CultureInfo.InvariantCulture, $"{used:0} tokens used lately");
    }

    private double Used(in RouteRequest request, Deployment deployment, bool relative)
    {
        double pending = deployment.InFlight * (double)(request.EstimatedInputTokens + request.LikelyOutputTokens);
        double used = (deployment.Health.UsedTokens?.At(request.Timestamp, _frequency) ?? 0) + pending;
        return relative ? used / deployment.TokensPerMinute!.Value : used;
    }

    private static bool AllLimited(in CandidateSet candidates)
    {
        for (int i = 0; i < candidates.Count; i++)
        {
            if (candidates[i].Deployment.TokensPerMinute is null)
            {
                return false;
            }
        }
        return true;
    }
}

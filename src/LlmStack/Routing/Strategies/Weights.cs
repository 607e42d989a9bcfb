using System.Globalization;

namespace LlmStack.Routing.Strategies;

/// <summary>Effective weights of a set: the first of weight, requests and tokens per minute that any member has; independent of order.</summary>
internal static class Weights
{
    public static WeightBasis BasisOf(in CandidateSet candidates)
    {
        bool requests = false;
        bool tokens = false;
        for (int i = 0; i < candidates.Count; i++)
        {
            Member member = candidates[i];
            if (member.Weight is not null)
            {
                return WeightBasis.Weight;
            }
            requests |= member.Deployment.RequestsPerMinute is not null;
            tokens |= member.Deployment.TokensPerMinute is not null;
        }
        return requests ? WeightBasis.RequestsPerMinute : tokens ? WeightBasis.TokensPerMinute : WeightBasis.Even;
    }

    public static double Of(Member member, WeightBasis basis) => basis switch
    {
        WeightBasis.Weight => Math.Max(0, member.Weight ?? 0),
        WeightBasis.RequestsPerMinute => member.Deployment.RequestsPerMinute ?? 0,
        WeightBasis.TokensPerMinute => member.Deployment.TokensPerMinute ?? 0,
        _ => 1,
    };

    /// <summary>The sum, after which a basis without any weight above 0 has become <see cref="WeightBasis.Even"/>.</summary>
    public static double Total(in CandidateSet candidates, ref WeightBasis basis)
    {
        double total = 0;
        for (int i = 0; i < candidates.Count; i++)
        {
            total += Of(candidates[i], basis);
        }
        if (total > 0 && double.IsFinite(total))
        {
            return total;
        }
        basis = WeightBasis.Even;
        return candidates.Count;
    }

    public static string Describe(in CandidateSet candidates, int index)
    {
        WeightBasis basis = BasisOf(candidates);
        double total = Total(candidates, ref basis);
        return string.Create(CultureInfo.InvariantCulture, $"weight {Of(candidates[index], basis):0.###} of {total:0.###}");
    }
}

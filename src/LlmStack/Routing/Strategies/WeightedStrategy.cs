namespace LlmStack.Routing.Strategies;

/// <summary>Random by weight, else by requests per minute, else by tokens per minute, else even. Keeps no state.</summary>
internal sealed class WeightedStrategy : BuiltInStrategy
{
    public override object Prepare(Member[] members) => new AliasTable(members);

    public override int Pick(in RouteRequest request, in CandidateSet candidates, IRandomSource random)
    {
        if (candidates.Precomputed is AliasTable table)
        {
            return table.Next(random);
        }
        WeightBasis basis = Weights.BasisOf(candidates);
        double total = Weights.Total(candidates, ref basis);
        if (basis == WeightBasis.Even)
        {
            return random.NextInt32(candidates.Count);
        }
        double point = random.NextDouble() * total;
        int last = 0;
        for (int i = 0; i < candidates.Count; i++)
        {
            double weight = Weights.Of(candidates[i], basis);
            if (weight <= 0)
            {
                continue;
            }
            last = i;
            point -= weight;
            if (point < 0)
            {
                break;
            }
        }
        return last;
    }

    public override string Describe(in RouteRequest request, in CandidateSet candidates, int index) => Weights.Describe(candidates, index);
}

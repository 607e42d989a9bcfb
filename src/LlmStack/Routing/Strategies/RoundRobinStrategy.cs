namespace LlmStack.Routing.Strategies;

/// <summary>Each in turn, smoothly by weight. One instance for each group; its only state is a counter.</summary>
internal sealed class RoundRobinStrategy : BuiltInStrategy
{
    /// <summary>The golden ratio's fraction: its multiples spread over [0, 1) as evenly as any sequence can.</summary>
    private const double Golden = 0.6180339887498949;

    private long _turn = -1;

    public override object Prepare(Member[] members) => new TurnTable(members);

    public override int Pick(in RouteRequest request, in CandidateSet candidates, IRandomSource random) =>
        At(candidates, Interlocked.Increment(ref _turn) & long.MaxValue);

    public override int Peek(in RouteRequest request, in CandidateSet candidates, IRandomSource random, int ahead) =>
        At(candidates, (Volatile.Read(ref _turn) + 1 + ahead) & long.MaxValue);

    public override string Describe(in RouteRequest request, in CandidateSet candidates, int index) => Weights.Describe(candidates, index);

    private static int At(in CandidateSet candidates, long turn)
    {
        if (candidates.Precomputed is TurnTable table)
        {
            return table.At(turn, PointOf(turn));
        }
        WeightBasis basis = Weights.BasisOf(candidates);
        double total = Weights.Total(candidates, ref basis);
        if (basis == WeightBasis.Even)
        {
            return (int)(turn % candidates.Count);
        }
        double point = PointOf(turn) * total;
        int last = 0;
        for (int i = 0; i < candidates.Count && point >= 0; i++)
        {
            double weight = Weights.Of(candidates[i], basis);
            if (weight > 0)
            {
                last = i;
                point -= weight;
            }
        }
        return last;
    }

    private static double PointOf(long turn)
    {
        double product = (turn & 0xFFFFFFFFFFF) * Golden;
        return product - Math.Floor(product);
    }
}

using LlmStack.Health;

namespace LlmStack.Routing.Strategies;

/// <summary>
/// Lowest score, by what was measured. Up to four candidates are compared, of more the better of two at random. Who was not measured
/// lately is tried first, one call at a time; a cursor looks at one candidate with each pick, so that nobody is forgotten in a large set.
/// </summary>
internal abstract class MeasuredStrategy(double tolerance) : BuiltInStrategy
{
    /// <summary>The score of somebody not measured lately.</summary>
    protected const double Untried = -1;

    /// <summary>The score of somebody not measured lately whose measuring call is under way.</summary>
    protected const double BeingTried = double.MaxValue;

    private int _cursor = -1;

    /// <summary>Lower is better; 0 or more, <see cref="Untried"/> or <see cref="BeingTried"/>.</summary>
    protected abstract double Score(in RouteRequest request, Deployment deployment);

    public sealed override int Pick(in RouteRequest request, in CandidateSet candidates, IRandomSource random) =>
        // Two picks at once may look at the same candidate: nothing is lost, and no line is fought over by a locked instruction.
        Choose(request, candidates, random, ++_cursor);

    public sealed override int Peek(in RouteRequest request, in CandidateSet candidates, IRandomSource random, int ahead) =>
        Choose(request, candidates, random, _cursor + 1 + ahead);

    private int Choose(in RouteRequest request, in CandidateSet candidates, IRandomSource random, int cursor)
    {
        int count = candidates.Count;
        if (count > RoutingEngine.FullScan)
        {
            int looked = (cursor & int.MaxValue) % count;
            if (Score(request, candidates[looked].Deployment) == Untried)
            {
                return looked;
            }
            (int first, int second) = TwoChoices.From(count, random);
            return Score(request, candidates[first].Deployment) <= Band(Score(request, candidates[second].Deployment)) ? first : second;
        }
        Span<double> scores = stackalloc double[RoutingEngine.FullScan];
        double lowest = double.PositiveInfinity;
        for (int i = 0; i < count; i++)
        {
            scores[i] = Score(request, candidates[i].Deployment);
            lowest = Math.Min(lowest, scores[i]);
        }
        double band = Band(lowest);
        int best = 0;
        int ties = 0;
        for (int i = 0; i < count; i++)
        {
            if (scores[i] <= band && random.NextInt32(++ties) == 0)
            {
                best = i;
            }
        }
        return best;
    }

    /// <summary>The worst score that is as good as this one.</summary>
    private double Band(double score) => score is Untried or BeingTried ? score : score * (1 + tolerance);
}

namespace LlmStack.Routing.Strategies;

/// <summary>
/// Whose turn it is, worked out beforehand: an exact smooth cycle for small whole weights, else prefix sums that a low-discrepancy
/// sequence walks over.
/// </summary>
internal sealed class TurnTable
{
    private const int LongestCycle = 1024;

    private readonly int _count;
    private readonly int[]? _cycle;
    private readonly double[]? _sums;

    public TurnTable(Member[] members)
    {
        _count = members.Length;
        var set = new CandidateSet(members, members.Length);
        WeightBasis basis = Weights.BasisOf(set);
        double total = Weights.Total(set, ref basis);
        if (basis == WeightBasis.Even)
        {
            return;
        }
        var weights = new double[_count];
        for (int i = 0; i < _count; i++)
        {
            weights[i] = Weights.Of(members[i], basis);
        }
        _cycle = CycleOf(weights, total);
        if (_cycle is null)
        {
            _sums = new double[_count];
            double sum = 0;
            for (int i = 0; i < _count; i++)
            {
                sum += weights[i] / total;
                _sums[i] = sum;
            }
            // Rounding must not leave a gap at the end that would fall to a weight of 0.
            for (int i = _count - 1; i >= 0; i--)
            {
                _sums[i] = double.PositiveInfinity;
                if (weights[i] > 0)
                {
                    break;
                }
            }
        }
    }

    /// <param name="turn">The running number of the pick.</param>
    /// <param name="point">The same number spread over [0, 1).</param>
    public int At(long turn, double point)
    {
        if (_cycle is not null)
        {
            return _cycle[turn % _cycle.Length];
        }
        if (_sums is null)
        {
            return (int)(turn % _count);
        }
        int low = 0;
        int high = _count - 1;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (_sums[middle] > point)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }
        return low;
    }

    /// <summary>nginx's smooth weighted round robin, unrolled; null when the weights are not small whole numbers.</summary>
    private static int[]? CycleOf(double[] weights, double total)
    {
        long divisor = 0;
        foreach (double weight in weights)
        {
            if (weight != Math.Floor(weight) || weight > int.MaxValue)
            {
                return null;
            }
            divisor = GreatestCommonDivisor(divisor, (long)weight);
        }
        int length = (int)Math.Min(int.MaxValue, total / divisor);
        if (length * (long)weights.Length > LongestCycle * 64L || length > LongestCycle)
        {
            return null;
        }
        var cycle = new int[length];
        var current = new double[weights.Length];
        for (int turn = 0; turn < length; turn++)
        {
            int best = 0;
            for (int i = 0; i < weights.Length; i++)
            {
                current[i] += weights[i];
                best = current[i] > current[best] ? i : best;
            }
            current[best] -= total;
            cycle[turn] = best;
        }
        return cycle;
    }

    private static long GreatestCommonDivisor(long left, long right)
    {
        while (right != 0)
        {
            (left, right) = (right, left % right);
        }
        return left;
    }
}

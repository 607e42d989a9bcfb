namespace LlmStack.Routing.Strategies;

/// <summary>Walker's alias method in Vose's form: a weighted choice in constant time, whatever the number of members.</summary>
internal sealed class AliasTable
{
    private readonly double[]? _keep;
    private readonly int[]? _alias;
    private readonly int _count;

    public AliasTable(Member[] members)
    {
        _count = members.Length;
        var set = new CandidateSet(members, members.Length);
        WeightBasis basis = Weights.BasisOf(set);
        double total = Weights.Total(set, ref basis);
        if (basis == WeightBasis.Even)
        {
            return;
        }
        _keep = new double[_count];
        _alias = new int[_count];
        var small = new Stack<int>(_count);
        var large = new Stack<int>(_count);
        for (int i = 0; i < _count; i++)
        {
            _keep[i] = Weights.Of(members[i], basis) * _count / total;
            (_keep[i] < 1 ? small : large).Push(i);
        }
        int heaviest = 0;
        for (int i = 1; i < _count; i++)
        {
            heaviest = _keep[i] > _keep[heaviest] ? i : heaviest;
        }
        while (small.Count > 0 && large.Count > 0)
        {
            int low = small.Pop();
            int high = large.Pop();
            _alias[low] = high;
            _keep[high] -= 1 - _keep[low];
            (_keep[high] < 1 ? small : large).Push(high);
        }
        Settle(large, members, basis, heaviest);
        Settle(small, members, basis, heaviest);
    }

    public int Next(IRandomSource random)
    {
        int index = random.NextInt32(_count);
        return _keep is null || random.NextDouble() < _keep[index] ? index : _alias![index];
    }

    /// <summary>What rounding left over is a column of its own, except that a weight of 0 must never be chosen.</summary>
    private void Settle(Stack<int> rest, Member[] members, WeightBasis basis, int heaviest)
    {
        foreach (int index in rest)
        {
            bool zero = Weights.Of(members[index], basis) <= 0;
            _keep![index] = zero ? 0 : 1;
            _alias![index] = zero ? heaviest : index;
        }
    }
}

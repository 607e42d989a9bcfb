namespace LlmStack.Routing.Strategies;

/// <summary>Walker's alias method in Vose's form: a weighted choice in constant time, whatever the number of members.</summary>
internal sealed class AliasTable
{
    // Null when all are even.
    private readonly Column[]? _columns;
    private readonly int _count;

    /// <summary>What a pick looks at next, by position; null when it looks at nothing.</summary>
    public MemberFacts[]? Facts { get; set; }

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
        _columns = new Column[_count];
        var small = new Stack<int>(_count);
        var large = new Stack<int>(_count);
        for (int i = 0; i < _count; i++)
        {
            _columns[i].Keep = Weights.Of(members[i], basis) * _count / total;
            (_columns[i].Keep < 1 ? small : large).Push(i);
        }
        int heaviest = 0;
        for (int i = 1; i < _count; i++)
        {
            heaviest = _columns[i].Keep > _columns[heaviest].Keep ? i : heaviest;
        }
        while (small.Count > 0 && large.Count > 0)
        {
            int low = small.Pop();
            int high = large.Pop();
            _columns[low].Alias = high;
            _columns[high].Keep -= 1 - _columns[low].Keep;
            (_columns[high].Keep < 1 ? small : large).Push(high);
        }
        Settle(large, members, basis, heaviest);
        Settle(small, members, basis, heaviest);
    }

    public int Next(IRandomSource random)
    {
        int index = random.NextInt32(_count);
        if (Facts is { } facts)
        {
            // In a large group the column and the member are memory that nobody has touched for long: both are asked for at once.
            MemberFacts.Prefetch(facts, index);
        }

        return _columns is null || random.NextDouble() < _columns[index].Keep ? index : _columns[index].Alias;
    }

    /// <summary>What rounding left over is a column of its own, except that a weight of 0 must never be chosen.</summary>
    private void Settle(Stack<int> rest, Member[] members, WeightBasis basis, int heaviest)
    {
        foreach (int index in rest)
        {
            bool zero = Weights.Of(members[index], basis) <= 0;
            _columns![index] = new Column { Keep = zero ? 0 : 1, Alias = zero ? heaviest : index };
        }
    }

    /// <summary>Which part of a member's column is its own, and whose the rest is.</summary>
    private struct Column
    {
        public double Keep;
        public int Alias;
    }
}

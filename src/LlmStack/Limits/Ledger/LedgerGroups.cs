namespace LlmStack.Limits.Ledger;

/// <summary>Collects the rows of a report.</summary>
internal sealed class LedgerGroups(LedgerQuery query)
{
    private readonly Dictionary<Key, LedgerTotals> _rows = [];
    private readonly int _tag = IndexOf(query.GroupBy, LedgerDimension.Tag);

    public LedgerTotals Total { get; } = new();

    /// <summary>Adds a line to its row, or to the row of each of its tags.</summary>
    public void Add(long at, LedgerScope scope, LedgerTotals totals)
    {
        Total.Add(totals);
        string?[] values = new string?[query.GroupBy.Count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = i == _tag ? null : scope[query.GroupBy[i]];
        }

        long start = StartOf(at, query.Interval);
        if (_tag < 0 || scope.Tags.Count == 0)
        {
            AddRow(start, values, totals);
            return;
        }

        foreach (string tag in scope.Tags)
        {
            string?[] own = [.. values];
            own[_tag] = tag;
            AddRow(start, own, totals);
        }
    }

    /// <summary>Adds to a row; the values become the row's own.</summary>
    public void AddRow(long start, string?[] values, LedgerTotals totals)
    {
        var key = new Key(start, values);
        if (!_rows.TryGetValue(key, out LedgerTotals? row))
        {
            _rows.Add(key, row = new LedgerTotals());
        }

        row.Add(totals);
    }

    public LedgerReport ToReport()
    {
        var sorted = new List<KeyValuePair<Key, LedgerTotals>>(_rows);
        sorted.Sort(static (a, b) => Compare(a, b));
        var rows = new List<LedgerRow>(sorted.Count);
        foreach ((Key key, LedgerTotals totals) in sorted)
        {
            rows.Add(new LedgerRow(query.GroupBy, query.Interval == LedgerInterval.None ? null : new DateTimeOffset(key.Start, TimeSpan.Zero), key.Values, totals));
        }

        return new LedgerReport(query, rows, Total);
    }

    /// <summary>Whether a line passes the filters other than time.</summary>
    public static bool Passes(LedgerQuery query, LedgerScope scope)
    {
        foreach ((LedgerDimension dimension, string? value) in query.Where)
        {
            bool passes = dimension != LedgerDimension.Tag ? string.Equals(scope[dimension], value, StringComparison.Ordinal)
                : value is null ? scope.Tags.Count == 0
                : scope.Tags.Contains(value, StringComparer.Ordinal);
            if (!passes)
            {
                return false;
            }
        }

        return true;
    }

    public static long StartOf(long ticks, LedgerInterval interval) => interval switch
    {
        LedgerInterval.Hour => ticks - (ticks % TimeSpan.TicksPerHour),
        LedgerInterval.Day => ticks - (ticks % TimeSpan.TicksPerDay),
        LedgerInterval.Month => new DateTime(new DateTime(ticks).Year, new DateTime(ticks).Month, 1).Ticks,
        _ => 0,
    };

    private static int Compare(in KeyValuePair<Key, LedgerTotals> a, in KeyValuePair<Key, LedgerTotals> b)
    {
        int order = a.Key.Start.CompareTo(b.Key.Start);
        order = order != 0 ? order : b.Value.Spent.CompareTo(a.Value.Spent);
        for (int i = 0; order == 0 && i < a.Key.Values.Length; i++)
        {
            order = string.CompareOrdinal(a.Key.Values[i], b.Key.Values[i]);
        }

        return order;
    }

    private static int IndexOf(IReadOnlyList<LedgerDimension> dimensions, LedgerDimension wanted)
    {
        for (int i = 0; i < dimensions.Count; i++)
        {
            if (dimensions[i] == wanted)
            {
                return i;
            }
        }

        return -1;
    }

    private readonly record struct Key(long Start, string?[] Values)
    {
        public bool Equals(Key other) => Start == other.Start && Values.AsSpan().SequenceEqual(other.Values);

        public override int GetHashCode()
        {
            HashCode hash = default;
            hash.Add(Start);
            foreach (string? value in Values)
            {
                hash.Add(value, StringComparer.Ordinal);
            }

            return hash.ToHashCode();
        }
    }
}

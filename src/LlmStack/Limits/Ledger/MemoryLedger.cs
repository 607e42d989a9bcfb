using System.Runtime.InteropServices;

namespace LlmStack.Limits.Ledger;

/// <summary>The ledger without a store: hourly totals for each combination of values. What no longer fits is merged, the oldest first, and never lost.</summary>
internal sealed class MemoryLedger(int maxRows) : ILedgerStore
{
    /// <summary>Stands in for values that were merged.</summary>
    public const string Merged = "(other)";

    private readonly Lock _gate = new();
    private readonly int _maxRows = maxRows;
    private Dictionary<(long Start, LedgerScope Scope), LedgerTotals> _rows = [];

    public bool KeepsJournal => false;

    /// <summary>Rows kept now.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _rows.Count;
            }
        }
    }

    public void Attach(Action drain)
    {
        // Nothing happens here between two questions.
    }

    public void Add(long ticket, long at, LedgerScope scope, LedgerTotals totals)
    {
        long hour = LedgerGroups.StartOf(at, LedgerInterval.Hour);
        lock (_gate)
        {
            if (_rows.TryGetValue((hour, scope), out LedgerTotals? row))
            {
                row.Add(totals);
                return;
            }

            if (_rows.Count >= _maxRows)
            {
                Compact();
            }

            AddTo(_rows, hour, scope.Clone(), totals);
        }
    }

    public void Open(in LedgerRecord record)
    {
        // No journal: what a killed process had in memory is gone anyway.
    }

    public void Release(long ticket)
    {
    }

    public ValueTask<LedgerReport> QueryAsync(LedgerQuery query, CancellationToken cancellationToken)
    {
        long from = query.From is { } first ? LedgerGroups.StartOf(first.UtcTicks, LedgerInterval.Hour) : long.MinValue;
        long to = query.To?.UtcTicks ?? long.MaxValue;
        var groups = new LedgerGroups(query);
        lock (_gate)
        {
            foreach (((long start, LedgerScope scope), LedgerTotals totals) in _rows)
            {
                if (start >= from && start < to && LedgerGroups.Passes(query, scope))
                {
                    groups.Add(start, scope, totals);
                }
            }
        }

        return new ValueTask<LedgerReport>(groups.ToReport());
    }

    public ValueTask FlushAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Hands every row out and forgets them.</summary>
    public List<(long Start, LedgerScope Scope, LedgerTotals Totals)> TakeAll()
    {
        lock (_gate)
        {
            var all = new List<(long, LedgerScope, LedgerTotals)>(_rows.Count);
            foreach (((long start, LedgerScope scope), LedgerTotals totals) in _rows)
            {
                all.Add((start, scope, totals));
            }

            _rows.Clear();
            return all;
        }
    }

    /// <summary>Merges the older half a little more coarsely until a quarter of the room is free.</summary>
    private void Compact()
    {
        for (int coarseness = 1; coarseness <= 4 && _rows.Count > _maxRows - (_maxRows / 4); coarseness++)
        {
            long[] starts = new long[_rows.Count];
            int i = 0;
            foreach ((long start, LedgerScope _) in _rows.Keys)
            {
                starts[i++] = start;
            }

            Array.Sort(starts);

            // The median itself is merged as well: all rows may be of one hour.
            Merge(starts[starts.Length / 2], coarseness);
        }
    }

    private void Merge(long newest, int coarseness)
    {
        var merged = new Dictionary<(long Start, LedgerScope Scope), LedgerTotals>(_rows.Count);
        foreach (((long start, LedgerScope scope), LedgerTotals totals) in _rows)
        {
            if (start > newest)
            {
                AddTo(merged, start, scope, totals);
                continue;
            }

            long day = LedgerGroups.StartOf(start, LedgerInterval.Day);
            AddTo(merged, coarseness == 4 ? 0 : day, Coarser(scope, coarseness), totals);
        }

        _rows = merged;
    }

    /// <summary>First days instead of hours, then without what there may be very many of, then without anything.</summary>
    private static LedgerScope Coarser(LedgerScope scope, int coarseness)
    {
        if (coarseness == 1)
        {
            return scope;
        }

        LedgerScope coarser = scope.Clone();
        for (LedgerDimension dimension = 0; dimension < (LedgerDimension)LedgerScope.Count; dimension++)
        {
            bool many = dimension is LedgerDimension.User or LedgerDimension.Key or LedgerDimension.Feature or LedgerDimension.Experiment;
            if ((many || coarseness > 2) && scope[dimension] is not null)
            {
                coarser[dimension] = Merged;
            }
        }

        if (scope.Tags.Count > 0)
        {
            coarser.Tags = [Merged];
        }

        return coarser;
    }

    private static void AddTo(Dictionary<(long Start, LedgerScope Scope), LedgerTotals> rows, long start, LedgerScope scope, LedgerTotals totals)
    {
        ref LedgerTotals? row = ref CollectionsMarshal.GetValueRefOrAddDefault(rows, (start, scope), out _);
        row ??= new LedgerTotals();
        row.Add(totals);
    }
}

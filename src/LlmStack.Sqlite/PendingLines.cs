using LlmStack.Limits.Ledger;

namespace LlmStack.Sqlite;

/// <summary>What waits to be written. Bounded: lines beyond the bound are merged by hour, and lose their minute only.</summary>
internal sealed class PendingLines(int maxLines, int maxMerged)
{
    private const int MaxScopes = 10_000;
    private const int MaxPooled = 4_096;

    private readonly Lock _gate = new();
    private readonly Dictionary<LedgerScope, LedgerScope> _scopes = [];
    private readonly Dictionary<long, LedgerRecord> _open = [];
    private readonly HashSet<long> _journaled = [];
    private readonly Stack<LedgerTotals> _pool = new();
    private readonly MemoryLedger _merged = new(maxMerged);
    private PendingBatch _next = new();

    /// <summary>Whether the file knows, or should know, of attempts of ours under way.</summary>
    public bool HasJournaled
    {
        get
        {
            lock (_gate)
            {
                return _journaled.Count > 0;
            }
        }
    }

    /// <summary>Lines that wait, merged ones included.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _next.Lines.Count + _merged.Count;
            }
        }
    }

    public void Add(long ticket, long at, LedgerScope scope, LedgerTotals totals)
    {
        lock (_gate)
        {
            long known = Forget(ticket) ? ticket : 0;
            if (_next.Lines.Count >= maxLines)
            {
                Merge(known, at, scope, totals);
                return;
            }

            LedgerTotals own = _pool.TryPop(out LedgerTotals? used) ? used : new LedgerTotals();
            own.Clear();
            own.Add(totals);
            _next.Lines.Add(new PendingLine(known, at, Intern(scope), own));
        }
    }

    public void Open(in LedgerRecord record)
    {
        lock (_gate)
        {
            _open[record.Ticket] = record;
        }
    }

    public void Release(long ticket)
    {
        lock (_gate)
        {
            if (Forget(ticket))
            {
                _next.Closed.Add(ticket);
            }
        }
    }

    /// <summary>Takes everything for one transaction. From here on the file is taken to know the attempts under way.</summary>
    public PendingBatch Take()
    {
        lock (_gate)
        {
            PendingBatch batch = _next;
            _next = new PendingBatch();
            foreach ((long start, LedgerScope scope, LedgerTotals totals) in _merged.TakeAll())
            {
                batch.Lines.Add(new PendingLine(0, start, scope, totals));
            }

            foreach ((long ticket, LedgerRecord record) in _open)
            {
                batch.Opened.Add(record);
                _journaled.Add(ticket);
            }

            _open.Clear();
            return batch;
        }
    }

    /// <summary>The transaction failed: everything waits again.</summary>
    public void PutBack(PendingBatch batch)
    {
        lock (_gate)
        {
            PendingBatch since = _next;
            _next = new PendingBatch { Closed = batch.Closed };
            _next.Closed.AddRange(since.Closed);
            foreach (List<PendingLine> lines in (ReadOnlySpan<List<PendingLine>>)[batch.Lines, since.Lines])
            {
                foreach (PendingLine line in lines)
                {
                    if (_next.Lines.Count < maxLines)
                    {
                        _next.Lines.Add(line);
                    }
                    else
                    {
                        Merge(line.Ticket, line.At, line.Scope, line.Totals);
                    }
                }
            }

            foreach (LedgerRecord record in batch.Opened)
            {
                if (_journaled.Remove(record.Ticket))
                {
                    _open[record.Ticket] = record;
                }
            }
        }
    }

    /// <summary>The transaction is in the file.</summary>
    public void Written(PendingBatch batch)
    {
        lock (_gate)
        {
            foreach (PendingLine line in batch.Lines)
            {
                if (_pool.Count >= MaxPooled)
                {
                    break;
                }

                _pool.Push(line.Totals);
            }
        }
    }

    /// <summary>An attempt ended; true when the file may know it.</summary>
    private bool Forget(long ticket) => ticket != 0 && !_open.Remove(ticket) && _journaled.Remove(ticket);

    private void Merge(long ticket, long at, LedgerScope scope, LedgerTotals totals)
    {
        if (ticket != 0)
        {
            _next.Closed.Add(ticket);
        }

        _merged.Add(0, at, scope, totals);
    }

    private LedgerScope Intern(LedgerScope scope)
    {
        if (_scopes.TryGetValue(scope, out LedgerScope? known))
        {
            return known;
        }

        if (_scopes.Count >= MaxScopes)
        {
            _scopes.Clear();
        }

        LedgerScope own = scope.Clone();
        _scopes.Add(own, own);
        return own;
    }
}

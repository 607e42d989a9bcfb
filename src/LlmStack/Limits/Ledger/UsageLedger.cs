namespace LlmStack.Limits.Ledger;

/// <summary>
/// Takes what calls leave in a queue and puts it into the store, in the background or, when the queue is full, on the spot: nothing is
/// ever lost between a call and its line.
/// </summary>
internal sealed class UsageLedger : IUsageLedger, IThreadPoolWorkItem
{
    private const int Capacity = 1024;

    private readonly ILedgerStore? _store;
    private readonly Lock _gate = new();
    private readonly LedgerScope _scope = new();
    private readonly LedgerTotals _totals = new();
    private LedgerQueue? _queue;
    private long _tickets;
    private int _scheduled;

    /// <summary>Null records nothing.</summary>
    public UsageLedger(ILedgerStore? store)
    {
        _store = store;
        store?.Attach(Drain);
    }

    /// <summary>Whether anything is recorded at all.</summary>
    public bool IsEnabled => _store is not null;

    /// <summary>Whether attempts that begin are recorded as well.</summary>
    public bool KeepsJournal => _store is { KeepsJournal: true };

    /// <summary>A name for an attempt in the journal; never 0.</summary>
    public long NextTicket() => Interlocked.Increment(ref _tickets);

    public void Record(in LedgerRecord record)
    {
        LedgerQueue queue = _queue ?? Create();
        while (!queue.TryEnqueue(record))
        {
            Drain();
        }

        if (queue.Count >= Capacity / 2 && Interlocked.Exchange(ref _scheduled, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    public ValueTask<LedgerReport> QueryAsync(LedgerQuery query, CancellationToken cancellationToken = default)
    {
        LedgerQueryCheck.Check(query);
        if (_store is null)
        {
            return new ValueTask<LedgerReport>(new LedgerGroups(query).ToReport());
        }

        DrainAll();
        return _store.QueryAsync(query, cancellationToken);
    }

    public ValueTask FlushAsync(CancellationToken cancellationToken = default)
    {
        if (_store is null)
        {
            return ValueTask.CompletedTask;
        }

        DrainAll();
        return _store.FlushAsync(cancellationToken);
    }

    public void Execute()
    {
        Volatile.Write(ref _scheduled, 0);
        Drain();
    }

    /// <summary>Puts what waits into the store.</summary>
    public void Drain()
    {
        if (_queue is not { } queue)
        {
            return;
        }

        lock (_gate)
        {
            // A bound, so that a caller who came here by a full queue does not do everybody's work for ever.
            for (int i = 0; i < queue.Capacity && queue.TryDequeue(out LedgerRecord record); i++)
            {
                Apply(record);
            }
        }
    }

    /// <summary>Ends when whatever was recorded before is in the store, even if another thread has still to finish writing it down.</summary>
    private void DrainAll()
    {
        if (_queue is not { } queue)
        {
            return;
        }

        long target = queue.Added;
        var wait = new SpinWait();
        Drain();
        while (queue.Taken < target)
        {
            wait.SpinOnce();
            Drain();
        }
    }

    private void Apply(in LedgerRecord record)
    {
        switch (record.Kind)
        {
            case LedgerRecordKind.Opened:
                _store!.Open(record);
                break;
            case LedgerRecordKind.Released:
                _store!.Release(record.Ticket);
                break;
            default:
                LedgerLine.FillScope(record, _scope);
                LedgerLine.FillTotals(record, _totals);
                _store!.Add(record.Ticket, record.At, _scope, _totals);
                break;
        }
    }

    /// <summary>Only with the first call: most of what the ledger costs at rest is this array.</summary>
    private LedgerQueue Create()
    {
        Interlocked.CompareExchange(ref _queue, new LedgerQueue(Capacity), null);
        return _queue;
    }
}

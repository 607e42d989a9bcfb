namespace LlmStack.Limits.Ledger;

/// <summary>Keeps the ledger's lines. What is called for each attempt never waits and never throws: a store with a disk behind it keeps what it could not write yet.</summary>
internal interface ILedgerStore
{
    /// <summary>Whether it wants to be told of attempts that begin, so that those a killed process left open can be found.</summary>
    bool KeepsJournal { get; }

    /// <summary>Told once, before anything else.</summary>
    /// <param name="drain">Hands over what waits in the queue; a store that writes by itself calls it before each time.</param>
    void Attach(Action drain);

    /// <summary>Takes a line. Scope and totals are the caller's and change after the call. One thread at a time.</summary>
    /// <param name="ticket">The attempt in the journal; 0 without one.</param>
    /// <param name="at">When it ended, ticks in UTC.</param>
    /// <param name="scope">Who, where, what for.</param>
    /// <param name="totals">What was used and spent.</param>
    void Add(long ticket, long at, LedgerScope scope, LedgerTotals totals);

    /// <summary>An attempt began. Only with a journal; one thread at a time.</summary>
    void Open(in LedgerRecord record);

    /// <summary>An attempt ended and was not billed. Only with a journal; one thread at a time.</summary>
    void Release(long ticket);

    /// <summary>Adds up what it was given so far; the query is a valid one.</summary>
    ValueTask<LedgerReport> QueryAsync(LedgerQuery query, CancellationToken cancellationToken);

    /// <summary>Ends when what it was given so far is kept.</summary>
    ValueTask FlushAsync(CancellationToken cancellationToken);
}

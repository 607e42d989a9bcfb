namespace LlmStack;

/// <summary>What the ledger answered.</summary>
public sealed class LedgerReport
{
    internal LedgerReport(LedgerQuery query, IReadOnlyList<LedgerRow> rows, LedgerTotals total)
    {
        Query = query;
        Rows = rows;
        Total = total;
    }

    /// <summary>The question.</summary>
    public LedgerQuery Query { get; }

    /// <summary>By time, then by cost, the largest first, then by name. Empty when nothing was used.</summary>
    public IReadOnlyList<LedgerRow> Rows { get; }

    /// <summary>Everything together; each attempt once, even where tags put it into several rows.</summary>
    public LedgerTotals Total { get; }
}

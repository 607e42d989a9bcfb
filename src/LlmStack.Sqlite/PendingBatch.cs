using LlmStack.Limits.Ledger;

namespace LlmStack.Sqlite;

/// <summary>What one transaction writes.</summary>
internal sealed class PendingBatch
{
    public List<PendingLine> Lines { get; set; } = [];

    /// <summary>Attempts that ended, and whose line is among the merged ones or that were not billed.</summary>
    public List<long> Closed { get; set; } = [];

    /// <summary>Attempts under way.</summary>
    public List<LedgerRecord> Opened { get; set; } = [];

    public bool IsEmpty => Lines.Count == 0 && Closed.Count == 0 && Opened.Count == 0;
}

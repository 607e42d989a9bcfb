using LlmStack.Limits.Ledger;

namespace LlmStack.Sqlite;

/// <summary>A line that is to be written.</summary>
/// <param name="Ticket">The attempt in the journal, when the file may know it; else 0.</param>
/// <param name="At">When it ended, ticks in UTC.</param>
/// <param name="Scope">Who, where, what for.</param>
/// <param name="Totals">What was used and spent.</param>
internal readonly record struct PendingLine(long Ticket, long At, LedgerScope Scope, LedgerTotals Totals);

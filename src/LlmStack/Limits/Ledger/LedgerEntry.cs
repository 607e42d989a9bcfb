namespace LlmStack.Limits.Ledger;

/// <summary>A line of the ledger: one attempt, or several that were merged.</summary>
/// <param name="At">When the attempt ended, in UTC; the start of the hour or day for merged ones.</param>
/// <param name="Scope">Who, where, what for.</param>
/// <param name="Totals">What was used and spent.</param>
internal readonly record struct LedgerEntry(DateTimeOffset At, LedgerScope Scope, LedgerTotals Totals);

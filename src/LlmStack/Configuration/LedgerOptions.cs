namespace LlmStack;

/// <summary>The ledger of what was used and spent.</summary>
public sealed class LedgerOptions
{
    /// <summary>Whether anything is recorded. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>
    /// Rows of hourly totals kept in memory, at most; 1,000 to 10,000,000, about half a kilobyte each. What no longer fits is merged, the oldest first: into days, then without user, key,
    /// feature, experiment and tags. Default 20,000.
    /// </summary>
    public int MaxRows { get; set; } = 20_000;
}

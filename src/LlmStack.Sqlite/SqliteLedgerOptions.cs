namespace LlmStack;

/// <summary>How the ledger is kept in a SQLite file.</summary>
public sealed class SqliteLedgerOptions
{
    /// <summary>
    /// Lines are written in batches this often; more than zero, at most a minute. A killed process loses what ended within this time and
    /// the writing of one batch, nothing else. Default 1 s.
    /// </summary>
    public TimeSpan FlushInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Lines older than this are deleted, and the names that no line has any more; at least an hour. Null keeps them for ever. Default null.</summary>
    public TimeSpan? Retention { get; set; }

    /// <summary>
    /// Lines that wait while the file cannot be written, at most; 100 to 10,000,000, about half a kilobyte each. Further ones are merged into
    /// hourly totals (by the bound of <see cref="LedgerOptions.MaxRows"/>) and written later: they lose their minute, never their cost.
    /// Default 50,000.
    /// </summary>
    public int MaxPending { get; set; } = 50_000;

    /// <summary>How long another program may hold the file before a write is tried again later; 1 to 60 s, in whole seconds. No call waits for it. Default 5 s.</summary>
    public TimeSpan BusyTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long stopping waits for the last lines to be written; more than zero, at most 5 minutes. Default 5 s.</summary>
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(5);
}

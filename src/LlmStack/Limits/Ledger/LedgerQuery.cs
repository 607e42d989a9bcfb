namespace LlmStack;

/// <summary>What to read from the ledger. Without anything: one row with everything there is.</summary>
public sealed record LedgerQuery
{
    /// <summary>From this moment on, inclusive; null: from the beginning. The time of an attempt is its end.</summary>
    /// <remarks>The ledger in memory keeps whole hours: there the hour that contains the moment counts as a whole.</remarks>
    public DateTimeOffset? From { get; init; }

    /// <summary>Up to this moment, exclusive; null: to the end.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>One row for each combination of these; empty: one row. No dimension twice.</summary>
    public IReadOnlyList<LedgerDimension> GroupBy { get; init; } = [];

    /// <summary>Cuts the rows by time as well. Default <see cref="LedgerInterval.None"/>.</summary>
    public LedgerInterval Interval { get; init; }

    /// <summary>Only attempts with exactly these values, compared ordinally; null is an attempt without the value (for tags: without any tag).</summary>
    public Dictionary<LedgerDimension, string?> Where { get; init; } = [];
}

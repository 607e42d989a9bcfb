namespace LlmStack;

/// <summary>One row of a report.</summary>
public sealed class LedgerRow
{
    private readonly IReadOnlyList<LedgerDimension> _dimensions;

    internal LedgerRow(IReadOnlyList<LedgerDimension> dimensions, DateTimeOffset? start, IReadOnlyList<string?> values, LedgerTotals totals)
    {
        _dimensions = dimensions;
        Start = start;
        Values = values;
        Totals = totals;
    }

    /// <summary>Where the row's interval begins, in UTC; null without an interval.</summary>
    public DateTimeOffset? Start { get; }

    /// <summary>The values of <see cref="LedgerQuery.GroupBy"/>, in its order; null where the attempts have none.</summary>
    public IReadOnlyList<string?> Values { get; }

    /// <summary>What was used and spent.</summary>
    public LedgerTotals Totals { get; }

    /// <summary>The row's value of a dimension.</summary>
    /// <param name="dimension">One of <see cref="LedgerQuery.GroupBy"/>.</param>
    /// <exception cref="ArgumentException">The report is not grouped by it.</exception>
    public string? this[LedgerDimension dimension]
    {
        get
        {
            for (int i = 0; i < _dimensions.Count; i++)
            {
                if (_dimensions[i] == dimension)
                {
                    return Values[i];
                }
            }

            throw new ArgumentException($"The report is not grouped by {dimension}; it is by: {string.Join(", ", _dimensions)}.", nameof(dimension));
        }
    }
}

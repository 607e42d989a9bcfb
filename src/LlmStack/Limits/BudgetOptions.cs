namespace LlmStack;

/// <summary>What may be spent in a window of time.</summary>
public sealed class BudgetOptions
{
    /// <summary>Which calls it is about. Default: all together.</summary>
    public ScopeOptions Scope { get; set; } = new();

    /// <summary>
    /// US dollars, 0 to 1,000,000,000: a call that would probably pass it is refused. Null: nothing is refused, only
    /// <see cref="SoftAmount"/> is told.
    /// </summary>
    public decimal? Amount { get; set; }

    /// <summary>US dollars, more than 0 and at most <see cref="Amount"/>: once spent, operators are told. Null: none.</summary>
    public decimal? SoftAmount { get; set; }

    /// <summary>Percentages of <see cref="Amount"/>, more than 0 and at most 100, at which operators are told.</summary>
    public List<double> SoftPercentages { get; set; } = [];

    /// <summary>Over which time it holds. Default <see cref="BudgetWindow.Calendar"/>.</summary>
    public BudgetWindow Window { get; set; }

    /// <summary>The period of a calendar window. Default <see cref="BudgetPeriod.Month"/>.</summary>
    public BudgetPeriod Period { get; set; }

    /// <summary>The time zone of a calendar window, for instance <c>Europe/Berlin</c>. Default UTC.</summary>
    public string? TimeZone { get; set; }

    /// <summary>The length of a rolling window; 1 s to 366 days; required there.</summary>
    public TimeSpan? Length { get; set; }

    /// <summary>Whether each call, with all its attempts, has the whole amount for itself; then there is no window. Default false.</summary>
    public bool PerCall { get; set; }

    /// <summary>What happens to calls whose price nobody knows. Default <see cref="UnknownPriceBehavior.AssumeMax"/>.</summary>
    public UnknownPriceBehavior UnknownPrice { get; set; }
}

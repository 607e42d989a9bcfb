namespace LlmStack;

/// <summary>A period of the calendar.</summary>
public enum BudgetPeriod
{
    /// <summary>The first to the last day of a month.</summary>
    Month = 0,

    /// <summary>Monday to Sunday.</summary>
    Week,

    /// <summary>A day; of 23 or 25 hours where the clocks change.</summary>
    Day,
}

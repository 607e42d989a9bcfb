namespace LlmStack;

/// <summary>Over which time a budget holds.</summary>
public enum BudgetWindow
{
    /// <summary>From the start of a period of the calendar to its end.</summary>
    Calendar = 0,

    /// <summary>From the first use for a fixed length; the next window begins at the first use after its end.</summary>
    Rolling,

    /// <summary>For as long as the process knows it: nothing is ever given back.</summary>
    None,
}

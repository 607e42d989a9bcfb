namespace LlmStack;

/// <summary>How a report is cut by time, in UTC.</summary>
public enum LedgerInterval
{
    /// <summary>Not at all.</summary>
    None = 0,

    /// <summary>By hour.</summary>
    Hour,

    /// <summary>By day.</summary>
    Day,

    /// <summary>By month.</summary>
    Month,
}

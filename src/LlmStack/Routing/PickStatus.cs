namespace LlmStack.Routing;

internal enum PickStatus
{
    Picked,

    /// <summary>All places of those who would do are taken; the result has the one with the shortest queue.</summary>
    Busy,

    /// <summary>Filters that do not change with time removed everybody.</summary>
    Filtered,

    /// <summary>Somebody would do, but is cooling or at a limit; the result carries the wait.</summary>
    Cooling,

    /// <summary>Everybody who would do was asked already.</summary>
    Exhausted,
}

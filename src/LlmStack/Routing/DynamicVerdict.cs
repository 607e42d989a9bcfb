namespace LlmStack.Routing;

/// <summary>A dynamic filter's answer about one candidate.</summary>
/// <param name="Removal">Who removed it.</param>
/// <param name="Filter">The filter's name; null when it stays.</param>
/// <param name="Reason">A constant.</param>
/// <param name="Kind">The kind of error when this filter empties the set.</param>
/// <param name="Wait">In ticks: until it may be asked; only for what time cures.</param>
internal readonly record struct DynamicVerdict(Removal Removal, string? Filter, string? Reason, LlmErrorKind Kind, long Wait)
{
    /// <summary>No wait cures this.</summary>
    public const long Never = long.MaxValue;
}

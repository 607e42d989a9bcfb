namespace LlmStack.Routing;

/// <summary>The survivors of the static filters for one request shape, lowest order first, and what the filters removed.</summary>
internal sealed class StaticSet(Tier[] tiers, FilterRemoval[] removals, LlmErrorKind kind)
{
    public Tier[] Tiers { get; } = tiers;

    public FilterRemoval[] Removals { get; } = removals;

    /// <summary>The kind of the filter that emptied the set; meaningless while somebody is left.</summary>
    public LlmErrorKind Kind { get; } = kind;
}

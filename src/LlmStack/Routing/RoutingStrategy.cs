namespace LlmStack.Routing;

/// <summary>The name of a strategy: an open type, so that a strategy of your own has a name like the built-in ones.</summary>
/// <param name="Name">The name as written in configuration; compared without regard to case.</param>
public readonly record struct RoutingStrategy(string Name)
{
    /// <summary>Random by weight, else by requests per minute, else by tokens per minute, else even. The default.</summary>
    public static RoutingStrategy Weighted { get; } = new("Weighted");

    /// <summary>Each in turn, smoothly by weight.</summary>
    public static RoutingStrategy RoundRobin { get; } = new("RoundRobin");

    /// <summary>Fewest calls in flight.</summary>
    public static RoutingStrategy LeastBusy { get; } = new("LeastBusy");

    /// <summary>Lowest predicted latency.</summary>
    public static RoutingStrategy LowestLatency { get; } = new("LowestLatency");

    /// <summary>Lowest expected cost of this call.</summary>
    public static RoutingStrategy LowestCost { get; } = new("LowestCost");

    /// <summary>Most tokens generated in a second.</summary>
    public static RoutingStrategy HighestThroughput { get; } = new("HighestThroughput");

    /// <summary>Fewest tokens used lately; relative to the tokens allowed per minute where those are set.</summary>
    public static RoutingStrategy LowestUsage { get; } = new("LowestUsage");

    /// <summary>Evenly over those that meet objectives for a percentile of their calls.</summary>
    public static RoutingStrategy Percentile { get; } = new("Percentile");

    /// <summary>Highest utility: quality against expected cost and predicted latency.</summary>
    public static RoutingStrategy Utility { get; } = new("Utility");

    /// <summary>As <see cref="Utility"/>, with the quality that scores teach, explored by chance.</summary>
    public static RoutingStrategy Adaptive { get; } = new("Adaptive");

    /// <summary>Pools by how hard a request looks: <c>Simple</c>, <c>Medium</c>, <c>Complex</c>, <c>Reasoning</c>.</summary>
    public static RoutingStrategy Complexity { get; } = new("Complexity");

    /// <summary>Pools by meaning: the nearest example utterance.</summary>
    public static RoutingStrategy Semantic { get; } = new("Semantic");

    /// <summary>Pools by shares, stable by user or session: A/B tests and canaries.</summary>
    public static RoutingStrategy Split { get; } = new("Split");

    /// <summary>Pools by the tier that a registered <see cref="IRequestClassifier"/> names.</summary>
    public static RoutingStrategy Classified { get; } = new("Classified");

    /// <summary>Those that ship, in the order of the documentation.</summary>
    internal static IReadOnlyList<RoutingStrategy> BuiltIn { get; } =
        [Weighted, RoundRobin, LeastBusy, LowestLatency, HighestThroughput, LowestCost, LowestUsage, Percentile, Utility, Adaptive, Complexity, Semantic, Split, Classified];

    /// <summary>The names of those that assign requests to pools and leave the ranking to another.</summary>
    internal static IReadOnlyList<string> PoolStrategies { get; } = [Complexity.Name, Semantic.Name, Split.Name, Classified.Name];

    internal static bool AssignsPools(string? name) => name is not null && NameList.Contains(PoolStrategies, name);

    /// <inheritdoc/>
    public bool Equals(RoutingStrategy other) => string.Equals(Name, other.Name, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override int GetHashCode() => Name is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(Name);

    /// <inheritdoc/>
    public override string ToString() => Name ?? "";
}

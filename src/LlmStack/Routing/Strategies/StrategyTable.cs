namespace LlmStack.Routing.Strategies;

/// <summary>The strategies that ship, by name. Each group gets its own instance, because some keep state.</summary>
internal static class StrategyTable
{
    /// <summary>The names as they are written, in the order of the documentation.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        RoutingStrategy.Weighted.Name,
        RoutingStrategy.RoundRobin.Name,
        RoutingStrategy.LeastBusy.Name,
        RoutingStrategy.LowestLatency.Name,
        RoutingStrategy.LowestCost.Name,
    ];

    /// <summary>A new instance, or null for a name that does not ship. Names are compared without regard to case.</summary>
    public static IRoutingStrategy? TryCreate(string name, TimeProvider time)
    {
        var strategy = new RoutingStrategy(name);
        return strategy == RoutingStrategy.Weighted ? new WeightedStrategy()
            : strategy == RoutingStrategy.RoundRobin ? new RoundRobinStrategy()
            : strategy == RoutingStrategy.LeastBusy ? new LeastBusyStrategy()
            : strategy == RoutingStrategy.LowestLatency ? new LowestLatencyStrategy(time)
            : strategy == RoutingStrategy.LowestCost ? new LowestCostStrategy()
            : null;
    }
}

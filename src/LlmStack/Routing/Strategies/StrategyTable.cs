namespace LlmStack.Routing.Strategies;

/// <summary>The strategies that ship, by name. Each group gets its own instance, because some keep state.</summary>
internal static class StrategyTable
{
    /// <summary>A new instance, or null for a name that does not ship. Names are compared without regard to case.</summary>
    public static IRoutingStrategy? TryCreate(string name, TimeProvider time, StrategyOptions? options = null, QualityBook? quality = null)
    {
        options ??= new StrategyOptions();
        quality ??= new QualityBook();
        var strategy = new RoutingStrategy(name);
        return strategy == RoutingStrategy.Weighted ? new WeightedStrategy()
            : strategy == RoutingStrategy.RoundRobin ? new RoundRobinStrategy()
            : strategy == RoutingStrategy.LeastBusy ? new LeastBusyStrategy()
            : strategy == RoutingStrategy.LowestLatency ? new LowestLatencyStrategy(time, options.Tolerance ?? 0)
            : strategy == RoutingStrategy.HighestThroughput ? new HighestThroughputStrategy(time, options.Tolerance ?? 0)
            : strategy == RoutingStrategy.LowestCost ? LowestCost(time, options.Exponent)
            : strategy == RoutingStrategy.LowestUsage ? new LowestUsageStrategy(time)
            : strategy == RoutingStrategy.Percentile ? new PercentileStrategy(time, options.Percentile ?? PercentileStrategy.DefaultPercentile, options.MaxFirstToken, options.MinTokensPerSecond)
            : strategy == RoutingStrategy.Utility ? new UtilityStrategy(options, quality, adaptive: false)
            : strategy == RoutingStrategy.Adaptive ? new UtilityStrategy(options, quality, adaptive: true)
            : null;
    }

    private static BuiltInStrategy LowestCost(TimeProvider time, double? exponent) =>
        exponent is { } power ? new CostSpreadStrategy(time, power) : new LowestCostStrategy();
}

using LlmStack.Routing;

namespace LlmStack.Configuration;

/// <summary>Checks the settings of strategies: their values, and that the strategy has them.</summary>
internal static class StrategyValidation
{
    /// <summary>The similarity that a topic asks for when nothing is said.</summary>
    public const double DefaultThreshold = 0.5;

    private const string Measured = "LowestLatency, HighestThroughput";
    private const string Scored = "Utility, Adaptive";

    private static readonly string Pooled = string.Join(", ", RoutingStrategy.PoolStrategies);

    public static void Validate(string path, string strategy, StrategyOptions options, OptionsProblems problems)
    {
        Known(nameof(options.Tolerance), options.Tolerance, Measured);
        Known(nameof(options.Exponent), options.Exponent, RoutingStrategy.LowestCost.Name);
        Known(nameof(options.Percentile), options.Percentile, RoutingStrategy.Percentile.Name);
        Known(nameof(options.MaxFirstToken), options.MaxFirstToken, RoutingStrategy.Percentile.Name);
        Known(nameof(options.MinTokensPerSecond), options.MinTokensPerSecond, RoutingStrategy.Percentile.Name);
        Known(nameof(options.CostWeight), options.CostWeight, Scored);
        Known(nameof(options.LatencyWeight), options.LatencyWeight, Scored);
        Known(nameof(options.QualityWeight), options.QualityWeight, Scored);
        Known(nameof(options.MaxCost), options.MaxCost, Scored);
        Known(nameof(options.MaxLatency), options.MaxLatency, Scored);
        Known(nameof(options.MinQuality), options.MinQuality, Scored);
        Known(nameof(options.ScoreName), options.ScoreName, RoutingStrategy.Adaptive.Name);
        Known(nameof(options.Inner), options.Inner, Pooled);
        Known(nameof(options.DefaultPool), options.DefaultPool, "Semantic, Classified");
        Known(nameof(options.SplitBy), options.SplitBy, RoutingStrategy.Split.Name);
        Known(nameof(options.Salt), options.Salt, RoutingStrategy.Split.Name);
        Known(nameof(options.EmbeddingModel), options.EmbeddingModel, RoutingStrategy.Semantic.Name);
        Known(nameof(options.Threshold), options.Threshold, RoutingStrategy.Semantic.Name);
        Known(nameof(options.Classifier), options.Classifier, "Classified, Complexity");

        problems.InRange(At(nameof(options.Tolerance)), options.Tolerance, 0, 10);
        problems.Above0(At(nameof(options.Exponent)), options.Exponent, 10);
        problems.InRange(At(nameof(options.Percentile)), options.Percentile, 0.5, 0.99);
        problems.Positive(At(nameof(options.MaxFirstToken)), options.MaxFirstToken);
        problems.Above0(At(nameof(options.MinTokensPerSecond)), options.MinTokensPerSecond, 1_000_000);
        problems.NotNegative(At(nameof(options.CostWeight)), options.CostWeight);
        problems.NotNegative(At(nameof(options.LatencyWeight)), options.LatencyWeight);
        problems.NotNegative(At(nameof(options.QualityWeight)), options.QualityWeight);
        problems.NotNegative(At(nameof(options.MaxCost)), options.MaxCost);
        problems.Positive(At(nameof(options.MaxLatency)), options.MaxLatency);
        problems.Share(At(nameof(options.MinQuality)), options.MinQuality);
        problems.Share(At(nameof(options.Threshold)), options.Threshold);
        if (new RoutingStrategy(strategy) == RoutingStrategy.Percentile && options.MaxFirstToken is null && options.MinTokensPerSecond is null)
        {
            problems.Say(path, $"has no objective; allowed: {nameof(options.MaxFirstToken)}, {nameof(options.MinTokensPerSecond)} or both");
        }

        string At(string option) => $"{path}:{option}";

        void Known(string option, object? value, string strategies)
        {
            // A pool's own strategy may need settings as well.
            if (value is not null && !strategies.Split(", ").Contains(strategy, StringComparer.OrdinalIgnoreCase) && !strategies.Split(", ").Contains(options.Inner, StringComparer.OrdinalIgnoreCase))
            {
                problems.Say(At(option), $"is set, but the strategy is {strategy}; allowed: only with {strategies}");
            }
        }
    }
}

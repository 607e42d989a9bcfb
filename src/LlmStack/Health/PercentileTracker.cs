namespace LlmStack.Health;

/// <summary>Quantiles of a deployment's time to answer and time per token; about 0.9 KB, kept only where a strategy looks at them.</summary>
internal sealed class PercentileTracker
{
    /// <summary>Fewer samples than this say nothing about a quantile.</summary>
    public const double MinimumSamples = 10;

    /// <summary>To the first content of streams, to the answer of other calls.</summary>
    public LatencyHistogram FirstToken { get; } = new();

    public LatencyHistogram PerToken { get; } = new();
}

using LlmStack.Routing;

namespace LlmStack;

/// <summary>Settings of a group's strategy; each is for the strategies it names, and null is that strategy's default.</summary>
public sealed class StrategyOptions
{
    /// <summary>
    /// <c>LowestLatency</c>, <c>HighestThroughput</c>: load is spread evenly over those within this share of the best; 0 to 10, for instance
    /// 0.2 for 20 %. Default 0: the best alone.
    /// </summary>
    public double? Tolerance { get; set; }

    /// <summary>
    /// <c>LowestCost</c>: spreads load by 1 / cost to this power instead of taking the cheapest; more than 0, at most 10, for instance 2.
    /// Who failed within 30 s then comes after the others. Default: no spread.
    /// </summary>
    public double? Exponent { get; set; }

    /// <summary><c>Percentile</c>: which share of the calls must meet the objectives; 0.5 to 0.99. Default 0.95.</summary>
    public double? Percentile { get; set; }

    /// <summary><c>Percentile</c>: the time to the first token to stay within (of calls that do not stream, to the answer); more than zero. Default: none.</summary>
    public TimeSpan? MaxFirstToken { get; set; }

    /// <summary><c>Percentile</c>: the tokens to be generated each second; more than 0. Default: none.</summary>
    public double? MinTokensPerSecond { get; set; }

    /// <summary><c>Utility</c>, <c>Adaptive</c>: what a US cent of expected cost takes away; 0 or more. Default 1.</summary>
    public double? CostWeight { get; set; }

    /// <summary><c>Utility</c>, <c>Adaptive</c>: what a second of predicted latency takes away; 0 or more. Default 0.1.</summary>
    public double? LatencyWeight { get; set; }

    /// <summary><c>Utility</c>, <c>Adaptive</c>: what quality, from 0 to 1, adds; 0 or more. Default 1.</summary>
    public double? QualityWeight { get; set; }

    /// <summary><c>Utility</c>, <c>Adaptive</c>: never a deployment whose expected cost is above this, in US dollars; 0 or more. Default: none.</summary>
    public decimal? MaxCost { get; set; }

    /// <summary><c>Utility</c>, <c>Adaptive</c>: never a deployment whose predicted latency is above this; more than zero. Default: none.</summary>
    public TimeSpan? MaxLatency { get; set; }

    /// <summary><c>Utility</c>, <c>Adaptive</c>: never a deployment whose quality is below this; 0 to 1. Default: none.</summary>
    public double? MinQuality { get; set; }

    /// <summary><c>Complexity</c>, <c>Semantic</c>, <c>Split</c>, <c>Classified</c>: the pools requests are assigned to, by tier, topic, variant or hint.</summary>
    public Dictionary<string, PoolOptions> Pools { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The same: what ranks the deployments of a pool. Default <c>Weighted</c>.</summary>
    public string? Inner { get; set; }

    /// <summary><c>Semantic</c>, <c>Classified</c>: the pool of requests that nothing was found out about. Default: the whole group.</summary>
    public string? DefaultPool { get; set; }

    /// <summary><c>Split</c>: what stays in one variant. Default <see cref="SplitKey.User"/>; requests without the key go to the largest pool.</summary>
    public SplitKey? SplitBy { get; set; }

    /// <summary><c>Split</c>: another text makes another, independent split. Default: the group's name.</summary>
    public string? Salt { get; set; }

    /// <summary><c>Semantic</c>: the group or <c>provider/model</c> that embeds; required.</summary>
    public string? EmbeddingModel { get; set; }

    /// <summary><c>Semantic</c>: the cosine similarity to an example that a message must have, 0 to 1. Default 0.5.</summary>
    public double? Threshold { get; set; }

    /// <summary><c>Classified</c>: the key of a registered <c>IRequestClassifier</c>; its tier names the pool. <c>Complexity</c>: it overrides the rules.</summary>
    public string? Classifier { get; set; }

    /// <summary><c>Adaptive</c>: the score that is quality, a number from 0 to 1 or a yes or no. Default <c>quality</c>.</summary>
    public string? ScoreName { get; set; }
}

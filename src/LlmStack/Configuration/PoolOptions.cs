namespace LlmStack;

/// <summary>A part of a group that a strategy assigns requests to.</summary>
public sealed class PoolOptions
{
    /// <summary>Which deployments: keys or ids of the group's deployments, names of providers, tags. Empty: all. When all of them are out, the others of the group serve.</summary>
    public List<string> Use { get; set; } = [];

    /// <summary><c>Split</c>: the share of the requests, relative to the others'; 0 or more. Default 1.</summary>
    public double? Share { get; set; }

    /// <summary><c>Semantic</c>: what is said about the topic; one or more.</summary>
    public List<string> Examples { get; set; } = [];

    /// <summary><c>Semantic</c>: the cosine similarity to an example that a message must have, 0 to 1. Default: that of the strategy.</summary>
    public double? Threshold { get; set; }
}

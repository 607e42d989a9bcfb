namespace LlmStack;

/// <summary>What a model costs, in US dollars. A missing price is null and means unknown; 0 is a valid price.</summary>
public sealed record ModelPrice
{
    /// <summary>Per million input tokens that were not read from or written to a cache; 0 or more.</summary>
    public decimal? InputPerMillion { get; set; }

    /// <summary>Per million output tokens; 0 or more.</summary>
    public decimal? OutputPerMillion { get; set; }

    /// <summary>Per million input tokens read from the provider's cache; null bills them as input and marks the cost estimated.</summary>
    public decimal? CacheReadPerMillion { get; set; }

    /// <summary>Per million input tokens written to the provider's cache; null bills them as input and marks the cost estimated.</summary>
    public decimal? CacheWritePerMillion { get; set; }

    /// <summary>Per million reasoning tokens; null bills them as output.</summary>
    public decimal? ReasoningPerMillion { get; set; }

    /// <summary>Per request, whatever its size; null for none.</summary>
    public decimal? PerRequest { get; set; }

    /// <summary>Which price list this is from; recorded with each cost. Default <c>configured</c>.</summary>
    public string Version { get; set; } = "configured";
}

namespace LlmStack;

/// <summary>Prices by kind of token, in US dollars per million. A missing price is null and means unknown; 0 is a valid price.</summary>
public record UnitPrices
{
    /// <summary>Per million input tokens that no other price applies to; 0 or more.</summary>
    public decimal? InputPerMillion { get; set; }

    /// <summary>Per million output tokens that no other price applies to; 0 or more.</summary>
    public decimal? OutputPerMillion { get; set; }

    /// <summary>Per million input tokens read from the provider's cache; null bills them as input and marks the cost estimated.</summary>
    public decimal? CacheReadPerMillion { get; set; }

    /// <summary>Per million input tokens written to the provider's cache for the usual time (5 minutes at most vendors); null bills them as input and marks the cost estimated.</summary>
    public decimal? CacheWritePerMillion { get; set; }

    /// <summary>Per million input tokens written to the provider's cache for an hour; null bills them as 1.6 times the usual write and marks the cost estimated.</summary>
    public decimal? CacheWrite1hPerMillion { get; set; }

    /// <summary>Per million reasoning tokens; null bills them as output.</summary>
    public decimal? ReasoningPerMillion { get; set; }

    /// <summary>Per million audio tokens of the input; null bills them as input and marks the cost estimated.</summary>
    public decimal? InputAudioPerMillion { get; set; }

    /// <summary>Per million audio tokens read from the provider's cache; null bills them as other cached tokens and marks the cost estimated.</summary>
    public decimal? CachedAudioPerMillion { get; set; }

    /// <summary>Per million audio tokens of the output; null bills them as output and marks the cost estimated.</summary>
    public decimal? OutputAudioPerMillion { get; set; }

    /// <summary>Per million image tokens of the input; null bills them as input, as most vendors do.</summary>
    public decimal? InputImagePerMillion { get; set; }

    /// <summary>Per million image tokens read from the provider's cache; null bills them as other cached tokens.</summary>
    public decimal? CachedImagePerMillion { get; set; }

    /// <summary>Per million image tokens of the output; null bills them as output and marks the cost estimated.</summary>
    public decimal? OutputImagePerMillion { get; set; }

    /// <summary>Per million video tokens of the input; null bills them as input, as most vendors do.</summary>
    public decimal? InputVideoPerMillion { get; set; }

    /// <summary>Per million video tokens of the output; null bills them as output and marks the cost estimated.</summary>
    public decimal? OutputVideoPerMillion { get; set; }

    /// <summary>Per million tokens of cited sources; null bills none.</summary>
    public decimal? CitationPerMillion { get; set; }
}

namespace LlmStack.Catalog;

/// <summary>Whether a price is known to be 0, whatever is asked.</summary>
internal static class FreePrice
{
    public static bool Is(ModelPrice? price) =>
        price is { InputPerMillion: 0, OutputPerMillion: 0, LongContext: null or { Count: 0 }, Windows: null or { Count: 0 }, Next: null or { Count: 0 } }
        && IsNothing(price.PerRequest) && IsNothing(price.WebSearchPerThousand) && IsNothing(price.SearchPerThousand) && IsNothing(price.PagePerThousand) && IsNothing(price.AudioPerHour) && IsNothing(price.PerImage)
        && IsNothing(price.CacheReadPerMillion) && IsNothing(price.CacheWritePerMillion) && IsNothing(price.CacheWrite1hPerMillion) && IsNothing(price.ReasoningPerMillion)
        && IsNothing(price.InputAudioPerMillion) && IsNothing(price.CachedAudioPerMillion) && IsNothing(price.OutputAudioPerMillion)
        && IsNothing(price.InputImagePerMillion) && IsNothing(price.CachedImagePerMillion) && IsNothing(price.OutputImagePerMillion)
        && IsNothing(price.InputVideoPerMillion) && IsNothing(price.OutputVideoPerMillion) && IsNothing(price.CitationPerMillion);

    /// <summary>What has no price of its own is billed by input or output, or not at all.</summary>
    private static bool IsNothing(decimal? price) => price is null or 0;
}

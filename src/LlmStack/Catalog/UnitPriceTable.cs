namespace LlmStack.Catalog;

/// <summary>Which property of <see cref="UnitPrices"/> prices which bucket.</summary>
internal static class UnitPriceTable
{
    public static decimal? Get(UnitPrices price, UsageBucket bucket) => bucket switch
    {
        UsageBucket.Input => price.InputPerMillion,
        UsageBucket.InputAudio => price.InputAudioPerMillion,
        UsageBucket.InputImage => price.InputImagePerMillion,
        UsageBucket.InputVideo => price.InputVideoPerMillion,
        UsageBucket.CacheRead => price.CacheReadPerMillion,
        UsageBucket.CachedAudio => price.CachedAudioPerMillion,
        UsageBucket.CachedImage => price.CachedImagePerMillion,
        UsageBucket.CacheWrite => price.CacheWritePerMillion,
        UsageBucket.CacheWrite1h => price.CacheWrite1hPerMillion,
        UsageBucket.Output => price.OutputPerMillion,
        UsageBucket.Reasoning => price.ReasoningPerMillion,
        UsageBucket.OutputAudio => price.OutputAudioPerMillion,
        UsageBucket.OutputImage => price.OutputImagePerMillion,
        UsageBucket.OutputVideo => price.OutputVideoPerMillion,
        UsageBucket.Citation => price.CitationPerMillion,
        _ => null,
    };

    public static void Set(UnitPrices price, UsageBucket bucket, decimal? amount)
    {
        switch (bucket)
        {
            case UsageBucket.Input: price.InputPerMillion = amount; break;
            case UsageBucket.InputAudio: price.InputAudioPerMillion = amount; break;
            case UsageBucket.InputImage: price.InputImagePerMillion = amount; break;
            case UsageBucket.InputVideo: price.InputVideoPerMillion = amount; break;
            case UsageBucket.CacheRead: price.CacheReadPerMillion = amount; break;
            case UsageBucket.CachedAudio: price.CachedAudioPerMillion = amount; break;
            case UsageBucket.CachedImage: price.CachedImagePerMillion = amount; break;
            case UsageBucket.CacheWrite: price.CacheWritePerMillion = amount; break;
            case UsageBucket.CacheWrite1h: price.CacheWrite1hPerMillion = amount; break;
            case UsageBucket.Output: price.OutputPerMillion = amount; break;
            case UsageBucket.Reasoning: price.ReasoningPerMillion = amount; break;
            case UsageBucket.OutputAudio: price.OutputAudioPerMillion = amount; break;
            case UsageBucket.OutputImage: price.OutputImagePerMillion = amount; break;
            case UsageBucket.OutputVideo: price.OutputVideoPerMillion = amount; break;
            case UsageBucket.Citation: price.CitationPerMillion = amount; break;
            default: throw new ArgumentOutOfRangeException(nameof(bucket), bucket, "Only tokens have unit prices.");
        }
    }
}

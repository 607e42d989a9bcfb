namespace LlmStack.Catalog;

/// <summary>The counts that <see cref="UsageKeys"/> names.</summary>
internal enum ExtraCount
{
    CacheWrite,
    CacheWrite1h,
    InputAudio,
    OutputAudio,
    CachedAudio,
    InputImage,
    CachedImage,
    InputVideo,
    OutputImage,
    OutputVideo,
    Citation,
    WebSearches,
    SearchUnits,
    Pages,
    AudioSeconds,
    Images,
}

namespace LlmStack.Catalog;

/// <summary>The disjoint parts of a usage, each with a price of its own. Those up to <see cref="Citation"/> are tokens.</summary>
internal enum UsageBucket
{
    Input,
    InputAudio,
    InputImage,
    InputVideo,
    CacheRead,
    CachedAudio,
    CachedImage,
    CacheWrite,
    CacheWrite1h,
    Output,
    Reasoning,
    OutputAudio,
    OutputImage,
    OutputVideo,
    Citation,
    WebSearches,
    SearchUnits,
    Pages,
    AudioSeconds,
    Images,
    Requests,
}

namespace LlmStack.Catalog;

/// <summary>What the buckets are called on bills and in traces: the keys that Langfuse knows, where it knows one.</summary>
internal static class UsageBucketNames
{
    private static readonly string[] Names =
    [
        "input",
        UsageKeys.InputAudio,
        UsageKeys.InputImage,
        UsageKeys.InputVideo,
        "input_cached_tokens",
        UsageKeys.CachedAudio,
        UsageKeys.CachedImage,
        UsageKeys.CacheWrite,
        UsageKeys.CacheWrite1h,
        "output",
        "output_reasoning_tokens",
        UsageKeys.OutputAudio,
        UsageKeys.OutputImage,
        UsageKeys.OutputVideo,
        UsageKeys.Citation,
        UsageKeys.WebSearches,
        UsageKeys.SearchUnits,
        UsageKeys.Pages,
        UsageKeys.AudioSeconds,
        UsageKeys.Images,
        "request",
    ];

    public static string NameOf(UsageBucket bucket) => Names[(int)bucket];
}

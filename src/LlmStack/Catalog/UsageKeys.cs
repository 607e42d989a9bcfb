namespace LlmStack.Catalog;

/// <summary>
/// The names under which adapters leave counts in <c>UsageDetails.AdditionalCounts</c> for which that type has no property. They
/// follow it in being inclusive: each count is a part of the tokens it is named after, unless its comment says otherwise.
/// </summary>
internal static class UsageKeys
{
    // In the order of ExtraCount.
    private static readonly string[] Names = [CacheWrite, CacheWrite1h, InputAudio, OutputAudio, CachedAudio, InputImage, CachedImage, InputVideo, OutputImage, OutputVideo, Citation, WebSearches, SearchUnits, Pages, AudioSeconds, Images];

    /// <summary>Input tokens written to the provider's cache, however long they are kept.</summary>
    public const string CacheWrite = "input_cache_creation";

    /// <summary>Those of <see cref="CacheWrite"/> that are kept for an hour.</summary>
    public const string CacheWrite1h = "input_cache_creation_1h";

    /// <summary>Audio tokens among the input. The type's own property for them is not settled yet, so it is not used.</summary>
    public const string InputAudio = "input_audio_tokens";

    /// <summary>Audio tokens among the output; likewise.</summary>
    public const string OutputAudio = "output_audio_tokens";

    /// <summary>Audio tokens among those read from the cache.</summary>
    public const string CachedAudio = "input_cached_audio_tokens";

    /// <summary>Image tokens among the input.</summary>
    public const string InputImage = "input_image_tokens";

    /// <summary>Image tokens among those read from the cache.</summary>
    public const string CachedImage = "input_cached_image_tokens";

    /// <summary>Video tokens among the input.</summary>
    public const string InputVideo = "input_video_tokens";

    /// <summary>Image tokens among the output.</summary>
    public const string OutputImage = "output_image_tokens";

    /// <summary>Video tokens among the output.</summary>
    public const string OutputVideo = "output_video_tokens";

    /// <summary>Tokens of cited sources; beside input and output, in neither.</summary>
    public const string Citation = "citation_tokens";

    /// <summary>Web searches that the provider made; not tokens.</summary>
    public const string WebSearches = "web_search_requests";

    /// <summary>Billed units of a rerank or search call; not tokens.</summary>
    public const string SearchUnits = "search_units";

    /// <summary>Pages of documents that were read; not tokens.</summary>
    public const string Pages = "pages";

    /// <summary>Seconds of audio, where audio is billed by its length; not tokens.</summary>
    public const string AudioSeconds = "audio_seconds";

    /// <summary>Images that were made; not tokens.</summary>
    public const string Images = "images";

    /// <summary>Which count a key names; null for another. Case does not matter, as in the dictionaries that hold them.</summary>
    public static ExtraCount? Find(string key)
    {
        ExtraCount? exact = key switch
        {
            CacheWrite => ExtraCount.CacheWrite,
            CacheWrite1h => ExtraCount.CacheWrite1h,
            InputAudio => ExtraCount.InputAudio,
            OutputAudio => ExtraCount.OutputAudio,
            CachedAudio => ExtraCount.CachedAudio,
            InputImage => ExtraCount.InputImage,
            CachedImage => ExtraCount.CachedImage,
            InputVideo => ExtraCount.InputVideo,
            OutputImage => ExtraCount.OutputImage,
            OutputVideo => ExtraCount.OutputVideo,
            Citation => ExtraCount.Citation,
            WebSearches => ExtraCount.WebSearches,
            SearchUnits => ExtraCount.SearchUnits,
            Pages => ExtraCount.Pages,
            AudioSeconds => ExtraCount.AudioSeconds,
            Images => ExtraCount.Images,
            _ => null,
        };
        return exact ?? FindIgnoringCase(key);
    }

    private static ExtraCount? FindIgnoringCase(string key)
    {
        for (int i = 0; i < Names.Length; i++)
        {
            if (string.Equals(Names[i], key, StringComparison.OrdinalIgnoreCase))
            {
                return (ExtraCount)i;
            }
        }

        return null;
    }
}

using Microsoft.Extensions.AI;

namespace LlmStack.Catalog;

/// <summary>A usage in disjoint buckets: adding them up gives the total, nothing is in two.</summary>
/// <param name="Input">Input tokens neither read from nor written to a cache.</param>
/// <param name="CacheRead">Input tokens read from the cache.</param>
/// <param name="CacheWrite">Input tokens written to the cache.</param>
/// <param name="Output">Output tokens without reasoning.</param>
/// <param name="Reasoning">Reasoning tokens.</param>
internal readonly record struct UsageBuckets(long Input, long CacheRead, long CacheWrite, long Output, long Reasoning)
{
    public long Total => Input + CacheRead + CacheWrite + Output + Reasoning;

    /// <summary>
    /// Splits Microsoft.Extensions.AI's inclusive counts (input includes cached, output includes reasoning). Adapters of vendors that
    /// report them apart add them up first, so this is the only place where they are taken apart again.
    /// </summary>
    public static UsageBuckets From(UsageDetails usage)
    {
        long input = Math.Max(0, usage.InputTokenCount ?? 0);
        long output = Math.Max(0, usage.OutputTokenCount ?? 0);
        long read = Math.Clamp(usage.CachedInputTokenCount ?? 0, 0, input);
        long write = 0;
        if (usage.AdditionalCounts is { } more && more.TryGetValue(UsageKeys.CacheWrite, out long w))
        {
            write = Math.Clamp(w, 0, input - read);
        }

        long reasoning = Math.Clamp(usage.ReasoningTokenCount ?? 0, 0, output);
        return new UsageBuckets(input - read - write, read, write, output - reasoning, reasoning);
    }
}

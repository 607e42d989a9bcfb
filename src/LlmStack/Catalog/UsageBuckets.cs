using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace LlmStack.Catalog;

/// <summary>A usage in disjoint buckets: adding them up gives the total, nothing is in two.</summary>
internal struct UsageBuckets
{
    /// <summary>How many buckets there are.</summary>
    public const int Count = (int)UsageBucket.Requests + 1;

    private Counts _counts;

    /// <summary>The buckets of which something was used: most calls use three of twenty.</summary>
    public BucketMask Used { get; private set; }

    /// <summary>How much of a bucket was used.</summary>
    public readonly long this[UsageBucket bucket] => _counts[(int)bucket];

    /// <summary>Whether the counts contradicted each other, so that some were cut to fit.</summary>
    public bool Inconsistent { get; private set; }

    /// <summary>Every token of the input, however it is billed.</summary>
    public readonly long TotalInput => Sum(UsageBucket.Input, UsageBucket.CacheWrite1h);

    /// <summary>Every token of the output.</summary>
    public readonly long TotalOutput => Sum(UsageBucket.Output, UsageBucket.OutputVideo);

    /// <summary>Input and output.</summary>
    public readonly long Total => TotalInput + TotalOutput;

    /// <summary>
    /// Splits Microsoft.Extensions.AI's inclusive counts (input includes cached, output includes reasoning). Adapters of vendors that
    /// report them apart add them up first, so this is the only place where they are taken apart again.
    /// </summary>
    public static UsageBuckets From(UsageDetails usage)
    {
        var buckets = default(UsageBuckets);
        if (usage is { AdditionalCounts.Count: > 0 } or { InputAudioTokenCount: > 0 } or { OutputAudioTokenCount: > 0 })
        {
            var more = ExtraCounts.From(usage.AdditionalCounts);
            buckets.SplitInput(usage, more);
            buckets.SplitOutput(usage, more);
            buckets.Set(UsageBucket.Citation, more[ExtraCount.Citation]);
            buckets.Set(UsageBucket.WebSearches, more[ExtraCount.WebSearches]);
            buckets.Set(UsageBucket.SearchUnits, more[ExtraCount.SearchUnits]);
            buckets.Set(UsageBucket.Pages, more[ExtraCount.Pages]);
            buckets.Set(UsageBucket.AudioSeconds, more[ExtraCount.AudioSeconds]);
            buckets.Set(UsageBucket.Images, more[ExtraCount.Images]);
        }
        else
        {
            buckets.SplitPlain(usage);
        }

        buckets.Set(UsageBucket.Requests, 1);
        return buckets;
    }

    /// <summary>Adds another usage, bucket by bucket.</summary>
    public void Add(in UsageBuckets more)
    {
        for (int i = 0; i < Count; i++)
        {
            _counts[i] += more._counts[i];
        }

        Used = Used.Union(more.Used);
        Inconsistent |= more.Inconsistent;
    }

    /// <summary>Clients of others use the type's own property.</summary>
    private static long AudioOf(long told, long? own) => told != 0 ? told : Math.Max(0, own ?? 0);

    /// <summary>Most usages have no additional counts.</summary>
    private void SplitPlain(UsageDetails usage)
    {
        long input = AtLeastZero(usage.InputTokenCount);
        long read = Part(usage.CachedInputTokenCount ?? 0, input);
        Set(UsageBucket.CacheRead, read);
        Set(UsageBucket.Input, input - read);
        long output = AtLeastZero(usage.OutputTokenCount);
        output -= Take(UsageBucket.Reasoning, usage.ReasoningTokenCount ?? 0, output);
        Set(UsageBucket.Output, output);
    }

    private void SplitInput(UsageDetails usage, in ExtraCounts more)
    {
        long input = AtLeastZero(usage.InputTokenCount);
        long read = Part(usage.CachedInputTokenCount ?? 0, input);
        long write = Part(more[ExtraCount.CacheWrite], input - read);
        long hour = Part(more[ExtraCount.CacheWrite1h], write);
        long fresh = input - read - write;
        long audio = Part(AudioOf(more[ExtraCount.InputAudio], usage.InputAudioTokenCount), input);
        long image = Part(more[ExtraCount.InputImage], input - audio);

        // Who does not say how much audio came from the cache has at least that much from there which does not fit elsewhere.
        long cachedAudio = Part(more.Has(ExtraCount.CachedAudio) ? more[ExtraCount.CachedAudio] : Math.Min(read, Math.Max(0, audio - fresh)), Math.Min(audio, read));
        long cachedImage = Part(more.Has(ExtraCount.CachedImage) ? more[ExtraCount.CachedImage] : Math.Min(read - cachedAudio, Math.Max(0, image - (fresh - Math.Min(fresh, audio - cachedAudio)))), Math.Min(image, read - cachedAudio));
        long freshAudio = Math.Min(audio - cachedAudio, fresh);
        long freshImage = Math.Min(image - cachedImage, fresh - freshAudio);
        long video = Part(more[ExtraCount.InputVideo], fresh - freshAudio - freshImage);
        Set(UsageBucket.CacheRead, read - cachedAudio - cachedImage);
        Set(UsageBucket.CachedAudio, cachedAudio);
        Set(UsageBucket.CachedImage, cachedImage);
        Set(UsageBucket.CacheWrite, write - hour);
        Set(UsageBucket.CacheWrite1h, hour);
        Set(UsageBucket.InputAudio, freshAudio);
        Set(UsageBucket.InputImage, freshImage);
        Set(UsageBucket.InputVideo, video);
        Set(UsageBucket.Input, fresh - freshAudio - freshImage - video);
    }

    private void SplitOutput(UsageDetails usage, in ExtraCounts more)
    {
        long left = AtLeastZero(usage.OutputTokenCount);
        left -= Take(UsageBucket.Reasoning, usage.ReasoningTokenCount ?? 0, left);
        left -= Take(UsageBucket.OutputAudio, AudioOf(more[ExtraCount.OutputAudio], usage.OutputAudioTokenCount), left);
        left -= Take(UsageBucket.OutputImage, more[ExtraCount.OutputImage], left);
        left -= Take(UsageBucket.OutputVideo, more[ExtraCount.OutputVideo], left);
        Set(UsageBucket.Output, left);
    }

    private long Take(UsageBucket bucket, long count, long whole)
    {
        long part = Part(count, whole);
        Set(bucket, part);
        return part;
    }

    /// <summary>A part of a whole; more than the whole, or less than nothing, is cut and noted.</summary>
    private long Part(long count, long whole)
    {
        long part = Math.Clamp(count, 0, whole);
        Inconsistent |= part != count;
        return part;
    }

    private long AtLeastZero(long? count)
    {
        Inconsistent |= count < 0;
        return Math.Max(0, count ?? 0);
    }

    /// <summary>Sets how much of a bucket was used.</summary>
    public void Set(UsageBucket bucket, long count)
    {
        _counts[(int)bucket] = count;
        Used = count == 0 ? Used.Without(bucket) : Used.With(bucket);
    }

    private readonly long Sum(UsageBucket first, UsageBucket last)
    {
        long sum = 0;
        for (UsageBucket bucket = first; bucket <= last; bucket++)
        {
            sum += this[bucket];
        }

        return sum;
    }

    [InlineArray(Count)]
    private struct Counts
    {
        private long _first;
    }
}

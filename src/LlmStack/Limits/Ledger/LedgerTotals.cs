using LlmStack.Catalog;

namespace LlmStack;

/// <summary>What a number of billed attempts used and cost. Amounts are US dollars.</summary>
public sealed class LedgerTotals
{
    internal UsageBuckets Buckets;

    /// <summary>Attempts that were, or may have been, billed.</summary>
    public long Attempts { get; internal set; }

    /// <summary>Those of them that failed, streams that broke off included.</summary>
    public long Failed { get; internal set; }

    /// <summary>Those of them that the caller, or another attempt's success, ended.</summary>
    public long Cancelled { get; internal set; }

    /// <summary>Those of them that were lost after they had been sent: nobody knows whether the provider bills them.</summary>
    public long MayHaveBeenBilled { get; internal set; }

    /// <summary>Those of them whose usage or price is estimated.</summary>
    public long Estimated { get; internal set; }

    /// <summary>Those of them whose cost is unknown; <see cref="Cost"/> does not have them.</summary>
    public long Unpriced { get; internal set; }

    /// <summary>What they cost: the provider's own figures, else our reckoning. Null when not a single cost is known; never 0 for an unknown price.</summary>
    public decimal? Cost => Attempts == Unpriced && Attempts > 0 ? null : Spent;

    /// <summary>Our own reckoning, the sum of the cost lines, whatever providers said; attempts without one count 0.</summary>
    public decimal ComputedCost { get; internal set; }

    /// <summary>What reading from the providers' caches saved: the difference to the price of fresh input.</summary>
    public decimal CacheSavings { get; internal set; }

    /// <summary>What writing to the providers' caches cost above the price of fresh input.</summary>
    public decimal CacheSurcharge { get; internal set; }

    /// <summary>Every token of the input, however it is billed.</summary>
    public long InputTokens => Buckets.TotalInput;

    /// <summary>Tokens of the input that the providers' caches answered.</summary>
    public long CachedInputTokens => Buckets[UsageBucket.CacheRead] + Buckets[UsageBucket.CachedAudio] + Buckets[UsageBucket.CachedImage];

    /// <summary>Tokens of the input that were written to the providers' caches.</summary>
    public long CacheWriteTokens => Buckets[UsageBucket.CacheWrite] + Buckets[UsageBucket.CacheWrite1h];

    /// <summary>Every token of the output, reasoning included.</summary>
    public long OutputTokens => Buckets.TotalOutput;

    /// <summary>Tokens of reasoning.</summary>
    public long ReasoningTokens => Buckets[UsageBucket.Reasoning];

    /// <summary>The sum of the known costs.</summary>
    internal decimal Spent { get; set; }

    /// <summary>How much of each bucket was used, by the names of the cost lines (<c>input</c>, <c>input_cached_tokens</c>, <c>output</c> …); buckets that were not used are left out.</summary>
    public IReadOnlyDictionary<string, long> GetUsage()
    {
        var usage = new Dictionary<string, long>(StringComparer.Ordinal);
        for (UsageBucket bucket = 0; bucket < (UsageBucket)UsageBuckets.Count; bucket++)
        {
            if (Buckets[bucket] > 0)
            {
                usage[UsageBucketNames.NameOf(bucket)] = Buckets[bucket];
            }
        }

        return usage;
    }

    internal void Add(LedgerTotals more)
    {
        Attempts += more.Attempts;
        Failed += more.Failed;
        Cancelled += more.Cancelled;
        MayHaveBeenBilled += more.MayHaveBeenBilled;
        Estimated += more.Estimated;
        Unpriced += more.Unpriced;
        Spent += more.Spent;
        ComputedCost += more.ComputedCost;
        CacheSavings += more.CacheSavings;
        CacheSurcharge += more.CacheSurcharge;
        Buckets.Add(more.Buckets);
    }

    internal void Clear()
    {
        Attempts = Failed = Cancelled = MayHaveBeenBilled = Estimated = Unpriced = 0;
        Spent = ComputedCost = CacheSavings = CacheSurcharge = 0;
        Buckets = default;
    }
}

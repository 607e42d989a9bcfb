using System.Runtime.CompilerServices;

namespace LlmStack.Catalog;

/// <summary>A cost by bucket, in US dollars; on the stack, for spans and budgets.</summary>
internal struct CostAmounts
{
    private Amounts _amounts;

    /// <summary>What a bucket cost.</summary>
    public decimal this[UsageBucket bucket]
    {
        readonly get => _amounts[(int)bucket];
        set => _amounts[(int)bucket] = value;
    }

    /// <summary>What the provider says it cost; null when it says nothing.</summary>
    public decimal? Reported { get; set; }

    /// <summary>Our own reckoning; null when the price is unknown.</summary>
    public decimal? Computed { get; set; }

    /// <summary>Whether a missing price was replaced by another, or the usage is a guess.</summary>
    public bool Estimated { get; set; }

    /// <summary>What the provider says, else our own reckoning.</summary>
    public readonly decimal Total => Reported ?? Computed ?? 0;

    /// <summary>Whether the provider's cost and our own are more than 1 % apart.</summary>
    public readonly bool Deviates => Reported is { } reported && Computed is { } computed && Math.Abs(reported - computed) > Math.Max(reported, computed) * 0.01m;

    [InlineArray(UsageBuckets.Count)]
    private struct Amounts
    {
        private decimal _first;
    }
}

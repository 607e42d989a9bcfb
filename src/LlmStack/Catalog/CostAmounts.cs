using System.Runtime.CompilerServices;

namespace LlmStack.Catalog;

/// <summary>
/// A cost by bucket, in US dollars; on the stack, for spans and budgets. Kept in integers while they are exact, in decimals from the first
/// amount on that they could not hold.
/// </summary>
internal struct CostAmounts
{
    private Integers _integers;
    private long _total;
    private decimal[]? _decimals;
    private decimal _decimalTotal;

    /// <summary>The buckets that were added.</summary>
    public BucketMask Used { get; private set; }

    /// <summary>What a bucket cost.</summary>
    public readonly decimal this[UsageBucket bucket] => _decimals is null ? PicoDollars.ToDecimal(_integers[(int)bucket]) : _decimals[(int)bucket];

    /// <summary>What the provider says it cost; null when it says nothing.</summary>
    public decimal? Reported { get; set; }

    /// <summary>Whether the price of everything that was used is known.</summary>
    public bool IsKnown { get; set; }

    /// <summary>Our own reckoning; null when the price is unknown.</summary>
    public readonly decimal? Computed => !IsKnown ? null : _decimals is null ? PicoDollars.ToDecimal(_total) : _decimalTotal;

    /// <summary>Whether a missing price was replaced by another, or the usage is a guess.</summary>
    public bool Estimated { get; set; }

    /// <summary>Whether <see cref="IntegerOf"/> and <see cref="IntegerTotal"/> say all there is to say.</summary>
    public readonly bool AreIntegers => _decimals is null && Reported is null;

    /// <summary>Our own reckoning in 10⁻¹² US dollars.</summary>
    public readonly long IntegerTotal => _total;

    /// <summary>What the provider says, else our own reckoning.</summary>
    public readonly decimal Total => Reported ?? Computed ?? 0;

    /// <summary>Whether the provider's cost and our own are more than 1 % apart.</summary>
    public readonly bool Deviates => Reported is { } reported && Computed is { } computed && Math.Abs(reported - computed) > Math.Max(reported, computed) * 0.01m;

    /// <summary>What a bucket cost in 10⁻¹² US dollars.</summary>
    public readonly long IntegerOf(UsageBucket bucket) => _integers[(int)bucket];

    /// <summary>Adds what a bucket cost: <paramref name="count"/> times <paramref name="rate"/>, which is for ten to the <paramref name="power"/> of them, 0 or 6.</summary>
    public void Add(UsageBucket bucket, long count, decimal rate, int power)
    {
        Used = Used.With(bucket);
        if (_decimals is null
            && PicoDollars.TryScale(rate, PicoDollars.Decimals - power, out long each)
            && Math.BigMul(count, each) is var amount
            && amount <= long.MaxValue - _total)
        {
            _integers[(int)bucket] = (long)amount;
            _total += (long)amount;
            return;
        }

        AddDecimal(bucket, power == 0 ? count * rate : count * rate * BucketRates.PerToken);
    }

    private void AddDecimal(UsageBucket bucket, decimal amount)
    {
        if (_decimals is null)
        {
            _decimals = new decimal[UsageBuckets.Count];
            _decimalTotal = PicoDollars.ToDecimal(_total);
            for (int i = 0; i < _decimals.Length; i++)
            {
                _decimals[i] = PicoDollars.ToDecimal(_integers[i]);
            }
        }

        _decimals[(int)bucket] = amount;
        _decimalTotal += amount;
    }

    [InlineArray(UsageBuckets.Count)]
    private struct Integers
    {
        private long _first;
    }
}

using System.Numerics;

namespace LlmStack.Testing.Simulation;

/// <summary>Counts durations in buckets no wider than 1/256 of their value, so that a million of them take no more room than one.</summary>
internal sealed class LatencyHistogram
{
    private const int SubBits = 8;
    private const int Sub = 1 << SubBits;

    private readonly int[] _counts = new int[(64 - SubBits) * Sub];
    private int _highest = -1;

    public long Count { get; private set; }

    public void Add(long ticks)
    {
        int bucket = BucketOf(Math.Max(0, ticks));
        _counts[bucket]++;
        _highest = Math.Max(_highest, bucket);
        Count++;
    }

    /// <summary>The duration that this share of all stays within; null without samples.</summary>
    public TimeSpan? Quantile(double share)
    {
        if (Count == 0)
        {
            return null;
        }

        long rank = Math.Max(1, (long)Math.Ceiling(share * Count));
        long seen = 0;
        int bucket = -1;
        while (seen < rank)
        {
            seen += _counts[++bucket];
        }

        return new TimeSpan(MiddleOf(bucket));
    }

    public void Clear()
    {
        Array.Clear(_counts, 0, _highest + 1);
        _highest = -1;
        Count = 0;
    }

    private static int BucketOf(long ticks)
    {
        int shift = Math.Max(0, BitOperations.Log2((ulong)ticks | 1) - SubBits);
        return (shift * Sub) + (int)(ticks >> shift);
    }

    private static long MiddleOf(int bucket)
    {
        int shift = Math.Max(0, (bucket / Sub) - 1);
        long lowest = (long)(bucket - (shift * Sub)) << shift;
        return lowest + ((1L << shift) / 2);
    }
}

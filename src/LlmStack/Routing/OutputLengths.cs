using System.Runtime.CompilerServices;

namespace LlmStack.Routing;

/// <summary>How long answers are: counts by length in steps of a fourth of a doubling, of which the older ones fade.</summary>
internal sealed class OutputLengths
{
    private const int StepsPerDoubling = 4;
    private const int Steps = 25 * StepsPerDoubling;
    private const int FadeAt = 512;
    private const double High = 0.95;

    private readonly Lock _lock = new();
    private Counts _counts;
    private int _total;
    private int _longest;

    public bool IsEmpty => Volatile.Read(ref _total) == 0;

    public void Add(long tokens)
    {
        int length = (int)Math.Clamp(tokens, 1, int.MaxValue);
        int step = Math.Min(Steps - 1, (int)(Math.Log2(length) * StepsPerDoubling));
        lock (_lock)
        {
            _counts[step]++;
            _longest = Math.Max(_longest, length);
            if (++_total >= FadeAt)
            {
                Fade();
            }
        }
    }

    /// <summary>A length that 95 % of the answers do not exceed.</summary>
    public int High95()
    {
        lock (_lock)
        {
            int below = 0;
            int most = (int)Math.Ceiling(_total * High);
            for (int step = 0; step < Steps; step++)
            {
                below += _counts[step];
                if (below >= most)
                {
                    return Math.Min(_longest, (int)Math.Min(int.MaxValue, Math.Ceiling(Math.Pow(2, (step + 1.0) / StepsPerDoubling))));
                }
            }

            return _longest;
        }
    }

    private void Fade()
    {
        _total = 0;
        for (int step = 0; step < Steps; step++)
        {
            _counts[step] /= 2;
            _total += _counts[step];
        }
    }

    [InlineArray(Steps)]
    private struct Counts
    {
        private ushort _first;
    }
}

namespace LlmStack.Health;

/// <summary>Attempts and failures by kind in a sliding window of ten slots. Not thread-safe.</summary>
internal sealed class SlidingCounts(long slotTicks)
{
    /// <summary>Slots in a window.</summary>
    public const int SlotCount = 10;

    private const int Kinds = (int)LlmErrorKind.Cancelled + 1;

    // Made with the first failure: most deployments see none.
    private int[]? _failures;
    private readonly int[] _attempts = new int[SlotCount];
    private readonly long[] _numbers = new long[SlotCount];

    /// <summary>The length of a slot in ticks.</summary>
    public long SlotTicks { get; } = Math.Max(1, slotTicks);

    /// <summary>The window that somebody else looks at, of another length.</summary>
    public SlidingCounts? Next { get; set; }

    /// <summary>The slot of a window of <paramref name="length"/> ticks.</summary>
    public static long SlotOf(long length) => Math.Max(1, length / SlotCount);

    /// <summary>Adds attempts that ended at <paramref name="now"/>, or in the same slot.</summary>
    public void AddAttempts(long now, int count)
    {
        int slot = SlotAt(now);
        _attempts[slot] += count;
    }

    public void AddFailure(long now, LlmErrorKind kind)
    {
        int slot = SlotAt(now);
        _attempts[slot]++;
        _failures ??= new int[SlotCount * Kinds];
        _failures[(slot * Kinds) + (int)kind]++;
    }

    /// <summary>Sums the window that ends now.</summary>
    public FailureCounts Sum(long now, LlmErrorKind kind)
    {
        int attempts = 0;
        int failures = 0;
        int failuresOfKind = 0;
        long number = NumberAt(now);
        for (int slot = 0; slot < SlotCount; slot++)
        {
            if (number - _numbers[slot] >= SlotCount)
            {
                continue;
            }
            attempts += _attempts[slot];
            if (_failures is null)
            {
                continue;
            }
            failuresOfKind += _failures[(slot * Kinds) + (int)kind];
            for (int k = 0; k < Kinds; k++)
            {
                failures += _failures[(slot * Kinds) + k];
            }
        }
        return new FailureCounts(attempts, failures, failuresOfKind);
    }

    /// <summary>Takes what another window remembers, to the accuracy of its slots.</summary>
    public void CopyFrom(SlidingCounts other, long now)
    {
        // From the oldest slot to the newest, because a newer one wipes what is a window older.
        long latest = other.NumberAt(now);
        for (long number = latest - SlotCount + 1; number <= latest; number++)
        {
            int from = (int)((ulong)number % SlotCount);
            if (other._numbers[from] != number)
            {
                continue;
            }

            int slot = SlotAt(number * other.SlotTicks);
            _attempts[slot] += other._attempts[from];
            if (other._failures is null)
            {
                continue;
            }

            _failures ??= new int[SlotCount * Kinds];
            for (int kind = 0; kind < Kinds; kind++)
            {
                _failures[(slot * Kinds) + kind] += other._failures[(from * Kinds) + kind];
            }
        }
    }

    public void Clear()
    {
        Array.Clear(_attempts);
        if (_failures is not null)
        {
            Array.Clear(_failures);
        }
    }

    private long NumberAt(long now) => now / SlotTicks;

    private int SlotAt(long now)
    {
        long number = NumberAt(now);
        int slot = (int)((ulong)number % SlotCount);
        if (_numbers[slot] != number)
        {
            _numbers[slot] = number;
            _attempts[slot] = 0;
            _failures?.AsSpan(slot * Kinds, Kinds).Clear();
        }
        return slot;
    }
}

namespace LlmStack.Health;

/// <summary>Attempts and failures by kind in a sliding window of ten slots. Not thread-safe.</summary>
internal sealed class SlidingCounts
{
    /// <summary>Slots in a window.</summary>
    public const int SlotCount = 10;

    private const int Kinds = (int)LlmErrorKind.Cancelled + 1;

    // Made with the first failure: most deployments see none.
    private int[]? _failures;
    private readonly int[] _attempts = new int[SlotCount];
    private readonly long[] _numbers = new long[SlotCount];

    private long _slotTicks;

    /// <summary>Sets the window's length in ticks; another length starts from nothing.</summary>
    public void SetLength(long window)
    {
        long ticks = Math.Max(1, window / SlotCount);
        if (ticks != _slotTicks)
        {
            _slotTicks = ticks;
            Clear();
        }
    }

    /// <summary>The length of a slot in ticks; 0 before a length is set.</summary>
    public long SlotTicks => _slotTicks;

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

    public void Clear()
    {
        Array.Clear(_attempts);
        if (_failures is not null)
        {
            Array.Clear(_failures);
        }
    }

    private long NumberAt(long now) => now / _slotTicks;

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

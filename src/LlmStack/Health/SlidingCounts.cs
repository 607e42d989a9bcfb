namespace LlmStack.Health;

/// <summary>Attempts and failures by kind in a sliding window of ten slots. Not thread-safe.</summary>
internal sealed class SlidingCounts
{
    private const int SlotCount = 10;
    private const int Kinds = (int)LlmErrorKind.Cancelled + 1;

    private readonly int[] _failures = new int[SlotCount * Kinds];
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

    public void EnsureLength(long window)
    {
        if (_slotTicks == 0)
        {
            SetLength(window);
        }
    }

    public void AddAttempt(long now)
    {
        int slot = SlotAt(now);
        _attempts[slot]++;
    }

    public void AddFailure(long now, LlmErrorKind kind)
    {
        int slot = SlotAt(now);
        _attempts[slot]++;
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
        Array.Clear(_failures);
        Array.Clear(_attempts);
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
            Array.Clear(_failures, slot * Kinds, Kinds);
        }
        return slot;
    }
}

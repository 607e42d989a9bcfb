namespace LlmStack.Health;

/// <summary>
/// What is counted of a deployment, once for every length of window that its groups ask for: groups may share a deployment and look back
/// over different times. Not thread-safe.
/// </summary>
internal struct FailureWindows
{
    /// <summary>Lengths kept at a time. Configurations have one or two; every reload may bring more, and the one unused for longest goes.</summary>
    public const int MostLengths = 4;

    private SlidingCounts? _latest;

    /// <summary>The slot of the shortest window in ticks; 0 before the first.</summary>
    public readonly long SlotTicks
    {
        get
        {
            long shortest = 0;
            for (SlidingCounts? window = _latest; window is not null; window = window.Next)
            {
                shortest = shortest == 0 ? window.SlotTicks : Math.Min(shortest, window.SlotTicks);
            }

            return shortest;
        }
    }

    /// <summary>Adds attempts that ended well in the slot that starts at <paramref name="slotStarts"/>.</summary>
    public void AddAttempts(long slotStarts, long slotTicks, int count)
    {
        _latest ??= new SlidingCounts(slotTicks);
        for (SlidingCounts? window = _latest; window is not null; window = window.Next)
        {
            window.AddAttempts(slotStarts, count);
        }
    }

    /// <summary>Adds a failure to every window, and sums the one of <paramref name="length"/> ticks.</summary>
    public FailureCounts AddFailure(long now, long length, LlmErrorKind kind)
    {
        SlidingCounts asked = Take(SlidingCounts.SlotOf(length), now);
        for (SlidingCounts? window = _latest; window is not null; window = window.Next)
        {
            window.AddFailure(now, kind);
        }

        return asked.Sum(now, kind);
    }

    public readonly void Clear()
    {
        for (SlidingCounts? window = _latest; window is not null; window = window.Next)
        {
            window.Clear();
        }
    }

    /// <summary>The window of a length, put first. A new one begins with what the longest of the others remembers.</summary>
    private SlidingCounts Take(long slotTicks, long now)
    {
        SlidingCounts? longest = null;
        SlidingCounts? before = null;
        for (SlidingCounts? window = _latest; window is not null; before = window, window = window.Next)
        {
            if (window.SlotTicks == slotTicks)
            {
                if (before is not null)
                {
                    before.Next = window.Next;
                    window.Next = _latest;
                }

                return _latest = window;
            }

            longest = longest is null || window.SlotTicks > longest.SlotTicks ? window : longest;
        }

        _latest = new SlidingCounts(slotTicks) { Next = _latest };
        if (longest is not null)
        {
            _latest.CopyFrom(longest, now);
        }

        ForgetOldest();
        return _latest;
    }

    private readonly void ForgetOldest()
    {
        SlidingCounts last = _latest!;
        for (int kept = 1; kept < MostLengths && last.Next is { } next; kept++)
        {
            last = next;
        }

        last.Next = null;
    }
}

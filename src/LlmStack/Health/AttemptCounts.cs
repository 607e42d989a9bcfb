namespace LlmStack.Health;

/// <summary>What every attempt at a deployment writes, side by side: calls in flight, how the last ones ended, the window's slot of this moment.</summary>
internal struct AttemptCounts
{
    /// <summary>Guards the rest, and whatever else is learned of the deployment.</summary>
    public SpinGate Gate;

    public int InFlight;
    public long Successes;
    public RecentOutcomes Recent;

    /// <summary>Attempts that ended well since the slot began; not in the window yet.</summary>
    public int Attempts;

    private long _slotEnds;

    /// <summary>In <see cref="TimeProvider"/> ticks.</summary>
    public long SlotStarts { get; private set; }

    public readonly long SlotTicks => _slotEnds - SlotStarts;

    public void Leave() => InFlight -= InFlight > 0 ? 1 : 0;

    /// <summary>Counts an attempt; false when the slot is over, or there is none.</summary>
    public bool TryCount(long now)
    {
        if (now < SlotStarts || now >= _slotEnds)
        {
            return false;
        }
        Attempts++;
        return true;
    }

    /// <summary>Begins the slot that holds <paramref name="now"/>, with one attempt.</summary>
    public void BeginSlot(long now, long ticks)
    {
        SlotStarts = now - (now % ticks);
        _slotEnds = SlotStarts + ticks;
        Attempts = 1;
    }

    public void ForgetSlot()
    {
        Attempts = 0;
        SlotStarts = 0;
        _slotEnds = 0;
    }
}

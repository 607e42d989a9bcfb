namespace LlmStack.Limits;

/// <summary>
/// The time of day at a timestamp that has been read already: budgets that follow the calendar need both, and each clock costs as much as the
/// decision. The wall clock itself is read once in a second, so a step of it is seen within one.
/// </summary>
internal sealed class WallClock(TimeProvider time)
{
    private readonly long _frequency = time.TimestampFrequency;
    private readonly double _ticks = (double)TimeSpan.TicksPerSecond / time.TimestampFrequency;
    private Anchor _anchor = new(time.GetTimestamp(), time.GetUtcNow().UtcTicks);

    /// <summary>UTC at a timestamp of the same <see cref="TimeProvider"/>, in ticks.</summary>
    public long At(long timestamp)
    {
        Anchor anchor = _anchor;
        long since = timestamp - anchor.Timestamp;
        if (since < 0 || since >= _frequency)
        {
            _anchor = anchor = new Anchor(time.GetTimestamp(), time.GetUtcNow().UtcTicks);
            since = Math.Clamp(timestamp - anchor.Timestamp, -_frequency, _frequency);
        }

        return anchor.UtcTicks + (long)(since * _ticks);
    }

    private sealed record Anchor(long Timestamp, long UtcTicks);
}

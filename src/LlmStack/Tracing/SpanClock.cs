namespace LlmStack.Tracing;

/// <summary>Wall time from monotonic timestamps: a pair of both clocks, taken anew now and then because a machine may sleep.</summary>
internal sealed class SpanClock
{
    private static readonly TimeSpan AnchorLifetime = TimeSpan.FromSeconds(10);
    private readonly TimeProvider _time;
    private readonly long _anchorTicks;
    private Anchor _anchor;

    public SpanClock(TimeProvider time)
    {
        _time = time;
        _anchorTicks = (long)(AnchorLifetime.TotalSeconds * time.TimestampFrequency);
        _anchor = Take();
    }

    /// <summary>Nanoseconds since 1970 at <paramref name="timestamp"/>, which is now or recent.</summary>
    public long UnixNanos(long timestamp)
    {
        Anchor anchor = Volatile.Read(ref _anchor);
        if (timestamp - anchor.Timestamp > _anchorTicks)
        {
            anchor = Take();
            Volatile.Write(ref _anchor, anchor);
        }

        return anchor.UnixNanos + Nanos(timestamp - anchor.Timestamp);
    }

    /// <summary>Monotonic ticks in nanoseconds.</summary>
    public long Nanos(long ticks)
    {
        long frequency = _time.TimestampFrequency;
        return frequency == 1_000_000_000 ? ticks : (long)((Int128)ticks * 1_000_000_000 / frequency);
    }

    private Anchor Take() => new(_time.GetTimestamp(), (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100);

    private sealed record Anchor(long Timestamp, long UnixNanos);
}

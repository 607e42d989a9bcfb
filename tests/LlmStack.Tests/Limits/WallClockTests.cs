using LlmStack.Limits;
using Microsoft.Extensions.Time.Testing;

namespace LlmStack.Tests.Limits;

public sealed class WallClockTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 24, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_timestamp_is_the_time_of_day_it_was_read_at()
    {
        var time = new FakeTimeProvider(Start);
        var clock = new WallClock(time);
        foreach (int milliseconds in (int[])[0, 1, 998, 1, 5_000, 86_400_000])
        {
            time.Advance(TimeSpan.FromMilliseconds(milliseconds));
            Assert.Equal(time.GetUtcNow().UtcTicks, clock.At(time.GetTimestamp()));
        }
    }

    [Fact]
    public void A_step_of_the_wall_clock_is_seen_within_a_second()
    {
        var time = new SteppedTime();
        var clock = new WallClock(time);
        time.Offset = TimeSpan.FromHours(-1);
        time.Timestamp = 999;
        Assert.Equal(Start.AddMilliseconds(999).UtcTicks, clock.At(time.GetTimestamp()));
        time.Timestamp = 1_000;
        Assert.Equal(Start.AddSeconds(1).AddHours(-1).UtcTicks, clock.At(time.GetTimestamp()));
    }

    [Fact]
    public void A_timestamp_of_a_moment_ago_is_that_moment()
    {
        var time = new SteppedTime { Timestamp = 5_000 };
        var clock = new WallClock(time);
        Assert.Equal(Start.AddMilliseconds(4_990).UtcTicks, clock.At(4_990));
    }

    /// <summary>Counts milliseconds; its wall clock may be set.</summary>
    private sealed class SteppedTime : TimeProvider
    {
        public long Timestamp { get; set; }

        public TimeSpan Offset { get; set; }

        public override long TimestampFrequency => 1_000;

        public override long GetTimestamp() => Timestamp;

        public override DateTimeOffset GetUtcNow() => Start.AddMilliseconds(Timestamp) + Offset;
    }
}

using LlmStack.Langfuse.Spooling;
using Microsoft.Extensions.Time.Testing;

namespace LlmStack.Tests.Langfuse.Spooling;

/// <summary>How many segments lie ready: what a burst would fill in 250 ms, and at rest no more than before it.</summary>
public sealed class SpoolPaceTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly SpoolPace _pace;

    public SpoolPaceTests() => _pace = new SpoolPace(atRest: 2, most: 16, _time);

    [Theory]
    [InlineData(1_000, 1, 2)]
    [InlineData(100, 1, 3)]
    [InlineData(50, 1, 5)]
    [InlineData(100, 4, 10)]
    [InlineData(1, 1, 16)]
    public void As_many_lie_ready_as_the_rate_would_fill(int milliseconds, int taken, int ahead)
    {
        _time.Advance(TimeSpan.FromMilliseconds(milliseconds));
        _pace.Observe(taken, isTick: false);

        Assert.Equal(ahead, _pace.Ahead);
    }

    [Fact]
    public void A_burst_is_remembered_for_a_while_and_its_reserve_given_up_by_halves()
    {
        _time.Advance(TimeSpan.FromMilliseconds(1));
        _pace.Observe(1, isTick: false);
        List<int> ahead = [];
        for (int i = 0; i < 5; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            _pace.Observe(1, isTick: true);
            ahead.Add(_pace.Ahead);
        }

        Assert.Equal([16, 8, 4, 2, 2], ahead);
    }

    [Fact]
    public void A_slower_stream_after_a_burst_keeps_what_it_needs_itself()
    {
        _time.Advance(TimeSpan.FromMilliseconds(1));
        _pace.Observe(1, isTick: false);
        long taken = 1;
        for (int i = 0; i < 50; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            _pace.Observe(++taken, isTick: i % 10 == 9);
        }

        Assert.Equal(3, _pace.Ahead);
    }
}

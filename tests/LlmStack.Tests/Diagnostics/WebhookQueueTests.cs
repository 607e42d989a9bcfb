using LlmStack.Diagnostics.Events;
using Microsoft.Extensions.Time.Testing;

namespace LlmStack.Tests.Diagnostics;

public sealed class WebhookQueueTests
{
    private readonly FakeTimeProvider _time = new();

    private static LlmEvent Event(string subject, string message = "m") => new() { Kind = LlmEventKind.BreakerOpened, Subject = subject, Message = message };

    [Fact]
    public void What_does_not_fit_is_refused_and_may_come_again_later()
    {
        var queue = new WebhookQueue(2, TimeSpan.FromMinutes(5), _time);
        Assert.Equal([true, true, false], new[] { "a", "b", "c" }.Select(subject => queue.TryAdd(Event(subject))));
        Assert.Equal(["a", "b"], queue.Take(everything: false, out _).Select(static item => item.Event.Subject));
        Assert.True(queue.TryAdd(Event("c")));
    }

    [Fact]
    public void The_first_of_its_like_is_sent_at_once_and_the_last_when_the_time_is_over()
    {
        var queue = new WebhookQueue(10, TimeSpan.FromMinutes(5), _time);
        queue.TryAdd(Event("a", "first"));
        queue.TryAdd(Event("a", "second"));
        queue.TryAdd(Event("a", "third"));
        Assert.Equal([("first", 0)], Take(queue));
        Assert.Empty(Take(queue));
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal([("third", 1)], Take(queue));
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Empty(queue.Take(everything: false, out bool more));
        Assert.False(more);
        queue.TryAdd(Event("a", "fourth"));
        Assert.Equal([("fourth", 0)], Take(queue));
    }

    [Fact]
    public void Without_a_time_every_event_is_sent_and_at_the_end_nothing_is_kept_back()
    {
        var all = new WebhookQueue(10, TimeSpan.Zero, _time);
        all.TryAdd(Event("a", "first"));
        all.TryAdd(Event("a", "second"));
        Assert.Equal([("first", 0), ("second", 0)], Take(all));

        var waiting = new WebhookQueue(10, TimeSpan.FromMinutes(5), _time);
        waiting.TryAdd(Event("a", "first"));
        waiting.TryAdd(Event("a", "second"));
        Assert.Equal(["first", "second"], waiting.Take(everything: true, out _).Select(static item => item.Event.Message));
    }

    private static IEnumerable<(string Message, int Repeated)> Take(WebhookQueue queue) =>
        queue.Take(everything: false, out _).Select(static item => (item.Event.Message, item.Repeated));
}

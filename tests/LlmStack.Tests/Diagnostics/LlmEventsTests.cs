using LlmStack.Catalog;
using LlmStack.Diagnostics;
using LlmStack.Diagnostics.Events;
using LlmStack.Routing;
using LlmStack.Tests.Calls;
using LlmStack.Tracing;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace LlmStack.Tests.Diagnostics;

public sealed class LlmEventsTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 28, 8, 0, 0, TimeSpan.Zero));
    private readonly FakeLogger<LlmEventSource> _logger = new();

    private static LlmEvent Event(string subject) => new() { Kind = LlmEventKind.SinkTrouble, Subject = subject, Message = subject + " is in trouble." };

    [Fact]
    public async Task Observers_are_told_in_order_and_not_after_they_have_left()
    {
        using var events = new LlmEventSource(_time, _logger);
        var a = new Listener();
        var b = new Listener();
        using IDisposable stays = events.Subscribe(a);
        IDisposable leaves = events.Subscribe(b);
        events.Raise(Event("one"));
        events.Raise(Event("two"));
        await events.IdleAsync();
        leaves.Dispose();
        events.Raise(Event("three"));
        await events.IdleAsync();
        Assert.Equal(["one", "two", "three"], a.Subjects);
        Assert.Equal(["one", "two"], b.Subjects);
        Assert.Equal(_time.GetUtcNow(), a.All[0].At);
    }

    [Fact]
    public async Task An_observer_that_throws_hurts_nobody()
    {
        using var events = new LlmEventSource(_time, _logger);
        var good = new Listener();
        events.Subscribe(new Listener { Fails = true });
        events.Subscribe(good);
        events.Raise(Event("one"));
        await events.IdleAsync();
        Assert.Equal(["one"], good.Subjects);
        Assert.Equal((1300, "An observer of LlmStack's events threw InvalidOperationException; it keeps being told"), (_logger.LatestRecord.Id.Id, _logger.LatestRecord.Message));
    }

    [Fact]
    public async Task A_slow_observer_delays_no_call_and_what_does_not_fit_is_counted()
    {
        var meters = new TestMeterFactory();
        using var dropped = new MetricCollector<long>(meters, MetricNames.Meter, "llmstack.events.dropped");
        using var events = new LlmEventSource(_time, _logger, meters);
        using var gate = new ManualResetEventSlim();
        var slow = new Listener { Gate = gate };
        events.Subscribe(slow);
        events.Raise(Event("first"));
        await slow.Entered.Task.WaitAsync(TimeSpan.FromSeconds(30));
        for (int i = 0; i < LlmEventSource.Capacity + 5; i++)
        {
            events.Raise(Event("e" + i));
        }

        Assert.Equal(5, dropped.GetMeasurementSnapshot().Sum(static m => m.Value));
        gate.Set();
        await events.IdleAsync();
        Assert.Equal(LlmEventSource.Capacity + 1, slow.All.Count);
    }

    [Fact]
    public void The_sequence_ends_with_its_container()
    {
        var events = new LlmEventSource(_time, _logger);
        var before = new Listener();
        events.Subscribe(before);
        events.Raise(Event("last"));
        events.Dispose();
        var after = new Listener();
        events.Subscribe(after);
        events.Raise(Event("never"));
        Assert.Equal((true, true), (before.Completed, after.Completed));
        Assert.Equal(["last"], before.Subjects);
        Assert.Empty(after.All);
    }

    [Fact]
    public async Task A_breaker_tells_when_it_opens_and_when_it_closes()
    {
        using var h = new CallHarness(llm => llm.AddModelGroup("fast", g => g.AddDeployment("a/m").AddDeployment("b/m", d => d.Order = 1)), "a", "b");
        var listener = new Listener();
        using IDisposable subscription = h.Get<ILlmEvents>().Subscribe(listener);
        h["a"].OnCall(1).RateLimited(TimeSpan.FromSeconds(7));
        await h.Client.ChatAsync("fast", "Hello");
        h.Time.Advance(TimeSpan.FromSeconds(8));
        await h.Client.ChatAsync("fast", "Hello");
        await h.Get<LlmEventSource>().IdleAsync();
        LlmEvent[] told = [.. listener.All.Where(static e => e.Kind is LlmEventKind.BreakerOpened or LlmEventKind.BreakerClosed)];
        Assert.Equal([(LlmEventKind.BreakerOpened, "a/m"), (LlmEventKind.BreakerClosed, "a/m")], told.Select(static e => (e.Kind, e.Subject)));
        Assert.Equal((LlmErrorKind.RateLimited, TimeSpan.FromSeconds(7), "a", "m"), (told[0].Error, told[0].Duration, told[0].Provider, told[0].Model));
        Assert.Null(told[1].Error);
    }

    [Fact]
    public async Task A_model_without_a_price_is_told_once()
    {
        using var h = new CallHarness(static _ => { }, "a");
        var listener = new Listener();
        using IDisposable subscription = h.Get<ILlmEvents>().Subscribe(listener);
        await h.Client.ChatAsync("a/nobody-knows", "Hello");
        await h.Client.ChatAsync("a/nobody-knows", "Hello");
        await h.Get<LlmEventSource>().IdleAsync();
        LlmEvent told = Assert.Single(listener.All);
        Assert.Equal((LlmEventKind.UnknownModel, "a/nobody-knows"), (told.Kind, told.Subject));
    }

    [Theory]
    [InlineData(2.00, 0)]
    [InlineData(2.02, 0)]
    [InlineData(2.03, 1)]
    public async Task A_price_that_drifted_by_more_than_a_hundredth_is_told_once_in_a_while(double reported, int expected)
    {
        using var events = new LlmEventSource(_time, _logger);
        var listener = new Listener();
        events.Subscribe(listener);
        var watch = new PriceDriftWatch(events, _time);
        CallRoute route = Calls.Route();
        route.Billing = new BillingTerms { ReportedCost = (decimal)reported };
        watch.Look(Calls.Succeeded(route));
        watch.Look(Calls.Succeeded(route));
        await events.IdleAsync();
        Assert.Equal(expected, listener.All.Count);
        _time.Advance(PriceDriftWatch.Quiet);
        watch.Look(Calls.Succeeded(route));
        await events.IdleAsync();
        Assert.Equal(expected * 2, listener.All.Count);
        Assert.All(listener.All, e => Assert.Equal((LlmEventKind.PriceDrift, "p/m", (decimal?)reported, 2m), (e.Kind, e.Subject, e.Amount, e.Limit)));
    }

    [Fact]
    public async Task A_sink_that_stops_delivering_is_told_and_so_is_its_recovery()
    {
        using var events = new LlmEventSource(_time, _logger);
        var listener = new Listener();
        events.Subscribe(listener);
        var sink = new PausingSink();
        using var watch = new SinkWatch(events, [sink], _time);
        _time.Advance(SinkWatch.Interval);
        sink.PauseReason = "status 401";
        _time.Advance(SinkWatch.Interval);
        _time.Advance(SinkWatch.Interval);
        sink.PauseReason = null;
        _time.Advance(SinkWatch.Interval);
        await events.IdleAsync();
        Assert.Equal([LlmEventKind.SinkTrouble, LlmEventKind.SinkRecovered], listener.All.Select(static e => e.Kind));
        Assert.Equal("PausingSink does not deliver: status 401", listener.All[0].Message);
    }

    internal sealed class Listener : IObserver<LlmEvent>
    {
        public List<LlmEvent> All { get; } = [];

        public IEnumerable<string> Subjects => All.Select(static e => e.Subject);

        public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ManualResetEventSlim? Gate { get; init; }

        public bool Fails { get; init; }

        public bool Completed { get; private set; }

        public void OnCompleted() => Completed = true;

        public void OnError(Exception error)
        {
        }

        public void OnNext(LlmEvent value)
        {
            Entered.TrySetResult();
            Gate?.Wait();
            All.Add(value);
            if (Fails)
            {
                throw new InvalidOperationException("broken");
            }
        }
    }

    private sealed class PausingSink : ITraceSink, ITraceSinkStatus
    {
        public string? PauseReason { get; set; }

        public long Delivered => 0;

        public long Dropped => 0;

        public void Emit(in SpanData span)
        {
        }

        public void Emit(in ScoreData score)
        {
        }

        public ValueTask<FlushResult> FlushAsync(TimeSpan timeout, CancellationToken cancellationToken = default) => new(new FlushResult(0, 0, 0, null));
    }
}

using LlmStack.Routing;
using LlmStack.Tests.Calls;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;

namespace LlmStack.Tests.Tracing;

[Collection(ActivitiesInTurn.Name)]
public sealed class TailSamplingTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly RecordingSink _sink = new();

    [Fact]
    public void A_trace_with_an_error_anywhere_is_kept_as_a_whole_in_its_order()
    {
        LlmTracer tracer = Tracer();
        using (TraceScope trace = tracer.StartTrace("trace"))
        {
            trace.StartSpan("fine").Dispose();
            using (SpanScope bad = trace.StartSpan("bad"))
            {
                bad.Fail(new InvalidOperationException("no"));
            }

            trace.Score("helpful", 0);
            trace.StartSpan("later").Dispose();
            Assert.Empty(_sink.Spans);
            Assert.Empty(_sink.Scores);
            Assert.Equal(4, tracer.Pipeline.Waiting);
        }

        Assert.Equal(["fine", "bad", "later", "trace"], _sink.Spans.Select(s => s.Name));
        Assert.Single(_sink.Scores);
        Assert.Equal(0, tracer.Pipeline.Waiting);
        Assert.Equal(0, tracer.Pipeline.LeftOut.SampledOutCount);
    }

    [Fact]
    public void A_trace_without_anything_to_keep_is_counted()
    {
        LlmTracer tracer = Tracer();
        using (TraceScope trace = tracer.StartTrace("trace"))
        {
            trace.StartSpan("fine").Dispose();
            trace.Score("helpful", 1);
        }

        Assert.Empty(_sink.Spans);
        Assert.Empty(_sink.Scores);
        Assert.Equal(3, tracer.Pipeline.LeftOut.SampledOutCount);
        Assert.Equal(0, tracer.Pipeline.Waiting);
    }

    [Fact]
    public void Slow_traces_are_kept_at_exactly_the_bound()
    {
        LlmTracer tracer = Tracer(o => o.Tail.KeepSlowerThan = TimeSpan.FromSeconds(3));
        Run(TimeSpan.FromSeconds(3) - TimeSpan.FromMilliseconds(1), "quick");
        Run(TimeSpan.FromSeconds(3), "slow");
        Assert.Equal(["slow"], _sink.Spans.Select(s => s.Name));

        void Run(TimeSpan length, string name)
        {
            using TraceScope trace = tracer.StartTrace(name);
            _time.Advance(length);
        }
    }

    [Theory]
    [InlineData(0.24, 2)]
    [InlineData(0.2400001, 0)]
    public async Task Costly_traces_are_kept_at_exactly_the_sum_of_their_calls(double bound, int expected)
    {
        using CallHarness h = new(
            llm => llm
                .AddModelGroup("fast", g => g.AddDeployment("a/m", d => d.Price = new ModelPrice { InputPerMillion = 100, OutputPerMillion = 200 }))
                .Configure(o => (o.Tracing.SampleRate, o.Tracing.Tail.KeepErrors, o.Tracing.Tail.KeepCostlierThan) = (0, false, (decimal)bound)),
            "a");
        h["a"].OnOtherCalls.Answer("x").Usage(1_000, 100);
        using (h.Tracer.StartTrace("costly"))
        {
            await h.Client.ChatAsync("fast", "one");
            await h.Client.ChatAsync("fast", "two");
        }

        using (h.Tracer.StartTrace("cheap"))
        {
            await h.Client.ChatAsync("fast", "one");
        }

        Assert.Equal(expected, h.Traces.Spans.Count(span => span.Usage is not null && span.Deployment is not null));
        Assert.DoesNotContain(h.Traces.Spans, static span => span.Name == "cheap");
        Assert.Equal(expected > 0, h.Traces.Spans.Any(static span => span.Name == "costly"));
    }

    [Fact]
    public void What_comes_after_a_trace_was_kept_goes_on_at_once()
    {
        LlmTracer tracer = Tracer();
        TraceId id;
        SpanScope late;
        using (TraceScope trace = tracer.StartTrace("trace"))
        {
            id = trace.TraceId;
            late = trace.StartSpan("late");
            trace.Fail(new InvalidOperationException("no"));
        }

        late.Dispose();
        tracer.Score(new ScoreData { Name = "review", Value = 0, TraceId = id });
        Assert.Equal(["trace", "late"], _sink.Spans.Select(s => s.Name));
        Assert.Single(_sink.Scores);
    }

    [Fact]
    public void Beyond_its_bounds_the_oldest_trace_is_decided_by_what_is_known()
    {
        LlmTracer tracer = Tracer(o => o.Tail.MaxSpans = 16);
        TraceScope failing = tracer.StartTrace("failing");
        using (SpanScope bad = failing.StartSpan("bad"))
        {
            bad.Fail(new InvalidOperationException("no"));
        }

        failing.Dispose();
        using (TraceScope endless = tracer.StartTrace("endless"))
        {
            for (int i = 0; i < 40; i++)
            {
                endless.StartSpan("part").Dispose();
                Assert.InRange(tracer.Pipeline.Waiting, 0, 16);
            }
        }

        Assert.Equal(["bad", "failing"], _sink.Spans.Select(s => s.Name));
        Assert.Equal(41, tracer.Pipeline.LeftOut.SampledOutCount);
    }

    [Fact]
    public async Task What_waits_too_long_is_decided_and_a_flush_says_what_waits()
    {
        LlmTracer tracer = Tracer(o => o.Tail.MaxAge = TimeSpan.FromMinutes(1));
        TraceScope trace = tracer.StartTrace("trace");
        using (SpanScope bad = trace.StartSpan("bad"))
        {
            bad.Fail(new InvalidOperationException("no"));
        }

        FlushResult before = await tracer.FlushAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(1, before.Pending);
        Assert.Contains("wait for the end of their trace", before.Error, StringComparison.Ordinal);
        _time.Advance(TimeSpan.FromMinutes(1) + TimeSpan.FromTicks(1));
        FlushResult after = await tracer.FlushAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(0, after.Pending);
        Assert.Equal(["bad"], _sink.Spans.Select(s => s.Name));
        trace.Dispose();
        Assert.Equal(["bad", "trace"], _sink.Spans.Select(s => s.Name));
    }

    [Fact]
    public void Dispose_decides_all_that_waits()
    {
        LlmTracer tracer = Tracer();
        TraceScope trace = tracer.StartTrace("trace");
        using (SpanScope bad = trace.StartSpan("bad"))
        {
            bad.Fail(new InvalidOperationException("no"));
        }

        tracer.Dispose();
        Assert.Equal(["bad"], _sink.Spans.Select(s => s.Name));
        trace.Dispose();
    }

    [Fact]
    public void Traces_that_the_id_keeps_never_wait()
    {
        LlmTracer tracer = Tracer(o => o.SampleRate = 0.999999);
        using TraceScope trace = tracer.StartTrace("trace");
        trace.StartSpan("part").Dispose();
        Assert.Single(_sink.Spans);
    }

    [Fact]
    public void Held_spans_keep_what_they_said_when_their_options_change_and_records_are_used_again()
    {
        LlmTracer tracer = Tracer();
        var options = new ChatOptions { Temperature = 0.5f };
        using (TraceScope trace = tracer.StartTrace("trace"))
        {
            SpanRecord call = tracer.StartAutomatic("call", ObservationType.Generation, _time.GetTimestamp())!;
            call.Options = options;
            call.Usage = new UsageDetails { InputTokenCount = 7 };
            tracer.End(call, _time.GetTimestamp());
            options.Temperature = 2;
            for (int i = 0; i < 100; i++)
            {
                trace.StartSpan("filler").Dispose();
            }

            trace.Fail(new InvalidOperationException("no"));
        }

        SpanData kept = _sink["call"];
        Assert.Equal(0.5f, kept.Record.Options!.Temperature);
        Assert.Equal(7, kept.Usage!.InputTokenCount);
        Assert.Equal(102, _sink.Spans.Count);
    }

    [Fact]
    public async Task Under_parallel_load_every_trace_is_whole_or_counted()
    {
        var options = new TracingOptions { SampleRate = 0.2, Tail = { MaxSpans = 100_000 } };
        var tracer = new LlmTracer([_sink], [], options, TimeProvider.System, new SeededRandomSource(5));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(() =>
        {
            for (int i = 0; i < 500; i++)
            {
                using TraceScope trace = tracer.StartTrace("trace");
                trace.StartSpan("a").Dispose();
                using SpanScope b = trace.StartSpan("b");
                if (i % 10 == 0)
                {
                    b.Fail(new InvalidOperationException("no"));
                }
            }
        })));

        Assert.All(_sink.Spans.GroupBy(s => s.TraceId), group => Assert.Equal(3, group.Count()));
        Assert.Equal(400, _sink.Spans.Count(s => s.Level == ObservationLevel.Error && s.Name == "b"));
        Assert.Equal(8 * 500 * 3, _sink.Spans.Count + tracer.Pipeline.LeftOut.SampledOutCount);
        Assert.Equal(0, tracer.Pipeline.Waiting);
    }

    [Fact]
    public void Filters_leave_spans_out_and_a_broken_one_closes()
    {
        int calls = 0;
        var options = new TracingOptions();
        options.Filters.Add(span => span.Name != "noise");
        options.Filters.Add(span =>
        {
            calls++;
            return span.Name == "broken" ? throw new InvalidOperationException("no") : true;
        });
        var tracer = new LlmTracer([_sink], [], options, _time);
        using (TraceScope trace = tracer.StartTrace("trace"))
        {
            trace.StartSpan("noise").Dispose();
            trace.StartSpan("broken").Dispose();
            trace.StartSpan("kept").Dispose();
        }

        Assert.Equal(["kept", "trace"], _sink.Spans.Select(s => s.Name));
        Assert.Equal(2, tracer.Pipeline.LeftOut.FilteredCount);
        Assert.Equal(1, tracer.SinkFailures);
        Assert.Equal(3, calls);
    }

    private LlmTracer Tracer(Action<TracingOptions>? configure = null)
    {
        var options = new TracingOptions { SampleRate = 0 };
        configure?.Invoke(options);
        return new LlmTracer([_sink], [], options, _time);
    }
}

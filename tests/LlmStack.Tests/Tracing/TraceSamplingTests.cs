using CsCheck;
using LlmStack.Tracing;
using Microsoft.Extensions.Time.Testing;
using NSubstitute;

namespace LlmStack.Tests.Tracing;

[Collection(ActivitiesInTurn.Name)]
public sealed class TraceSamplingTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void The_decision_depends_on_the_id_alone_and_grows_with_the_rate()
    {
        Gen.Select(Gen.ULong, Gen.ULong, Gen.Double[0, 1], Gen.Double[0, 1]).Sample((high, low, a, b) =>
        {
            var id = new TraceId(high, low);
            bool less = TraceSampling.Includes(id, Math.Min(a, b));
            bool more = TraceSampling.Includes(id, Math.Max(a, b));
            Assert.Equal(less, TraceSampling.Includes(new TraceId(high, low), Math.Min(a, b)));
            Assert.True(!less || more);
            Assert.True(TraceSampling.Includes(id, 1));
            Assert.False(TraceSampling.Includes(id, 0));
        });
    }

    [Fact]
    public void The_share_is_kept_for_random_and_for_counting_ids()
    {
        var ids = new IdGenerator(new SeededRandomSource(7));
        int random = 0;
        int counting = 0;
        for (int i = 0; i < 20_000; i++)
        {
            random += TraceSampling.Includes(ids.NextTraceId(), 0.25) ? 1 : 0;
            counting += TraceSampling.Includes(new TraceId(0x1234, (ulong)i), 0.25) ? 1 : 0;
        }

        Assert.InRange(random, 4_700, 5_300);
        Assert.InRange(counting, 4_700, 5_300);
    }

    [Fact]
    public void Whole_traces_are_kept_or_left_out()
    {
        var sink = new InMemoryTraceSink();
        var tracer = new LlmTracer([sink], [], new TracingOptions { SampleRate = 0.5, Tail = { KeepErrors = false } }, _time, new SeededRandomSource(11));
        for (int i = 0; i < 400; i++)
        {
            using TraceScope trace = tracer.StartTrace("trace");
            bool expected = TraceSampling.Includes(trace.TraceId, 0.5);
            SpanRecord? call = tracer.StartAutomatic("call", ObservationType.Generation, 0, AmbientScope.CurrentContext);
            Assert.Equal(expected, call is not null);
            if (call is not null)
            {
                tracer.End(call, 0);
            }

            using SpanScope span = trace.StartSpan("span");
            Assert.Equal(trace.TraceId, span.TraceId);
        }

        Assert.All(sink.Spans.GroupBy(s => s.TraceId), group => Assert.Equal(3, group.Count()));
        Assert.InRange(sink.Spans.Count / 3, 150, 250);
    }

    [Fact]
    public void Sampled_out_the_labels_flow_and_scores_reach_the_observers_only()
    {
        var sink = new InMemoryTraceSink();
        IScoreObserver observer = Substitute.For<IScoreObserver>();
        var tracer = new LlmTracer([sink], [observer], new TracingOptions { SampleRate = 0, Tail = { KeepErrors = false } }, _time);
        using (TraceScope trace = tracer.StartTrace("trace", new TraceContext { UserId = "u-1" }))
        {
            Assert.False(trace.TraceId.IsEmpty);
            Assert.Equal("u-1", LlmContext.Current.UserId);
            trace.Output = "left out";
            trace.Score("helpful", 1);
            tracer.Score(new ScoreData { Name = "late", Value = 1, TraceId = trace.TraceId });
        }

        Assert.Empty(sink.Spans);
        Assert.Empty(sink.Scores);
        observer.ReceivedWithAnyArgs(2).OnScore(default);
    }

    [Fact]
    public void Seeded_ids_repeat_and_others_differ()
    {
        Assert.Equal(new IdGenerator(new SeededRandomSource(3)).NextTraceId(), new IdGenerator(new SeededRandomSource(3)).NextTraceId());
        Assert.NotEqual(new IdGenerator().NextTraceId(), new IdGenerator().NextTraceId());
    }
}

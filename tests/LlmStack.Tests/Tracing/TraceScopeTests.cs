using LlmStack.Tracing;
using Microsoft.Extensions.Time.Testing;

namespace LlmStack.Tests.Tracing;

[Collection(ActivitiesInTurn.Name)]
public sealed class TraceScopeTests
{
    private readonly RecordingSink _sink = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly LlmTracer _tracer;

    public TraceScopeTests() => _tracer = new LlmTracer([_sink], [], new TracingOptions(), _time);

    [Fact]
    public void Spans_nest_below_the_ambient_one_and_automatic_spans_too()
    {
        using (TraceScope trace = _tracer.StartTrace("search", new TraceContext { UserId = "u-1", Tags = ["a"] }))
        {
            using (SpanScope outer = _tracer.StartSpan("outer"))
            {
                SpanRecord call = _tracer.StartAutomatic("call", ObservationType.Generation, _time.GetTimestamp())!;
                SpanRecord attempt = _tracer.StartChild(call, "attempt", ObservationType.Generation, _time.GetTimestamp());
                _tracer.End(attempt, _time.GetTimestamp());
                _tracer.End(call, _time.GetTimestamp());
                outer.Output = "done";
            }

            using SpanScope direct = trace.StartSpan("direct", ObservationType.Tool);
        }

        Assert.Equal(["attempt", "call", "outer", "direct", "search"], _sink.Spans.Select(s => s.Name));
        SpanData root = _sink["search"];
        Assert.True(root.ParentSpanId.IsEmpty);
        Assert.All(_sink.Spans, span => Assert.Equal(root.TraceId, span.TraceId));
        Assert.All(_sink.Spans, span => Assert.Equal("u-1", span.Context.UserId));
        Assert.All(_sink.Spans, span => Assert.Equal("search", span.Context.TraceName));
        Assert.Equal(root.SpanId, _sink["outer"].ParentSpanId);
        Assert.Equal(root.SpanId, _sink["direct"].ParentSpanId);
        Assert.Equal(_sink["outer"].SpanId, _sink["call"].ParentSpanId);
        Assert.Equal(_sink["call"].SpanId, _sink["attempt"].ParentSpanId);
        Assert.Equal(5, _sink.Spans.Select(s => s.SpanId).Distinct().Count());
        Assert.Null(AmbientScope.Current);
    }

    [Fact]
    public void Use_after_dispose_writes_nothing_and_is_counted()
    {
        TraceScope trace = _tracer.StartTrace("first");
        trace.Dispose();
        long before = LlmTracer.MisuseCount;
        using (TraceScope second = _tracer.StartTrace("second"))
        {
            trace.Output = "late";
            trace.SetMetadata("k", "v");
            trace.Fail(new InvalidOperationException("late"));
            trace.Score("late", 1);
            trace.StartSpan("late").Dispose();
            trace.Dispose();
        }

        Assert.True(LlmTracer.MisuseCount >= before + 6);
        Assert.Equal(["first", "second"], _sink.Spans.Select(s => s.Name));
        Assert.Empty(_sink.Scores);
        SpanData reused = _sink["second"];
        Assert.Equal(ObservationLevel.Default, reused.Level);
        Assert.True(reused.Record.OutputJson.IsEmpty);
    }
}

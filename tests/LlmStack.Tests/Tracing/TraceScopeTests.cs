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
                SpanRecord call = _tracer.StartAutomatic("call", ObservationType.Generation, _time.GetTimestamp(), AmbientScope.CurrentContext)!;
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

    [Fact]
    public void A_trace_inside_a_trace_is_a_span_of_it_with_merged_labels()
    {
        using (_tracer.StartTrace("outer", new TraceContext { UserId = "u-1", SessionId = "s-1", Tags = ["a", "b"], Metadata = new Dictionary<string, string> { ["x"] = "1", ["y"] = "1" } }))
        using (_tracer.StartTrace("inner", new TraceContext { UserId = "u-2", Tags = ["b", "c"], Metadata = new Dictionary<string, string> { ["y"] = "2" } }))
        {
            Assert.Equal("u-2", LlmContext.Current.UserId);
        }

        SpanData inner = _sink["inner"];
        Assert.Equal(_sink["outer"].SpanId, inner.ParentSpanId);
        Assert.Equal(_sink["outer"].TraceId, inner.TraceId);
        Assert.Equal("outer", inner.Context.TraceName);
        Assert.Equal("s-1", inner.Context.SessionId);
        Assert.Equal(["a", "b", "c"], inner.Context.Tags.ToArray());
        Assert.Equal("1", inner.Context.Metadata["x"]);
        Assert.Equal("2", inner.Context.Metadata["y"]);
        Assert.Equal(["a", "b"], _sink["outer"].Context.Tags.ToArray());
        Assert.Null(LlmContext.Current.UserId);
    }

    [Fact]
    public void Scopes_disposed_out_of_order_leave_the_nearest_open_one_ambient()
    {
        using TraceScope trace = _tracer.StartTrace("trace");
        SpanScope first = _tracer.StartSpan("first");
        SpanScope second = _tracer.StartSpan("second");
        SpanScope third = _tracer.StartSpan("third");
        second.Dispose();
        Assert.Equal(third.ObservationId, AmbientScope.Current!.SpanId);
        third.Dispose();
        Assert.Equal(first.ObservationId, AmbientScope.Current!.SpanId);
        first.Dispose();
        Assert.Equal(trace.ObservationId, AmbientScope.Current!.SpanId);
    }

    [Fact]
    public async Task A_scope_disposed_on_another_flow_does_not_swallow_later_traces()
    {
        TraceScope first = _tracer.StartTrace("first", new TraceContext { UserId = "u-1" });
        await Task.Run(first.Dispose);
        using (_tracer.StartTrace("second"))
        {
            Assert.Null(LlmContext.Current.UserId);
        }

        Assert.NotEqual(_sink["first"].TraceId, _sink["second"].TraceId);
        Assert.True(_sink["second"].ParentSpanId.IsEmpty);
        Assert.Null(_sink["second"].Context.UserId);
    }

    [Fact]
    public async Task Work_that_outlives_its_trace_still_belongs_to_it()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task background;
        using (_tracer.StartTrace("request", new TraceContext { UserId = "u-1" }))
        {
            background = Task.Run(async () =>
            {
                await gate.Task;
                SpanRecord call = _tracer.StartAutomatic("late", ObservationType.Generation, _time.GetTimestamp(), AmbientScope.CurrentContext)!;
                call.ErrorKind = LlmErrorKind.ServerError;
                call.Level = ObservationLevel.Error;
                _tracer.End(call, _time.GetTimestamp());
            });
        }

        gate.SetResult();
        await background.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(_sink["request"].SpanId, _sink["late"].ParentSpanId);
        Assert.Equal("u-1", _sink["late"].Context.UserId);
        Assert.Equal(ObservationLevel.Default, _sink["request"].Level);
    }

    [Fact]
    public void A_child_that_ends_after_its_parent_does_not_touch_the_span_that_reuses_the_record()
    {
        TraceScope trace = _tracer.StartTrace("gone");
        SpanRecord child = _tracer.StartAutomatic("child", ObservationType.Generation, _time.GetTimestamp(), AmbientScope.CurrentContext)!;
        trace.Dispose();
        using (_tracer.StartTrace("reuses"))
        {
            child.ErrorKind = LlmErrorKind.Timeout;
            child.Level = ObservationLevel.Error;
            child.StatusMessage = "too slow";
            _tracer.End(child, _time.GetTimestamp());
        }

        Assert.Equal(_sink["gone"].SpanId, _sink["child"].ParentSpanId);
        Assert.Equal(ObservationLevel.Default, _sink["reuses"].Level);
        Assert.Null(_sink["reuses"].StatusMessage);
    }

    [Fact]
    public void A_failed_call_marks_every_open_ancestor_and_a_repaired_attempt_none()
    {
        using (_tracer.StartTrace("fails"))
        using (SpanScope step = _tracer.StartSpan("step"))
        {
            step.StatusMessage = "mine";
            SpanRecord call = _tracer.StartAutomatic("call", ObservationType.Generation, _time.GetTimestamp(), AmbientScope.CurrentContext)!;
            call.ErrorKind = LlmErrorKind.Overloaded;
            call.Level = ObservationLevel.Error;
            call.StatusMessage = "overloaded";
            _tracer.End(call, _time.GetTimestamp());
        }

        using (_tracer.StartTrace("repaired"))
        {
            SpanRecord attempt = _tracer.StartAutomatic("attempt", ObservationType.Generation, _time.GetTimestamp(), AmbientScope.CurrentContext)!;
            attempt.ErrorKind = LlmErrorKind.Overloaded;
            attempt.Level = ObservationLevel.Warning;
            _tracer.End(attempt, _time.GetTimestamp());
        }

        Assert.Equal((ObservationLevel.Error, "overloaded"), (_sink["fails"].Level, _sink["fails"].StatusMessage));
        Assert.Equal((ObservationLevel.Error, "mine"), (_sink["step"].Level, _sink["step"].StatusMessage));
        Assert.Equal((ObservationLevel.Default, null), (_sink["repaired"].Level, _sink["repaired"].StatusMessage));
    }

    [Fact]
    public async Task TraceAsync_marks_what_it_throws_and_returns_what_the_body_returns()
    {
        Assert.Equal(42, await _tracer.TraceAsync("ok", async trace =>
        {
            await Task.Yield();
            trace.Output = 42;
            return 42;
        }));
        await Assert.ThrowsAsync<InvalidOperationException>(() => _tracer.TraceAsync("bad", _ => throw new InvalidOperationException("broken")));
        await Assert.ThrowsAsync<OperationCanceledException>(() => _tracer.TraceAsync("stopped", async _ =>
        {
            await Task.Yield();
            throw new OperationCanceledException();
        }));

        Assert.Equal("42", _sink["ok"].GetOutputJson());
        Assert.Equal((ObservationLevel.Error, "broken"), (_sink["bad"].Level, _sink["bad"].StatusMessage));
        Assert.Equal((ObservationLevel.Default, "cancelled"), (_sink["stopped"].Level, _sink["stopped"].StatusMessage));
        Assert.Null(AmbientScope.Current);
    }

    [Fact]
    public void Times_are_the_wall_clock_at_the_start_and_monotonic_afterwards()
    {
        DateTimeOffset start = _time.GetUtcNow();
        SpanRecord call = _tracer.StartAutomatic("call", ObservationType.Generation, _time.GetTimestamp(), AmbientScope.CurrentContext)!;
        _time.Advance(TimeSpan.FromMilliseconds(250));
        call.FirstTokenTimestamp = _time.GetTimestamp();
        _time.Advance(TimeSpan.FromMilliseconds(750));
        _tracer.End(call, _time.GetTimestamp());

        SpanData span = _sink["call"];
        Assert.Equal(start, span.StartTime);
        Assert.Equal(start.AddMilliseconds(250), span.FirstTokenTime);
        Assert.Equal(start.AddSeconds(1), span.EndTime);
        Assert.Equal(TimeSpan.FromSeconds(1), span.Duration);
    }

    [Fact]
    public void After_a_long_pause_new_spans_take_the_wall_clock_anew()
    {
        _time.Advance(TimeSpan.FromHours(5));
        _tracer.End(_tracer.StartAutomatic("call", ObservationType.Generation, _time.GetTimestamp(), AmbientScope.CurrentContext)!, _time.GetTimestamp());
        Assert.Equal(_time.GetUtcNow(), _sink["call"].StartTime);
    }

    [Fact]
    public void A_retrieval_keeps_its_particulars_and_metadata_replaces_by_key()
    {
        using (SpanScope span = _tracer.StartSpan("search", ObservationType.Retriever))
        {
            span.Index = "products";
            span.TopK = 5;
            span.DocumentCount = 3;
            span.SetMetadata("flag", true);
            span.SetMetadata("flag", 1.5);
            span.Input = "red shoes";
            span.Model = "embedder";
            span.Usage = new Microsoft.Extensions.AI.UsageDetails { InputTokenCount = 3 };
        }

        SpanData data = _sink["search"];
        Assert.Equal([new("index", "products"), new("top_k", "5"), new("document_count", "3"), new("flag", "1.5")], data.Metadata);
        Assert.Equal("\"red shoes\"", data.GetInputJson());
        Assert.Equal(("embedder", 3), (data.Model, data.Usage!.InputTokenCount));
    }

    [Fact]
    public void Without_a_sink_the_labels_still_flow_and_no_span_is_made()
    {
        var tracer = new LlmTracer([], [], new TracingOptions(), _time);
        Assert.False(tracer.IsActive);
        using (TraceScope trace = tracer.StartTrace("quiet", new TraceContext { UserId = "u-1" }))
        {
            Assert.Equal("u-1", LlmContext.Current.UserId);
            Assert.Null(tracer.StartAutomatic("call", ObservationType.Generation, 0, AmbientScope.CurrentContext));
            Assert.True(trace.TraceId.IsEmpty);
            trace.Output = "nobody reads this";
        }

        Assert.Null(LlmContext.Current.UserId);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    public void An_empty_name_is_refused(string name)
    {
        Assert.Throws<ArgumentException>(() => _tracer.StartTrace(name));
        Assert.Throws<ArgumentException>(() => _tracer.StartSpan(name));
    }

    [Fact]
    public void A_default_scope_does_nothing_and_is_counted()
    {
        long before = LlmTracer.MisuseCount;
        default(TraceScope).SetMetadata("k", "v");
        default(SpanScope).Dispose();
        Assert.True(LlmTracer.MisuseCount >= before + 2);
    }

    [Fact]
    public async Task Parallel_flows_keep_their_own_parents_and_never_mix_content()
    {
        const int Flows = 8;
        const int Rounds = 400;
        var sink = new InMemoryTraceSink(Flows * Rounds * 4);
        var tracer = new LlmTracer([sink], [], new TracingOptions(), TimeProvider.System);
        await Task.WhenAll(Enumerable.Range(0, Flows).Select(flow => Task.Run(async () =>
        {
            for (int round = 0; round < Rounds; round++)
            {
                string mark = $"{flow}-{round}";
                using TraceScope trace = tracer.StartTrace("t-" + mark, new TraceContext { UserId = mark });
                trace.Output = mark;
                using (SpanScope span = tracer.StartSpan("s-" + mark))
                {
                    SpanRecord call = tracer.StartAutomatic("c-" + mark, ObservationType.Generation, TimeProvider.System.GetTimestamp(), AmbientScope.CurrentContext)!;
                    call.AppendOutputText(mark);
                    if (round % 16 == 0)
                    {
                        await Task.Yield();
                    }

                    span.Output = mark;
                    tracer.End(call, TimeProvider.System.GetTimestamp());
                }

                SpanScope late = tracer.StartSpan("l-" + mark);
                late.Dispose();
                late.Output = "must not appear";
            }
        }))).WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal(Flows * Rounds * 4, sink.Spans.Count);
        Dictionary<string, SpanData> byName = sink.Spans.ToDictionary(s => s.Name);
        for (int flow = 0; flow < Flows; flow++)
        {
            for (int round = 0; round < Rounds; round++)
            {
                string mark = $"{flow}-{round}";
                SpanData trace = byName["t-" + mark];
                SpanData span = byName["s-" + mark];
                SpanData call = byName["c-" + mark];
                Assert.True(trace.ParentSpanId.IsEmpty);
                Assert.Equal((trace.TraceId, trace.SpanId), (span.TraceId, span.ParentSpanId));
                Assert.Equal((trace.TraceId, span.SpanId), (call.TraceId, call.ParentSpanId));
                Assert.Equal(mark, call.Context.UserId);
                Assert.Equal($"\"{mark}\"", trace.GetOutputJson());
                Assert.Equal($"\"{mark}\"", span.GetOutputJson());
                Assert.Equal($$"""{"role":"assistant","content":"{{mark}}"}""", call.GetOutputJson());
                Assert.Null(byName["l-" + mark].GetOutputJson());
            }
        }
    }

    [Fact]
    public async Task One_scope_used_and_disposed_by_many_threads_at_once_stays_whole()
    {
        var sink = new InMemoryTraceSink();
        var tracer = new LlmTracer([sink], [], new TracingOptions(), TimeProvider.System);
        for (int round = 0; round < 200; round++)
        {
            using TraceScope trace = tracer.StartTrace("shared");
            SpanScope span = tracer.StartSpan("raced");
            await Task.WhenAll(
                Task.Run(() => span.Output = "mine"),
                Task.Run(() => span.SetMetadata("k", "mine")),
                Task.Run(span.Dispose),
                Task.Run(() =>
                {
                    using SpanScope other = tracer.StartSpan("other");
                    other.Output = "other";
                })).WaitAsync(TimeSpan.FromSeconds(30));
        }

        Assert.Equal(600, sink.Spans.Count);
        Assert.All(sink.Spans.Where(s => s.Name == "other"), span => Assert.Equal(("\"other\"", 0), (span.GetOutputJson(), span.Metadata.Count)));
        Assert.All(sink.Spans.Where(s => s.Name == "raced"), span => Assert.Contains(span.GetOutputJson(), new[] { null, "\"mine\"" }));
    }

    [Fact]
    public void Ending_an_automatic_span_twice_is_counted_and_emits_once()
    {
        SpanRecord call = _tracer.StartAutomatic("call", ObservationType.Generation, _time.GetTimestamp(), AmbientScope.CurrentContext)!;
        _tracer.End(call, _time.GetTimestamp());
        long before = LlmTracer.MisuseCount;
        _tracer.End(call, _time.GetTimestamp());
        Assert.True(LlmTracer.MisuseCount > before);
        Assert.Single(_sink.Spans);
        SpanRecord first = _tracer.StartAutomatic("a", ObservationType.Generation, _time.GetTimestamp(), AmbientScope.CurrentContext)!;
        Assert.NotSame(first, _tracer.StartAutomatic("b", ObservationType.Generation, _time.GetTimestamp(), AmbientScope.CurrentContext));
    }

    [Fact]
    public void A_pushed_context_labels_the_spans_inside_it()
    {
        using (_tracer.StartTrace("trace", new TraceContext { UserId = "u-1" }))
        using (LlmContext.Push(LlmContext.Current with { Feature = "search" }))
        {
            _tracer.StartSpan("inside").Dispose();
        }

        Assert.Equal(("u-1", "search"), (_sink["inside"].Context.UserId, _sink["inside"].Context.Feature));
        Assert.Equal(_sink["trace"].SpanId, _sink["inside"].ParentSpanId);
        Assert.Null(_sink["trace"].Context.Feature);
    }
}

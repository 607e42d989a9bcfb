using LlmStack.Routing;
using LlmStack.Tests.Calls;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace LlmStack.Tests.Tracing;

[Collection(ActivitiesInTurn.Name)]
public sealed class SpanModelTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly RecordingSink _sink = new();
    private readonly FakeTimeProvider _time = new(Now);
    private readonly LlmTracer _tracer;

    public SpanModelTests() => _tracer = new LlmTracer([_sink], [], new TracingOptions(), _time);

    [Theory]
    [InlineData("external-request-12345", "d3779fec349e1c7d53f4a4c2aa6ec1a2", "d3779fec349e1c7d")]
    public void Ids_from_a_seed_are_those_of_Langfuses_own_SDKs(string seed, string traceId, string spanId)
    {
        Assert.Equal(traceId, TraceId.FromSeed(seed).ToString());
        Assert.Equal(spanId, SpanId.FromSeed(seed).ToString());
        Assert.NotEqual(TraceId.FromSeed(seed), TraceId.FromSeed(seed + "6"));
        Assert.Throws<ArgumentException>(() => TraceId.FromSeed(""));
        Assert.Throws<ArgumentException>(() => SpanId.FromSeed(""));
    }

    [Fact]
    public void A_trace_begins_under_an_id_that_was_chosen()
    {
        TraceId id = TraceId.FromSeed("order-17");
        using (_tracer.StartTrace("order", options: new SpanOptions { Parent = new TraceParent(id) }))
        {
            _tracer.StartSpan("step").Dispose();
        }

        Assert.Equal(id, _sink["order"].TraceId);
        Assert.True(_sink["order"].ParentSpanId.IsEmpty);
        Assert.False(_sink["order"].IsAppRoot);
        Assert.Equal(id, _sink["step"].TraceId);
        Assert.Equal(_sink["order"].SpanId, _sink["step"].ParentSpanId);
    }

    [Fact]
    public void A_span_recorded_afterwards_has_the_times_it_was_given()
    {
        DateTimeOffset start = Now.AddHours(-3);
        using (_tracer.StartTrace("import", options: new SpanOptions { StartTime = start }))
        {
            SpanScope step = _tracer.StartSpan("step", ObservationType.Tool, new SpanOptions { StartTime = start.AddSeconds(1) });
            step.End(start.AddSeconds(1.5));
            _time.Advance(TimeSpan.FromSeconds(1));
            SpanScope backwards = _tracer.StartSpan("backwards", options: new SpanOptions { StartTime = start });
            backwards.End(start.AddSeconds(-1));
            SpanScope usual = _tracer.StartSpan("usual");
            usual.End(Now.AddSeconds(9));
        }

        Assert.Equal(start.AddSeconds(1), _sink["step"].StartTime);
        Assert.Equal(TimeSpan.FromSeconds(0.5), _sink["step"].Duration);
        Assert.Equal(TimeSpan.Zero, _sink["backwards"].Duration);
        Assert.Equal(Now.AddSeconds(1), _sink["usual"].StartTime);
        Assert.Equal(Now.AddSeconds(9), _sink["usual"].EndTime);
        Assert.Equal(start, _sink["import"].StartTime);
        Assert.Equal(Now.AddSeconds(1), _sink["import"].EndTime);
        Assert.Null(AmbientScope.Current);
    }

    [Fact]
    public void A_remote_parent_is_joined_and_the_top_span_here_is_the_applications_root()
    {
        Assert.True(TraceParent.TryParse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", out TraceParent remote));
        using (_tracer.StartTrace("job", options: new SpanOptions { Parent = remote }))
        {
            _tracer.StartSpan("step").Dispose();
        }

        Assert.Equal("0af7651916cd43dd8448eb211c80319c", _sink["job"].TraceId.ToString());
        Assert.Equal("b7ad6b7169203331", _sink["job"].ParentSpanId.ToString());
        Assert.True(_sink["job"].IsAppRoot);
        Assert.False(_sink["step"].IsAppRoot);
    }

    [Fact]
    public void A_parent_whose_process_reports_to_the_same_project_keeps_the_root()
    {
        using (_tracer.StartTrace("job", options: new SpanOptions { Parent = new TraceParent(new TraceId(1, 2), new SpanId(3)) { IsReported = true } }))
        {
        }

        Assert.False(_sink["job"].IsAppRoot);
        Assert.Equal(new SpanId(3), _sink["job"].ParentSpanId);
    }

    [Fact]
    public void A_span_goes_below_the_explicit_parent_whatever_is_ambient()
    {
        TraceParent place;
        using (TraceScope first = _tracer.StartTrace("first", new TraceContext { UserId = "u" }))
        {
            place = first.ToTraceParent();
        }

        using (_tracer.StartTrace("second"))
        {
            _tracer.StartSpan("late", options: new SpanOptions { Parent = place }).Dispose();
        }

        Assert.Equal(_sink["first"].TraceId, _sink["late"].TraceId);
        Assert.Equal(_sink["first"].SpanId, _sink["late"].ParentSpanId);
        Assert.False(_sink["late"].IsAppRoot);
    }

    [Fact]
    public void A_parent_from_a_scope_that_records_nothing_changes_nothing()
    {
        var silent = new LlmTracer([], [], new TracingOptions(), _time);
        using (_tracer.StartTrace("trace"))
        using (TraceScope nothing = silent.StartTrace("silent"))
        {
            _tracer.StartSpan("step", options: new SpanOptions { Parent = default(TraceParent) }).Dispose();
        }

        Assert.Equal(_sink["trace"].SpanId, _sink["step"].ParentSpanId);
    }

    [Fact]
    public void Given_ids_and_times_hold_for_activities_too()
    {
        var exported = new List<System.Diagnostics.Activity>();
        using TracerProvider provider = Sdk.CreateTracerProviderBuilder().AddSource("LlmStack").AddInMemoryExporter(exported).Build();
        TraceId id = TraceId.FromSeed("order-17");
        using (_tracer.StartTrace("order", options: new SpanOptions { Parent = new TraceParent(id), StartTime = Now.AddHours(-1) }))
        {
            _tracer.StartSpan("remote", options: new SpanOptions { Parent = new TraceParent(new TraceId(5, 6), new SpanId(7)) }).End(Now.AddMinutes(1));
        }

        Assert.Equal(["remote", "order"], exported.Select(activity => activity.OperationName));
        Assert.Equal((new TraceId(5, 6), new SpanId(7)), (TraceId.From(exported[0].TraceId), SpanId.From(exported[0].ParentSpanId)));
        Assert.Equal(TimeSpan.FromMinutes(1), exported[0].Duration);
        Assert.Equal((id, true), (TraceId.From(exported[1].TraceId), SpanId.From(exported[1].ParentSpanId).IsEmpty));
        Assert.Equal(Now.AddHours(-1).UtcDateTime, exported[1].StartTimeUtc);
        Assert.Equal(TimeSpan.FromHours(1), exported[1].Duration);
        Assert.All(_sink.Spans, span => Assert.Single(exported, activity => SpanId.From(activity.SpanId) == span.SpanId));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more")]
    [InlineData("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    [InlineData("00-00000000000000000000000000000000-b7ad6b7169203331-01")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01")]
    [InlineData("00x0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    [InlineData("0g-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    public void What_is_no_traceparent_is_not_taken_for_one(string? text) => Assert.False(TraceParent.TryParse(text, out _));

    [Fact]
    public void A_traceparent_of_a_later_version_is_read_and_one_is_written()
    {
        Assert.True(TraceParent.TryParse("01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more", out TraceParent parent));
        Assert.Equal("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", parent.ToString());
    }

    [Fact]
    public void An_event_is_an_observation_without_duration_below_its_span()
    {
        using (TraceScope trace = _tracer.StartTrace("trace"))
        {
            trace.AddEvent("cache miss", input: "key", output: 3, level: ObservationLevel.Debug);
            _time.Advance(TimeSpan.FromSeconds(1));
            using SpanScope span = _tracer.StartSpan("step");
            span.AddEvent("inner");
            Assert.Throws<ArgumentException>(() => trace.AddEvent(""));
        }

        SpanData miss = _sink["cache miss"];
        Assert.Equal(ObservationType.Event, miss.Type);
        Assert.Equal(ObservationLevel.Debug, miss.Level);
        Assert.Equal(TimeSpan.Zero, miss.Duration);
        Assert.Equal("\"key\"", miss.GetInputJson());
        Assert.Equal("3", miss.GetOutputJson());
        Assert.Equal(_sink["trace"].SpanId, miss.ParentSpanId);
        Assert.Equal(_sink["step"].SpanId, _sink["inner"].ParentSpanId);
        Assert.Null(_sink["inner"].GetInputJson());
    }

    [Fact]
    public void An_event_of_an_ended_span_is_counted_and_not_recorded()
    {
        SpanScope span = _tracer.StartSpan("step");
        span.Dispose();
        long before = LlmTracer.MisuseCount;
        span.AddEvent("late");
        Assert.Equal(before + 1, LlmTracer.MisuseCount);
        Assert.Single(_sink.Spans);
    }

    [Fact]
    public void Nested_traces_override_single_labels_and_add_tags_and_metadata()
    {
        using (_tracer.StartTrace("outer", new TraceContext { UserId = "a", SessionId = "s", Tags = ["x", "y"], Metadata = new Dictionary<string, string> { ["k"] = "1", ["l"] = "1" }, Public = true }))
        using (_tracer.StartTrace("inner", new TraceContext { UserId = "b", Tags = ["y", "z"], Metadata = new Dictionary<string, string> { ["k"] = "2" } }))
        {
        }

        LlmContext inner = _sink["inner"].Context;
        Assert.Equal("b", inner.UserId);
        Assert.Equal("s", inner.SessionId);
        Assert.True(inner.Public);
        Assert.Equal("outer", inner.TraceName);
        Assert.Equal(["x", "y", "z"], inner.Tags.ToArray());
        Assert.Equal("2", inner.Metadata["k"]);
        Assert.Equal("1", inner.Metadata["l"]);
        Assert.Equal("a", _sink["outer"].Context.UserId);
    }

    [Fact]
    public async Task A_call_names_the_prompt_it_was_made_from_on_every_attempt_and_sends_it_to_nobody()
    {
        using CallHarness h = new(llm => llm.AddModelGroup("fast", g => g.AddDeployment("a/m").AddDeployment("b/m", d => d.Order = 1)), "a", "b");
        h["a"].OnCall(1).Throw(LlmErrorKind.Overloaded, statusCode: 503);
        ChatOptions options = new ChatOptions().WithRouting(new() { MaxAttempts = 3 }).WithPrompt(new PromptReference("greeting", 4));

        await h.Client.ChatAsync("fast", "Hello", options);
        await h.Client.ChatAsync("fast", "Hello");

        Assert.Equal(3, Routing(options).MaxAttempts);
        Assert.All(h.Traces.Spans.Take(3), span => Assert.Equal(new PromptReference("greeting", 4), span.Record.Prompt));
        Assert.Null(h.Traces.Spans[^1].Record.Prompt);
        Assert.Empty(h["b"].Calls[0].Options?.AdditionalProperties ?? []);

        static RoutingOptions Routing(ChatOptions options) => Assert.IsType<RoutingOptions>(Assert.Single(options.AdditionalProperties!).Value);
    }

    [Fact]
    public void A_prompt_without_a_name_or_of_an_impossible_version_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new PromptReference(" ", 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PromptReference("a", 65_536));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PromptReference("a", 1) with { Version = -1 });
    }

    [Fact]
    public void A_reused_record_keeps_nothing_of_what_it_was()
    {
        using (SpanScope first = _tracer.StartSpan("first", ObservationType.Generation))
        {
            first.Model = "m";
            first.Usage = new UsageDetails { InputTokenCount = 1 };
            first.Cost = 5;
            first.Prompt = new PromptReference("p", 1);
            first.Parameters = new ChatOptions { Temperature = 1 };
            first.FirstTokenTime = Now;
        }

        using (SpanScope second = _tracer.StartSpan("second", ObservationType.Generation))
        {
            second.Usage = new UsageDetails { InputTokenCount = 1 };
        }

        Assert.Equal(5, _sink["first"].Cost);
        SpanData reused = _sink["second"];
        Assert.Null(reused.Cost);
        Assert.Null(reused.Record.Prompt);
        Assert.Null(reused.Record.Options);
        Assert.Null(reused.FirstTokenTime);
    }
}

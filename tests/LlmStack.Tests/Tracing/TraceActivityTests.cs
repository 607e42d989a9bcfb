using System.Diagnostics;
using LlmStack.Routing;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace LlmStack.Tests.Tracing;

[Collection(ActivitiesInTurn.Name)]
public sealed class TraceActivityTests : IDisposable
{
    private readonly List<Activity> _exported = [];
    private readonly TracerProvider _provider;
    private readonly ActivitySource _server = new("TestServer");
    private readonly RecordingSink _sink = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly LlmTracer _tracer;

    public TraceActivityTests()
    {
        _provider = Sdk.CreateTracerProviderBuilder().AddSource("LlmStack").AddSource("TestServer").AddInMemoryExporter(_exported).Build();
        _tracer = new LlmTracer([_sink], [], new TracingOptions(), _time);
    }

    public void Dispose()
    {
        _provider.Dispose();
        _server.Dispose();
    }

    [Fact]
    public void Every_span_is_an_activity_with_the_same_ids_below_the_servers_activity()
    {
        using (Activity request = _server.StartActivity("GET /search", ActivityKind.Server)!)
        {
            using (_tracer.StartTrace("search"))
            {
                SpanRecord call = _tracer.StartAutomatic("call", ObservationType.Generation, _time.GetTimestamp(), AmbientScope.CurrentContext)!;
                SpanRecord attempt = _tracer.StartChild(call, "attempt", ObservationType.Generation, _time.GetTimestamp());
                _time.Advance(TimeSpan.FromMilliseconds(5));
                _tracer.End(attempt, _time.GetTimestamp());
                _tracer.End(call, _time.GetTimestamp());
            }

            Assert.Same(request, Activity.Current);
            Assert.Equal(TraceId.From(request.TraceId), _sink["search"].TraceId);
            Assert.Equal(SpanId.From(request.SpanId), _sink["search"].ParentSpanId);
        }

        Assert.True(_sink["search"].IsAppRoot);
        Assert.False(_sink["call"].IsAppRoot);
        foreach (SpanData span in _sink.Spans)
        {
            Activity activity = Assert.Single(_exported, a => SpanId.From(a.SpanId) == span.SpanId);
            Assert.Equal(span.TraceId, TraceId.From(activity.TraceId));
            Assert.Equal(span.ParentSpanId, SpanId.From(activity.ParentSpanId));
            Assert.Equal(span.StartTime.UtcDateTime, activity.StartTimeUtc);
            Assert.Equal(span.Duration, activity.Duration);
        }
    }

    [Fact]
    public void A_scopes_activity_is_current_until_its_end_and_an_automatic_one_never()
    {
        Assert.Null(Activity.Current);
        using (TraceScope trace = _tracer.StartTrace("trace"))
        {
            Activity mine = Activity.Current!;
            Assert.Equal(trace.ObservationId, SpanId.From(mine.SpanId));
            SpanRecord call = _tracer.StartAutomatic("call", ObservationType.Generation, _time.GetTimestamp(), AmbientScope.CurrentContext)!;
            Assert.Same(mine, Activity.Current);
            using (_tracer.Enter(call))
            {
                Assert.Same(call.Activity, Activity.Current);
                using Activity? inner = _server.StartActivity("inner");
                Assert.Equal(call.SpanId, SpanId.From(inner!.ParentSpanId));
            }

            Assert.Same(mine, Activity.Current);
            _tracer.End(call, _time.GetTimestamp());
            Assert.Same(mine, Activity.Current);
        }

        Assert.Null(Activity.Current);
    }

    [Fact]
    public void Activities_of_scopes_disposed_out_of_order_never_leave_a_stopped_one_current()
    {
        using TraceScope trace = _tracer.StartTrace("trace");
        Activity outermost = Activity.Current!;
        SpanScope first = _tracer.StartSpan("first");
        SpanScope second = _tracer.StartSpan("second");
        Activity inner = Activity.Current!;
        first.Dispose();
        Assert.Same(inner, Activity.Current);
        second.Dispose();
        Assert.Same(outermost, Activity.Current);
    }

    [Fact]
    public async Task A_stream_enters_again_at_every_step_and_the_consumer_keeps_its_own_activity()
    {
        using TraceScope trace = _tracer.StartTrace("consumer");
        Activity consumer = Activity.Current!;
        SpanRecord call = _tracer.StartAutomatic("stream", ObservationType.Generation, _time.GetTimestamp(), AmbientScope.CurrentContext)!;
        var parents = new List<SpanId>();
        await foreach (SpanId parent in Stream(call))
        {
            parents.Add(parent);
            Assert.Same(consumer, Activity.Current);
            Assert.Equal(trace.ObservationId, AmbientScope.Current!.SpanId);
            await Task.Yield();
        }

        Assert.Equal([call.SpanId, call.SpanId, call.SpanId], parents);
        _tracer.End(call, _time.GetTimestamp());
        Assert.Same(consumer, Activity.Current);
    }

    [Fact]
    public void A_generation_carries_the_conventions_attributes_and_no_content()
    {
        SpanRecord call = _tracer.StartAutomatic("chat", ObservationType.Generation, _time.GetTimestamp(), AmbientScope.CurrentContext)!;
        call.Operation = "chat";
        call.ProviderName = "openai";
        call.Model = "gpt-5.4-mini";
        call.ResponseModel = "gpt-5.4-mini-2026-01-01";
        call.ResponseId = "resp-1";
        call.FinishReason = "stop";
        call.ServerAddress = "api.openai.com";
        call.ServerPort = 443;
        call.Streaming = true;
        call.Options = new ChatOptions { Temperature = 0.7f, MaxOutputTokens = 100, StopSequences = ["END"], Seed = 5 };
        call.Usage = new UsageDetails { InputTokenCount = 10, OutputTokenCount = 4, CachedInputTokenCount = 2, ReasoningTokenCount = 1 };
        call.Deployment = new Deployment("eu", "openai", "gpt-5.4-mini") { Price = new ModelPrice { InputPerMillion = 1, OutputPerMillion = 2 } };
        call.SetInput("[\"secret\"]"u8);
        call.AppendOutputText("secret");
        _time.Advance(TimeSpan.FromMilliseconds(200));
        call.FirstTokenTimestamp = _time.GetTimestamp();
        _tracer.End(call, _time.GetTimestamp());

        Activity activity = Assert.Single(_exported);
        Assert.Equal("chat gpt-5.4-mini", activity.DisplayName);
        Assert.Equal(ActivityKind.Client, activity.Kind);
        Assert.Equal("chat", activity.GetTagItem("gen_ai.operation.name"));
        Assert.Equal("openai", activity.GetTagItem("gen_ai.provider.name"));
        Assert.Equal("gpt-5.4-mini", activity.GetTagItem("gen_ai.request.model"));
        Assert.Equal("gpt-5.4-mini-2026-01-01", activity.GetTagItem("gen_ai.response.model"));
        Assert.Equal("resp-1", activity.GetTagItem("gen_ai.response.id"));
        Assert.Equal(["stop"], Assert.IsType<string[]>(activity.GetTagItem("gen_ai.response.finish_reasons")));
        Assert.Equal(["END"], Assert.IsType<string[]>(activity.GetTagItem("gen_ai.request.stop_sequences")));
        Assert.Equal(0.7, activity.GetTagItem("gen_ai.request.temperature"));
        Assert.Equal(100L, activity.GetTagItem("gen_ai.request.max_tokens"));
        Assert.Equal(5L, activity.GetTagItem("gen_ai.request.seed"));
        Assert.Equal(true, activity.GetTagItem("gen_ai.request.stream"));
        Assert.Equal(0.2, activity.GetTagItem("gen_ai.response.time_to_first_chunk"));
        Assert.Equal(10L, activity.GetTagItem("gen_ai.usage.input_tokens"));
        Assert.Equal(4L, activity.GetTagItem("gen_ai.usage.output_tokens"));
        Assert.Equal(2L, activity.GetTagItem("gen_ai.usage.cache_read.input_tokens"));
        Assert.Equal(1L, activity.GetTagItem("gen_ai.usage.reasoning.output_tokens"));
        Assert.Equal("api.openai.com", activity.GetTagItem("server.address"));
        Assert.Equal(443, activity.GetTagItem("server.port"));
        Assert.Equal("eu", activity.GetTagItem("llmstack.deployment"));
        Assert.Null(activity.GetTagItem("error.type"));
        Assert.DoesNotContain(activity.TagObjects, tag => tag.Value is string text && text.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public void A_failure_is_an_error_status_with_our_kind()
    {
        using (_tracer.StartTrace("trace"))
        {
            SpanRecord call = _tracer.StartAutomatic("chat", ObservationType.Generation, _time.GetTimestamp(), AmbientScope.CurrentContext)!;
            call.ErrorKind = LlmErrorKind.RateLimited;
            call.Level = ObservationLevel.Error;
            call.StatusMessage = "slow down";
            _tracer.End(call, _time.GetTimestamp());
        }

        Assert.All(_exported, activity => Assert.Equal((ActivityStatusCode.Error, "slow down"), (activity.Status, activity.StatusDescription)));
        Assert.Equal("RateLimited", _exported[0].GetTagItem("error.type"));
        Assert.Equal("_OTHER", _exported[1].GetTagItem("error.type"));
    }

    [Fact]
    public void Content_goes_onto_activities_when_asked_for()
    {
        var tracer = new LlmTracer([], [], new TracingOptions { CaptureContentOnActivities = true }, _time);
        SpanRecord call = tracer.StartAutomatic("chat", ObservationType.Generation, _time.GetTimestamp(), AmbientScope.CurrentContext)!;
        call.SetInput("[1]"u8);
        call.AppendOutputText("two");
        tracer.End(call, _time.GetTimestamp());
        Activity activity = Assert.Single(_exported);
        Assert.Equal("[1]", activity.GetTagItem("gen_ai.input.messages"));
        Assert.Equal("{\"role\":\"assistant\",\"content\":\"two\"}", activity.GetTagItem("gen_ai.output.messages"));
    }

    [Fact]
    public void Content_bound_to_a_region_does_not_go_onto_activities_for_nobody_knows_where_they_go()
    {
        var tracer = new LlmTracer([], [], new TracingOptions { CaptureContentOnActivities = true }, _time);
        SpanRecord call = tracer.StartAutomatic("chat", ObservationType.Generation, _time.GetTimestamp(), AmbientScope.CurrentContext)!;
        call.BoundRegion = "eu";
        call.SetInput("[1]"u8);
        call.AppendOutputText("two");
        tracer.End(call, _time.GetTimestamp());
        Activity activity = Assert.Single(_exported);
        Assert.Null(activity.GetTagItem("gen_ai.input.messages"));
        Assert.Null(activity.GetTagItem("gen_ai.output.messages"));
    }

    [Fact]
    public void Out_of_the_sample_an_activity_is_still_made_but_no_sink_sees_the_span()
    {
        var tracer = new LlmTracer([_sink], [], new TracingOptions { SampleRate = 0, Tail = { KeepErrors = false } }, _time);
        using (tracer.StartTrace("trace"))
        {
            tracer.End(tracer.StartAutomatic("call", ObservationType.Generation, _time.GetTimestamp(), AmbientScope.CurrentContext)!, _time.GetTimestamp());
        }

        Assert.Empty(_sink.Spans);
        Assert.Equal(["call", "trace"], _exported.Select(a => a.OperationName));
        Assert.Equal(_exported[1].SpanId, _exported[0].ParentSpanId);
    }

    [Fact]
    public void A_foreign_activity_is_followed_without_a_listener_of_ours_too()
    {
        _provider.Dispose();
        using var request = new Activity("request");
        request.SetIdFormat(ActivityIdFormat.W3C).Start();
        _tracer.End(_tracer.StartAutomatic("call", ObservationType.Generation, _time.GetTimestamp(), AmbientScope.CurrentContext)!, _time.GetTimestamp());
        Assert.Equal(TraceId.From(request.TraceId), _sink["call"].TraceId);
        Assert.Equal(SpanId.From(request.SpanId), _sink["call"].ParentSpanId);
        Assert.True(_sink["call"].IsAppRoot);
    }

    private async IAsyncEnumerable<SpanId> Stream(SpanRecord call)
    {
        for (int i = 0; i < 3; i++)
        {
            SpanId parent;
            using (_tracer.Enter(call))
            {
                await Task.Yield();
                using Activity? inner = _server.StartActivity("chunk");
                parent = SpanId.From(inner!.ParentSpanId);
            }

            yield return parent;
        }
    }
}

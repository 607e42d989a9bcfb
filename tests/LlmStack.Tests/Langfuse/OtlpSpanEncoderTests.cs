using System.Text;
using System.Text.Json;
using LlmStack.Routing;
using LlmStack.Tests.Support;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Langfuse;

public sealed class OtlpSpanEncoderTests
{
    [Fact]
    public async Task A_span_arrives_with_ids_times_and_content()
    {
        await using SinkHarness harness = await SinkHarness.StartAsync();
        SpanRecord record = SinkHarness.Record("vector-search");
        record.Type = ObservationType.Retriever;
        record.ParentSpanId = new SpanId(77);
        record.SetInput("""{"query":"ä"}"""u8);
        record.SetOutput("[1,2]"u8);
        record.Metadata = [new("index", "main")];

        DecodedSpan span = await harness.RoundTripAsync(record);

        Assert.Equal(record.TraceId.ToString(), span.TraceId);
        Assert.Equal(record.SpanId.ToString(), span.SpanId);
        Assert.Equal("000000000000004d", span.ParentSpanId);
        Assert.Equal("vector-search", span.Name);
        Assert.Equal((ulong)record.StartUnixNanos, span.StartUnixNanos);
        Assert.Equal((ulong)record.EndUnixNanos, span.EndUnixNanos);
        Assert.Equal("retriever", span.Text("langfuse.observation.type"));
        Assert.Equal("DEFAULT", span.Text("langfuse.observation.level"));
        Assert.Equal("""{"query":"ä"}""", span.Text("langfuse.observation.input"));
        Assert.Equal("[1,2]", span.Text("langfuse.observation.output"));
        Assert.Equal("main", span.Text("langfuse.observation.metadata.index"));
        Assert.Equal("llmstack", span.ScopeName);
        Assert.Equal("llmstack", span.Resource["telemetry.sdk.name"]);
        Assert.Equal(0, span.StatusCode);
        Assert.False(span.Attributes.ContainsKey("langfuse.trace.tags"));
        Assert.False(span.Attributes.ContainsKey("langfuse.internal.is_app_root"));
    }

    [Fact]
    public async Task Labels_of_the_trace_are_on_every_span()
    {
        await using SinkHarness harness = await SinkHarness.StartAsync(tracing: new TracingOptions { Release = "r-9", Environment = "Langfuse-Production" });
        var context = new LlmContext
        {
            TraceName = "site-search",
            UserId = "u-42",
            SessionId = "s-7",
            Version = "2",
            Team = "t",
            Project = "p",
            Route = "/search",
            Feature = "search",
            Surface = "box",
            Experiment = "b",
            QueryType = "nav",
            RankingPipeline = "v3",
            PromptVariant = "short",
            Tags = ["geo", "a,b", "geo"],
        };
        context = context with { Metadata = context.Metadata.Add("shop", "de") };
        SpanRecord first = SinkHarness.Record();
        first.IsAppRoot = true;
        first.Context = context;
        SpanRecord second = SinkHarness.Record();
        second.Context = context;
        second.Operation = "chat";
        second.Deployment = new Deployment("eu/gpt", "openai", "gpt");
        harness.Emit(first);
        harness.Emit(second);
        await harness.FlushAsync();

        List<DecodedSpan> spans = harness.Receiver.Spans;
        Assert.Equal(2, spans.Count);
        Assert.Equal(true, spans[0].Attributes["langfuse.internal.is_app_root"]);
        foreach (DecodedSpan span in spans)
        {
            Assert.Equal("site-search", span.Text("langfuse.trace.name"));
            Assert.Equal("u-42", span.Text("user.id"));
            Assert.Equal("s-7", span.Text("session.id"));
            Assert.Equal("2", span.Text("langfuse.version"));
            Assert.Equal("r-9", span.Text("langfuse.release"));
            Assert.Equal("production", span.Text("langfuse.environment"));
            Assert.Equal("t", span.Text("langfuse.trace.metadata.team"));
            Assert.Equal("p", span.Text("langfuse.trace.metadata.project"));
            Assert.Equal("/search", span.Text("langfuse.trace.metadata.route"));
            Assert.Equal("nav", span.Text("langfuse.trace.metadata.query_type"));
            Assert.Equal("v3", span.Text("langfuse.trace.metadata.ranking_pipeline"));
            Assert.Equal("short", span.Text("langfuse.trace.metadata.prompt_variant"));
            Assert.Equal("de", span.Text("langfuse.trace.metadata.shop"));
        }

        string[] tags = ["geo", "a b", "feature:search", "surface:box", "experiment:b"];
        Assert.Equal(tags, spans[0].Attributes["langfuse.trace.tags"]);
        Assert.Equal([.. tags, "deployment:eu/gpt"], (object?[])spans[1].Attributes["langfuse.trace.tags"]!);
    }

    [Fact]
    public async Task A_changed_copy_of_a_context_does_not_inherit_the_encoded_labels()
    {
        await using SinkHarness harness = await SinkHarness.StartAsync();
        SpanRecord first = SinkHarness.Record();
        first.Context = new LlmContext { UserId = "one" };
        harness.Emit(first);
        SpanRecord second = SinkHarness.Record();
        second.Context = first.Context with { UserId = "two" };
        harness.Emit(second);
        await harness.FlushAsync();

        Assert.Equal(["one", "two"], harness.Receiver.Spans.ConvertAll(span => span.Text("user.id")));
    }

    [Fact]
    public async Task A_generation_carries_model_usage_cost_and_route()
    {
        await using SinkHarness harness = await SinkHarness.StartAsync();
        SpanRecord record = Generation();
        record.ResponseModel = "gpt-5.4-mini-2026-03-01";
        record.ResponseId = "resp-1";
        record.FirstTokenUnixNanos = 1_790_000_000_100_000_000;
        record.Options = new ChatOptions { Temperature = 0.5f, MaxOutputTokens = 100, StopSequences = ["\n"] };
        record.Usage = new UsageDetails { InputTokenCount = 1000, CachedInputTokenCount = 400, OutputTokenCount = 50, ReasoningTokenCount = 20, TotalTokenCount = 1050 };
        var route = new CallRoute("fast", 3) { Group = "fast", Reason = "weighted", Served = record.Deployment };
        route.Add(new RouteAttempt(new Deployment("eu", "openai", "gpt-5.4-mini"), "fast") { StatusCode = 200, Duration = TimeSpan.FromMilliseconds(250), Wait = TimeSpan.Zero, Connect = TimeSpan.FromMilliseconds(12.5) });
        record.Route = route;

        DecodedSpan span = await harness.RoundTripAsync(record);

        Assert.Equal("generation", span.Text("langfuse.observation.type"));
        Assert.Equal("gpt-5.4-mini-2026-03-01", span.Text("langfuse.observation.model.name"));
        Assert.Equal("gpt-5.4-mini", span.Text("gen_ai.request.model"));
        Assert.Equal("chat", span.Text("gen_ai.operation.name"));
        Assert.Equal("openai", span.Text("gen_ai.provider.name"));
        Assert.Equal("resp-1", span.Text("gen_ai.response.id"));
        Assert.Equal(3, span.Kind);
        Assert.Equal("""{"input":600,"input_cached_tokens":400,"output":30,"output_reasoning_tokens":20,"total":1050}""", span.Text("langfuse.observation.usage_details"));
        JsonElement cost = Json(span, "langfuse.observation.cost_details");
        Assert.Equal(0.0006m, cost.GetProperty("input").GetDecimal());
        Assert.Equal(0.00004m, cost.GetProperty("input_cached_tokens").GetDecimal());
        Assert.Equal(0.00074m, cost.GetProperty("total").GetDecimal());
        Assert.Equal("""{"temperature":0.5,"max_tokens":100,"stop":["\n"]}""", span.Text("langfuse.observation.model.parameters"));
        Assert.Equal(DateTime.UnixEpoch.AddTicks(record.FirstTokenUnixNanos / 100), DateTime.Parse(span.Text("langfuse.observation.completion_start_time")!, null, System.Globalization.DateTimeStyles.RoundtripKind));
        JsonElement routed = Json(span, "langfuse.observation.metadata.route");
        Assert.Equal("eu", routed.GetProperty("deployment").GetString());
        Assert.Equal("weighted", routed.GetProperty("reason").GetString());
        JsonElement attempt = Assert.Single(routed.GetProperty("attempts").EnumerateArray());
        Assert.Equal(200, attempt.GetProperty("status").GetInt32());
        Assert.Equal(250, attempt.GetProperty("duration_ms").GetDouble());
        Assert.Equal(12.5, attempt.GetProperty("connect_ms").GetDouble());
        Assert.False(attempt.TryGetProperty("credential_ms", out _));
        Assert.False(attempt.TryGetProperty("kind", out _));
    }

    [Fact]
    public async Task Calls_that_one_deployment_serves_share_no_more_than_what_they_have_in_common()
    {
        await using SinkHarness harness = await SinkHarness.StartAsync();
        SpanRecord first = Generation();
        var variants = new (string Model, string? Finish, string Reason, long? Tokens, TimeSpan Connect)[]
        {
            ("m-1", "stop", "one", 10, default),
            ("m-1", "stop", "one", 20, TimeSpan.FromMilliseconds(30)),
            ("m-2", "stop", "one", 10, default),
            ("m-2", null, "one", 10, default),
            ("m-2", null, "two", null, default),
            ("m-2", null, "two", 10, default),
        };
        foreach ((string model, string? finish, string reason, long? tokens, TimeSpan connect) in variants)
        {
            SpanRecord record = Generation();
            record.Deployment = first.Deployment;
            record.ResponseModel = model;
            record.FinishReason = finish;
            record.Usage = tokens is null ? null : new UsageDetails { InputTokenCount = tokens };
            record.Route = new CallRoute("fast", 1) { Reason = reason, Served = first.Deployment };
            record.Route.SetTiming(connect, connect, null, connect);
            harness.Emit(record);
        }

        await harness.FlushAsync();

        var seen = harness.Receiver.Spans.ConvertAll(span => (
            span.Text("gen_ai.response.model"),
            span.Text("langfuse.observation.metadata.finish_reason"),
            Json(span, "langfuse.observation.metadata.route").GetProperty("reason").GetString(),
            span.Text("langfuse.observation.usage_details"),
            span.Text("langfuse.observation.metadata.connect_ms")));
        Assert.Equal(
            [
                ("m-1", "stop", "one", """{"input":10,"output":0,"total":10}""", null),
                ("m-1", "stop", "one", """{"input":20,"output":0,"total":20}""", "30"),
                ("m-2", "stop", "one", """{"input":10,"output":0,"total":10}""", null),
                ("m-2", null, "one", """{"input":10,"output":0,"total":10}""", null),
                ("m-2", null, "two", null, null),
                ("m-2", null, "two", """{"input":10,"output":0,"total":10}""", null),
            ],
            seen);
    }

    [Fact]
    public async Task Sampling_options_that_change_are_written_anew()
    {
        await using SinkHarness harness = await SinkHarness.StartAsync();
        var options = new ChatOptions { Temperature = 0.5f };
        foreach (Action change in (Action[])[() => { }, () => options.Temperature = 0.25f, () => options.StopSequences = ["x"], () => options.StopSequences = null])
        {
            change();
            SpanRecord record = Generation();
            record.Options = options;
            harness.Emit(record);
        }

        await harness.FlushAsync();

        Assert.Equal(
            ["""{"temperature":0.5}""", """{"temperature":0.25}""", """{"temperature":0.25,"stop":["x"]}""", """{"temperature":0.25}"""],
            harness.Receiver.Spans.ConvertAll(span => span.Text("langfuse.observation.model.parameters")));
    }

    [Fact]
    public async Task Without_a_price_no_cost_is_sent()
    {
        await using SinkHarness harness = await SinkHarness.StartAsync();
        SpanRecord record = Generation();
        record.Deployment = new Deployment("eu", "openai", "gpt-5.4-mini");
        record.Usage = new UsageDetails { InputTokenCount = 1, OutputTokenCount = 1 };

        DecodedSpan span = await harness.RoundTripAsync(record);

        Assert.False(span.Attributes.ContainsKey("langfuse.observation.cost_details"));
        Assert.Equal("""{"input":1,"output":1,"total":2}""", span.Text("langfuse.observation.usage_details"));
    }

    [Fact]
    public async Task A_failed_attempt_says_who_failed_and_how_and_lets_the_server_guess_no_cost()
    {
        await using SinkHarness harness = await SinkHarness.StartAsync();
        SpanRecord parent = Generation();
        var attempt = new RouteAttempt(new Deployment("eu", "openai", "gpt"), "fast") { Error = LlmErrorKind.Overloaded, StatusCode = 503, Wait = TimeSpan.FromMilliseconds(120), Connect = TimeSpan.FromMilliseconds(45.5), Credential = TimeSpan.FromMilliseconds(0.5) };
        parent.Route = new CallRoute("fast", 1);
        parent.Route.Add(new RouteAttempt(new Deployment("us", "openai", "gpt"), "fast"));
        parent.Route.Add(attempt);
        SpanRecord record = Generation();
        record.Parent = parent;
        record.Level = ObservationLevel.Warning;
        record.StatusMessage = "503 from eu";
        record.ErrorKind = LlmErrorKind.Overloaded;
        record.Attempt = attempt;

        DecodedSpan span = await harness.RoundTripAsync(record);

        Assert.Equal("WARNING", span.Text("langfuse.observation.level"));
        Assert.Equal("503 from eu", span.Text("langfuse.observation.status_message"));
        Assert.Equal("Overloaded", span.Text("langfuse.observation.metadata.error_kind"));
        Assert.Equal("503", span.Text("langfuse.observation.metadata.status"));
        Assert.Equal("120", span.Text("langfuse.observation.metadata.wait_ms"));
        Assert.Equal("45", span.Text("langfuse.observation.metadata.connect_ms"));
        Assert.False(span.Attributes.ContainsKey("langfuse.observation.metadata.credential_ms"));
        Assert.Equal("2", span.Text("langfuse.observation.metadata.attempt"));
        Assert.Equal("eu", span.Text("langfuse.observation.metadata.deployment"));
        Assert.Equal("""{"input":0,"output":0,"total":0}""", span.Text("langfuse.observation.usage_details"));
        Assert.Equal(0, span.StatusCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_was_cancelled_before_it_was_sent_has_used_nothing(bool isAttempt)
    {
        // Else the server counts the words of the input and prices them: a cost that nobody has.
        await using SinkHarness harness = await SinkHarness.StartAsync();
        SpanRecord record = Generation();
        var attempt = new RouteAttempt(record.Deployment!, "fast") { Error = LlmErrorKind.Cancelled };
        record.Level = ObservationLevel.Warning;
        record.StatusMessage = "cancelled";
        record.Attempt = isAttempt ? attempt : null;
        record.Route = isAttempt ? null : new CallRoute("fast", 1);
        record.Route?.Add(attempt);

        DecodedSpan span = await harness.RoundTripAsync(record);

        Assert.Equal("""{"input":0,"output":0,"total":0}""", span.Text("langfuse.observation.usage_details"));
        Assert.Equal("WARNING", span.Text("langfuse.observation.level"));
    }

    [Fact]
    public async Task An_unpriced_call_above_its_attempts_names_no_model()
    {
        await using SinkHarness harness = await SinkHarness.StartAsync();
        SpanRecord record = Generation();
        record.Type = ObservationType.Span;

        DecodedSpan span = await harness.RoundTripAsync(record);

        Assert.DoesNotContain(span.Attributes.Keys, key => key.Contains("model", StringComparison.Ordinal) || key.Contains("usage", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_agents_own_usage_is_not_suppressed_by_its_operation_name()
    {
        await using SinkHarness harness = await SinkHarness.StartAsync();
        SpanRecord record = Generation();
        record.Operation = "invoke_agent";
        record.Usage = new UsageDetails { InputTokenCount = 1 };

        DecodedSpan span = await harness.RoundTripAsync(record);

        Assert.False(span.Attributes.ContainsKey("gen_ai.operation.name"));
        Assert.NotNull(span.Text("langfuse.observation.usage_details"));
    }

    [Fact]
    public async Task An_error_has_status_code_two_and_its_message()
    {
        await using SinkHarness harness = await SinkHarness.StartAsync();
        SpanRecord record = SinkHarness.Record();
        record.Level = ObservationLevel.Error;
        record.StatusMessage = "it broke";

        DecodedSpan span = await harness.RoundTripAsync(record);

        Assert.Equal(2, span.StatusCode);
        Assert.Equal("it broke", span.StatusMessage);
        Assert.Equal("ERROR", span.Text("langfuse.observation.level"));
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("emoji 🦙, tab \t, nul \0, quote \", back\\slash, new\nline")]
    [InlineData("")]
    [InlineData("中文 العربية")]
    public async Task A_text_arrives_as_the_text_it_is(string text)
    {
        await using SinkHarness harness = await SinkHarness.StartAsync();
        SpanRecord record = SinkHarness.Record(text.Length == 0 ? "n" : text);
        record.SetInput(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(text)));
        record.Metadata = [new("k", text)];
        record.Context = new LlmContext { UserId = text };

        DecodedSpan span = await harness.RoundTripAsync(record);

        Assert.Equal(text, span.Text("langfuse.observation.input"));
        Assert.Equal(text, span.Text("langfuse.observation.metadata.k"));
        Assert.Equal(text.Length == 0 ? null : text, span.Text("user.id"));
    }

    [Fact]
    public async Task A_lone_surrogate_is_replaced_and_does_not_spoil_the_request()
    {
        await using SinkHarness harness = await SinkHarness.StartAsync();
        SpanRecord record = Generation();
        record.StatusMessage = "a\uD800b";
        record.Route = new CallRoute("x\uDC00", 1);

        DecodedSpan span = await harness.RoundTripAsync(record);

        Assert.Equal("a\uFFFDb", span.Text("langfuse.observation.status_message"));
        Assert.Equal("x\uFFFD", Json(span, "langfuse.observation.metadata.route").GetProperty("requested").GetString());
    }

    [Fact]
    public async Task Contents_of_every_size_around_the_buffers_limits_arrive_whole()
    {
        await using SinkHarness harness = await SinkHarness.StartAsync();
        int[] sizes = [1, 100, 127, 128, 16_383, 16_384, 65_400, 65_536, 131_072, 1_048_576];
        foreach (int size in sizes)
        {
            SpanRecord record = SinkHarness.Record();
            record.SetOutput(Encoding.UTF8.GetBytes("[" + new string('1', size) + "]"));
            harness.Emit(record);
        }

        await harness.FlushAsync();

        Assert.Equal(sizes, harness.Receiver.Spans.Select(span => span.Text("langfuse.observation.output")!.Length - 2));
    }

    private static JsonElement Json(DecodedSpan span, string attribute) => JsonSerializer.Deserialize<JsonElement>(span.Text(attribute)!);

    private static SpanRecord Generation()
    {
        SpanRecord record = SinkHarness.Record("chat");
        record.Type = ObservationType.Generation;
        record.Operation = "chat";
        record.ProviderName = "openai";
        record.Model = "gpt-5.4-mini";
        record.Deployment = new Deployment("eu", "openai", "gpt-5.4-mini") { Price = new ModelPrice { InputPerMillion = 1, OutputPerMillion = 2, CacheReadPerMillion = 0.1m } };
        return record;
    }
}

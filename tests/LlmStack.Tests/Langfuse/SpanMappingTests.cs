using System.Text.Json;
using LlmStack.Tests.Support;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;

namespace LlmStack.Tests.Langfuse;

/// <summary>What is set on a scope arrives under the attributes that Langfuse reads.</summary>
public sealed class SpanMappingTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private SinkHarness _harness = null!;
    private LlmTracer _tracer = null!;

    public async Task InitializeAsync()
    {
        _harness = await SinkHarness.StartAsync(tracing: new TracingOptions { Release = "r-1", Environment = "Staging" });
        _tracer = new LlmTracer([_harness.Sink], [], new TracingOptions(), new FakeTimeProvider(Now));
    }

    public async Task DisposeAsync() => await _harness.DisposeAsync();

    [Theory]
    [InlineData(ObservationType.Span, "span")]
    [InlineData(ObservationType.Generation, "generation")]
    [InlineData(ObservationType.Event, "event")]
    [InlineData(ObservationType.Embedding, "embedding")]
    [InlineData(ObservationType.Agent, "agent")]
    [InlineData(ObservationType.Tool, "tool")]
    [InlineData(ObservationType.Chain, "chain")]
    [InlineData(ObservationType.Retriever, "retriever")]
    [InlineData(ObservationType.Guardrail, "guardrail")]
    [InlineData(ObservationType.Evaluator, "evaluator")]
    public async Task Every_type_has_the_servers_name(ObservationType type, string name)
    {
        _tracer.StartSpan("x", type).Dispose();
        Assert.Equal(name, (await SpansAsync())["x"].Text("langfuse.observation.type"));
    }

    [Theory]
    [InlineData(ObservationLevel.Debug, "DEBUG", 0)]
    [InlineData(ObservationLevel.Default, "DEFAULT", 0)]
    [InlineData(ObservationLevel.Warning, "WARNING", 0)]
    [InlineData(ObservationLevel.Error, "ERROR", 2)]
    public async Task Every_level_has_the_servers_name_and_only_an_error_the_status(ObservationLevel level, string name, int status)
    {
        using (SpanScope span = _tracer.StartSpan("x"))
        {
            span.Level = level;
            span.StatusMessage = "why";
        }

        DecodedSpan sent = (await SpansAsync())["x"];
        Assert.Equal(name, sent.Text("langfuse.observation.level"));
        Assert.Equal("why", sent.Text("langfuse.observation.status_message"));
        Assert.Equal(status, sent.StatusCode);
    }

    [Fact]
    public async Task A_model_call_of_the_users_own_carries_everything_a_generation_can_have()
    {
        using (_tracer.StartTrace("trace", new TraceContext { Public = true, Version = "7" }))
        using (SpanScope span = _tracer.StartSpan("own", ObservationType.Generation))
        {
            span.Input = new[] { new ChatMessage(ChatRole.User, "Hi") };
            span.Output = "Hello";
            span.Model = "my-model";
            span.Parameters = new ChatOptions { Temperature = 0.2f, MaxOutputTokens = 9, TopP = 0.5f, TopK = 3, Seed = 1, FrequencyPenalty = 0.1f, PresencePenalty = 0.3f, ResponseFormat = ChatResponseFormat.Json };
            span.Usage = new UsageDetails { InputTokenCount = 10, CachedInputTokenCount = 4, OutputTokenCount = 5, ReasoningTokenCount = 2 };
            span.Cost = 0.25m;
            span.FirstTokenTime = Now.AddMilliseconds(120);
            span.Prompt = new PromptReference("greeting", 3);
            span.SetMetadata("shop", "de");
            span.SetMetadata("parts", new[] { 1, 2 });
        }

        DecodedSpan sent = (await SpansAsync())["own"];
        Assert.Equal("my-model", sent.Text("langfuse.observation.model.name"));
        Assert.Equal("""{"temperature":0.2,"top_p":0.5,"top_k":3,"max_tokens":9,"frequency_penalty":0.1,"presence_penalty":0.3,"seed":1,"response_format":"json_object"}""", sent.Text("langfuse.observation.model.parameters"));
        Assert.Equal("""{"input":6,"input_cached_tokens":4,"output":3,"output_reasoning_tokens":2,"total":15}""", sent.Text("langfuse.observation.usage_details"));
        Assert.Equal(0.25m, JsonSerializer.Deserialize<JsonElement>(sent.Text("langfuse.observation.cost_details")!).GetProperty("total").GetDecimal());
        Assert.Equal("2026-03-01T12:00:00.1200000Z", sent.Text("langfuse.observation.completion_start_time"));
        Assert.Equal("greeting", sent.Text("langfuse.observation.prompt.name"));
        Assert.Equal(3L, sent.Attributes["langfuse.observation.prompt.version"]);
        Assert.Equal("de", sent.Text("langfuse.observation.metadata.shop"));
        Assert.Equal("[1,2]", sent.Text("langfuse.observation.metadata.parts"));
        Assert.Equal("Hello", sent.Text("langfuse.observation.output"));
        Assert.Equal("Hi", JsonSerializer.Deserialize<JsonElement>(sent.Text("langfuse.observation.input")!)[0].GetProperty("content").GetString());
        Assert.Equal(true, sent.Attributes["langfuse.trace.public"]);
        Assert.Equal("7", sent.Text("langfuse.version"));
        Assert.Equal("r-1", sent.Text("langfuse.release"));
        Assert.Equal("staging", sent.Text("langfuse.environment"));
        Assert.Equal("trace", sent.Text("langfuse.trace.name"));
    }

    [Fact]
    public async Task What_is_not_set_is_not_sent()
    {
        using (SpanScope span = _tracer.StartSpan("own", ObservationType.Generation))
        {
            span.Model = "my-model";
        }

        DecodedSpan sent = (await SpansAsync())["own"];
        Assert.Equal("my-model", sent.Text("langfuse.observation.model.name"));
        string[] absent =
        [
            "langfuse.observation.usage_details", "langfuse.observation.cost_details", "langfuse.observation.completion_start_time", "langfuse.observation.prompt.name", "langfuse.observation.prompt.version",
            "langfuse.observation.model.parameters", "langfuse.observation.input", "langfuse.observation.output", "langfuse.trace.public", "langfuse.trace.tags", "gen_ai.operation.name",
        ];
        Assert.DoesNotContain(absent, sent.Attributes.ContainsKey);
    }

    [Fact]
    public async Task What_is_known_of_a_call_is_sent_without_a_model_and_a_usage_too()
    {
        using (SpanScope span = _tracer.StartSpan("priced", ObservationType.Generation))
        {
            span.Cost = 0.02m;
        }

        using (SpanScope span = _tracer.StartSpan("bought", ObservationType.Tool))
        {
            span.Cost = 0.5m;
        }

        using (SpanScope span = _tracer.StartSpan("linked", ObservationType.Generation))
        {
            span.Prompt = new PromptReference("greeting", 3);
        }

        using (SpanScope span = _tracer.StartSpan("tuned", ObservationType.Generation))
        {
            span.Parameters = new ChatOptions { Temperature = 0.2f };
        }

        using (SpanScope span = _tracer.StartSpan("streamed", ObservationType.Generation))
        {
            span.FirstTokenTime = Now.AddMilliseconds(120);
        }

        Dictionary<string, DecodedSpan> sent = await SpansAsync();
        Assert.Equal(0.02m, CostOf(sent["priced"]));
        Assert.Equal(0.5m, CostOf(sent["bought"]));
        Assert.Equal("greeting", sent["linked"].Text("langfuse.observation.prompt.name"));
        Assert.Equal("""{"temperature":0.2}""", sent["tuned"].Text("langfuse.observation.model.parameters"));
        Assert.Equal("2026-03-01T12:00:00.1200000Z", sent["streamed"].Text("langfuse.observation.completion_start_time"));
    }

    [Fact]
    public async Task Only_generations_are_linked_to_a_prompt()
    {
        using (SpanScope span = _tracer.StartSpan("step", ObservationType.Chain))
        {
            span.Prompt = new PromptReference("greeting", 3);
            span.Usage = new UsageDetails { InputTokenCount = 1 };
        }

        Assert.False((await SpansAsync())["step"].Attributes.ContainsKey("langfuse.observation.prompt.name"));
    }

    [Fact]
    public async Task A_retrieval_says_where_how_many_and_how_much_came_back()
    {
        using (SpanScope span = _tracer.StartSpan("search", ObservationType.Retriever))
        {
            span.Index = "pages";
            span.TopK = 8;
            span.DocumentCount = 5;
        }

        DecodedSpan sent = (await SpansAsync())["search"];
        Assert.Equal("pages", sent.Text("langfuse.observation.metadata.index"));
        Assert.Equal("8", sent.Text("langfuse.observation.metadata.top_k"));
        Assert.Equal("5", sent.Text("langfuse.observation.metadata.document_count"));
    }

    [Fact]
    public async Task A_label_that_is_a_field_and_a_free_one_is_sent_once()
    {
        _tracer.StartTrace("trace", new TraceContext { Feature = "search", Metadata = new Dictionary<string, string> { ["feature"] = "other", ["team"] = "blue" } }).Dispose();

        // The decoder refuses an attribute that is there twice.
        DecodedSpan sent = (await SpansAsync())["trace"];
        Assert.Equal("search", sent.Text("langfuse.trace.metadata.feature"));
        Assert.Equal("blue", sent.Text("langfuse.trace.metadata.team"));
    }

    [Fact]
    public async Task Below_a_parent_that_Langfuse_never_sees_the_top_span_is_marked_and_its_children_are_not()
    {
        using (TraceScope trace = _tracer.StartTrace("trace", options: new SpanOptions { Parent = new TraceParent(new TraceId(1, 1), new SpanId(1)) }))
        {
            trace.Input = "question";
            trace.Output = "answer";
            trace.AddEvent("moment");
        }

        Dictionary<string, DecodedSpan> sent = await SpansAsync();
        Assert.Equal(true, sent["trace"].Attributes["langfuse.internal.is_app_root"]);
        Assert.Equal("0000000000000001", sent["trace"].ParentSpanId);
        Assert.Equal("question", sent["trace"].Text("langfuse.observation.input"));
        Assert.Equal("answer", sent["trace"].Text("langfuse.observation.output"));
        Assert.False(sent["moment"].Attributes.ContainsKey("langfuse.internal.is_app_root"));
        Assert.Equal(sent["moment"].StartUnixNanos, sent["moment"].EndUnixNanos);
    }

    private static decimal CostOf(DecodedSpan span) => JsonSerializer.Deserialize<JsonElement>(span.Text("langfuse.observation.cost_details")!).GetProperty("total").GetDecimal();

    private async Task<Dictionary<string, DecodedSpan>> SpansAsync()
    {
        FlushResult result = await _harness.FlushAsync();
        Assert.True(result.IsComplete, result.Error);
        return _harness.Receiver.Spans.ToDictionary(span => span.Name);
    }
}

using System.Text;
using System.Text.Json;
using LlmStack.Langfuse;
using LlmStack.Routing;
using LlmStack.Tests.Support;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Langfuse;

/// <summary>The older batches of events, for servers that take no OpenTelemetry traces yet.</summary>
public sealed class IngestionFormatTests
{
    [Fact]
    public async Task A_generation_and_its_trace_are_events_with_the_same_ids_usage_and_cost()
    {
        await using SinkHarness harness = await StartAsync(tracing: new TracingOptions { Release = "r-1", Environment = "prod" });
        SpanRecord root = SinkHarness.Record("ask");
        root.Context = new LlmContext { TraceName = "site-search", UserId = "u", SessionId = "s", Version = "2", Tags = ["a,b", "c"], Feature = "f" };
        root.SetInput("\"hello\""u8);
        root.SetOutput("""{"a":[1]}"""u8);
        SpanRecord call = Generation(root);
        harness.Emit(call);
        harness.Emit(root);
        FlushResult result = await harness.FlushAsync();

        Assert.True(result.IsComplete, result.Error);
        ReceivedRequest request = Assert.Single(harness.Receiver.Requests);
        Assert.Equal(LangfuseReceiver.IngestionPath, request.Path);
        Assert.Equal("application/json", request.Headers["Content-Type"]);
        Assert.False(request.Headers.ContainsKey("Content-Encoding"));
        JsonElement[] events = Events(request);
        Assert.Equal(["generation-create", "trace-create", "span-create", "trace-create"], events.Select(item => Text(item, "type")));
        Assert.Equal(4, events.Select(item => Text(item, "id")).Distinct().Count());
        Assert.All(events, item => Assert.EndsWith("Z", Text(item, "timestamp"), StringComparison.Ordinal));

        JsonElement generation = events[0].GetProperty("body");
        Assert.Equal(call.SpanId.ToString(), Text(generation, "id"));
        Assert.Equal(call.TraceId.ToString(), Text(generation, "traceId"));
        Assert.Equal(root.SpanId.ToString(), Text(generation, "parentObservationId"));
        Assert.Equal("2026-09-21T14:13:20.000Z", Text(generation, "startTime"));
        Assert.Equal("2026-09-21T14:13:20.250Z", Text(generation, "endTime"));
        Assert.StartsWith("2026-09-21T14:13:20.1", Text(generation, "completionStartTime"), StringComparison.Ordinal);
        Assert.Equal("gpt", Text(generation, "model"));
        Assert.Equal(0.5, generation.GetProperty("modelParameters").GetProperty("temperature").GetDouble());
        Assert.Equal("""{"input":600,"input_cached_tokens":400,"output":50,"total":1050}""", generation.GetProperty("usageDetails").GetRawText());
        Assert.Equal(0.00074m, generation.GetProperty("costDetails").GetProperty("total").GetDecimal());
        Assert.Equal("WARNING", Text(generation, "level"));
        Assert.Equal("slow", Text(generation, "statusMessage"));
        Assert.Equal("prod", Text(generation, "environment"));
        Assert.Equal("eu", Text(generation.GetProperty("metadata"), "deployment"));

        JsonElement span = events[2].GetProperty("body");
        Assert.False(span.TryGetProperty("parentObservationId", out _));
        Assert.False(span.TryGetProperty("usageDetails", out _));
        JsonElement trace = events[3].GetProperty("body");
        Assert.Equal(root.TraceId.ToString(), Text(trace, "id"));
        Assert.Equal(("site-search", "u", "s", "r-1", "2", "prod"), (Text(trace, "name"), Text(trace, "userId"), Text(trace, "sessionId"), Text(trace, "release"), Text(trace, "version"), Text(trace, "environment")));
        Assert.Equal(["a b", "c", "feature:f"], trace.GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()));
        Assert.Equal("hello", Text(trace, "input"));
        Assert.Equal(1, trace.GetProperty("output").GetProperty("a")[0].GetInt32());
        Assert.Equal("f", Text(trace.GetProperty("metadata"), "feature"));
    }

    [Theory]
    [InlineData(ObservationType.Event, "event-create", null)]
    [InlineData(ObservationType.Embedding, "generation-create", "embedding")]
    [InlineData(ObservationType.Agent, "span-create", "agent")]
    [InlineData(ObservationType.Retriever, "span-create", "retriever")]
    public async Task Types_that_servers_of_that_age_do_not_know_are_told_in_the_metadata(ObservationType type, string expected, string? told)
    {
        await using SinkHarness harness = await StartAsync();
        SpanRecord record = SinkHarness.Record();
        record.Type = type;
        harness.Emit(record);
        await harness.FlushAsync();

        JsonElement item = Events(harness.Receiver.Requests[0])[0];
        Assert.Equal(expected, Text(item, "type"));
        Assert.Equal(told, item.GetProperty("body").GetProperty("metadata").TryGetProperty("observation_type", out JsonElement value) ? value.GetString() : null);
        Assert.Equal(type != ObservationType.Event, item.GetProperty("body").TryGetProperty("endTime", out _));
    }

    [Fact]
    public async Task A_span_below_a_foreign_parent_is_a_root()
    {
        await using SinkHarness harness = await StartAsync();
        SpanRecord record = SinkHarness.Record("top");
        record.ParentSpanId = new SpanId(99);
        record.IsAppRoot = true;
        record.SetInput("[1,"u8);
        harness.Emit(record);
        await harness.FlushAsync();

        JsonElement[] events = Events(harness.Receiver.Requests[0]);
        Assert.False(events[0].GetProperty("body").TryGetProperty("parentObservationId", out _));
        Assert.Equal("top", Text(events[1].GetProperty("body"), "name"));
        Assert.Equal("[1,", Text(events[1].GetProperty("body"), "input"));
    }

    [Fact]
    public async Task Single_spans_of_an_answer_are_dropped_or_repeated_by_their_own_status()
    {
        await using SinkHarness harness = await StartAsync();
        harness.Receiver.Rule = (_, body) =>
        {
            bool first = harness.Receiver.Requests.Count == 0;
            IEnumerable<string> errors = JsonSerializer.Deserialize<JsonElement>(body).GetProperty("batch").EnumerateArray()
                .Where(item => first && Text(item, "type") == "span-create")
                .Select(item => (Id: Text(item, "id"), Status: Text(item.GetProperty("body"), "name") switch { "bad" => 400, "again" => 500, "later" => 429, _ => 0 }))
                .Where(item => item.Status != 0)
                .Select(item => $$"""{"id":"{{item.Id}}","status":{{item.Status}},"message":"m"}""");
            return new ScriptedReply(207, $$"""{"successes":[],"errors":[{{string.Join(',', errors)}}]}""");
        };
        foreach (string name in (string[])["good", "again", "bad", "later", "good", "again", "good"])
        {
            harness.Emit(SinkHarness.Record(name));
        }

        Assert.Equal(3, (await harness.FlushAsync(0.5)).Pending);
        harness.Time.Advance(TimeSpan.FromSeconds(2));
        FlushResult result = await harness.FlushAsync();

        Assert.Equal((6, 1, 0), (result.Delivered, result.Dropped, result.Pending));
        Assert.Equal(1, result.DroppedByReason["rejected"]);
        IEnumerable<string?> again = harness.Receiver.Requests.Skip(1).SelectMany(Events).Where(item => Text(item, "type") == "span-create").Select(item => Text(item.GetProperty("body"), "name"));
        Assert.Equal(["again", "later", "again"], again);
        Assert.Equal(1, harness.Logged(3005));
        Assert.True(harness.Sink.Status.IsHealthy);
    }

    [Fact]
    public async Task A_server_that_takes_no_events_any_more_is_said_and_nothing_is_thrown_away()
    {
        await using SinkHarness harness = await StartAsync();
        harness.Receiver.Rule = static (_, body) =>
        {
            IEnumerable<string> errors = JsonSerializer.Deserialize<JsonElement>(body).GetProperty("batch").EnumerateArray().Select(item => $$"""{"id":"{{Text(item, "id")}}","status":400,"message":"Event type not accepted"}""");
            return new ScriptedReply(207, $$"""{"successes":[],"errors":[{{string.Join(',', errors)}}]}""");
        };
        harness.Emit();

        Assert.Equal(1, (await harness.FlushAsync()).Pending);
        Assert.Equal(1, harness.Logged(3004));
        Assert.Contains("IngestionBatch", harness.Logs.GetSnapshot().Single(record => record.Id.Id == 3004).Message, StringComparison.Ordinal);
        Assert.True(harness.Sink.Status.IsPaused);
    }

    [Fact]
    public async Task Halved_batches_stay_valid_and_repeats_carry_the_same_bytes()
    {
        await using SinkHarness harness = await StartAsync();
        harness.Receiver.Rule = static (_, body) => JsonSerializer.Deserialize<JsonElement>(body).GetProperty("batch").GetArrayLength() > 4 ? new ScriptedReply(413) : new ScriptedReply(207, """{"successes":[],"errors":[]}""");
        for (int i = 0; i < 7; i++)
        {
            harness.Emit();
        }

        Assert.Equal(7, (await harness.FlushAsync()).Delivered);
        Assert.Equal(7, harness.Receiver.Requests.Where(request => request.Status == 207).SelectMany(Events).Count(item => Text(item, "type") == "span-create"));
    }

    [Fact]
    public async Task A_batch_stays_below_what_such_a_server_takes()
    {
        await using SinkHarness harness = await StartAsync(options => options.MaxBatchBytes = 64 * 1024 * 1024);
        for (int i = 0; i < 5; i++)
        {
            SpanRecord record = SinkHarness.Record();
            record.SetInput(Encoding.UTF8.GetBytes("[" + new string('7', 1_000_000) + "]"));
            harness.Emit(record);
        }

        Assert.Equal(5, (await harness.FlushAsync()).Delivered);
        Assert.All(harness.Receiver.Requests, request => Assert.InRange(request.Body.Length, 1, 4_500_000));
    }

    private static Task<SinkHarness> StartAsync(Action<LangfuseOptions>? configure = null, TracingOptions? tracing = null) => SinkHarness.StartAsync(
        options =>
        {
            options.Format = LangfuseFormat.IngestionBatch;
            configure?.Invoke(options);
        },
        tracing);

    private static SpanRecord Generation(SpanRecord root)
    {
        SpanRecord call = SinkHarness.Record("chat");
        call.TraceId = root.TraceId;
        call.ParentSpanId = root.SpanId;
        call.Context = root.Context;
        call.Type = ObservationType.Generation;
        call.Operation = "chat";
        call.Model = "gpt";
        call.Level = ObservationLevel.Warning;
        call.StatusMessage = "slow";
        call.FirstTokenUnixNanos = 1_790_000_000_100_000_000;
        call.Options = new ChatOptions { Temperature = 0.5f };
        call.Usage = new UsageDetails { InputTokenCount = 1000, CachedInputTokenCount = 400, OutputTokenCount = 50, TotalTokenCount = 1050 };
        call.Deployment = new Deployment("eu", "openai", "gpt") { Price = new ModelPrice { InputPerMillion = 1, OutputPerMillion = 2, CacheReadPerMillion = 0.1m } };
        return call;
    }

    private static JsonElement[] Events(ReceivedRequest request) => [.. JsonSerializer.Deserialize<JsonElement>(request.Body).GetProperty("batch").EnumerateArray()];

    private static string? Text(JsonElement item, string name) => item.GetProperty(name).GetString();
}

using System.Text;
using LlmStack.Catalog;
using LlmStack.Routing;
using LlmStack.Testing;
using LlmStack.Tests.Calls;
using LlmStack.Tests.Langfuse;
using LlmStack.Tracing;
using LlmStack.Tracing.Media;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Tracing;

public sealed class JsonLinesReplayTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly string _folder = Directory.CreateTempSubdirectory("llmstack").FullName;

    private string File => Path.Combine(_folder, "traces.jsonl");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_is_sent_again_is_byte_for_byte_what_was_sent_first()
    {
        var live = new EncodingSink();
        await using (var lines = new JsonLinesTraceSink(File))
        {
            using CallHarness h = Workflow(live, lines);
            await RunWorkflowAsync(h);
            Assert.True((await h.Tracer.FlushAsync(Patience)).IsComplete);
        }

        var again = new EncodingSink();
        var heard = new List<ReplayResult>();
        ReplayResult result = await JsonLinesReplay.RunAsync(File, again, new Listener(heard));

        Assert.True(result.IsComplete, string.Join("; ", result.Problems));
        Assert.Equal((live.Spans.Count, live.Scores.Count), ((int)result.Spans, (int)result.Scores));
        Assert.True(live.Spans.Count >= 8, $"{live.Spans.Count} spans");
        Assert.Equal(live.Spans.Select(Convert.ToHexString), again.Spans.Select(Convert.ToHexString));
        Assert.Equal(live.Scores, again.Scores);
        Assert.Equal(result.Spans, heard[^1].Spans);
    }

    [Fact]
    public async Task A_file_written_from_a_replay_is_the_same_file()
    {
        await using (var lines = new JsonLinesTraceSink(File))
        {
            using CallHarness h = Workflow(lines);
            await RunWorkflowAsync(h);
            Assert.True((await h.Tracer.FlushAsync(Patience)).IsComplete);
        }

        string copy = Path.Combine(_folder, "copy.jsonl");
        await using (var second = new JsonLinesTraceSink(copy))
        {
            Assert.True((await JsonLinesReplay.RunAsync(File, second)).IsComplete);
        }

        Assert.Equal(await System.IO.File.ReadAllTextAsync(File), await System.IO.File.ReadAllTextAsync(copy));
    }

    [Fact]
    public async Task What_sinks_read_of_a_span_is_there_again()
    {
        var live = new RecordingTraceSink();
        await using (var lines = new JsonLinesTraceSink(File))
        {
            using CallHarness h = Workflow(live, lines);
            await RunWorkflowAsync(h);
            Assert.True((await h.Tracer.FlushAsync(Patience)).IsComplete);
        }

        var again = new RecordingTraceSink();
        await JsonLinesReplay.RunAsync(File, again);

        Assert.Equal(live.Spans.Select(Facts), again.Spans.Select(Facts));
        Assert.Contains(again.Spans, static span => span.Cost > 0);
        Assert.Contains(again.Spans, static span => span.Parameters?.Temperature == 0.25f);

        static object Facts(SpanData span) => (
            (span.TraceId, span.SpanId, span.ParentSpanId, span.Name, span.Type, span.Level, span.StatusMessage),
            (span.StartTime, span.EndTime, span.FirstTokenTime, span.Streaming, span.Operation, span.ProviderName, span.Deployment),
            (span.Model, span.ResponseModel, span.ResponseId, span.FinishReason, span.ErrorKind, span.Cost, span.Prompt),
            (span.Usage?.InputTokenCount, span.Usage?.OutputTokenCount, span.Usage?.CachedInputTokenCount, span.Usage?.ReasoningTokenCount),
            (span.GetInputJson(), span.GetOutputJson(), span.IsAppRoot, span.Parameters?.Temperature, span.Parameters?.MaxOutputTokens),
            (span.Context.UserId, span.Context.Public, string.Join(',', span.Context.Tags), string.Join(',', span.Metadata)));
    }

    [Theory]
    [InlineData("cost")]
    [InlineData("cancelled")]
    public async Task A_call_without_a_usage_comes_along_with_what_it_cost(string what)
    {
        SpanRecord record = SinkHarness.Record("call");
        record.Type = ObservationType.Generation;
        record.Model = "m";
        if (what == "cost")
        {
            record.Billing = new BillingTerms { ReportedCost = 0.02m };
        }
        else
        {
            record.Route = new CallRoute("fast", 1);
            record.Route.Add(new RouteAttempt(new Deployment("a/m", "a", "m"), "fast") { Error = LlmErrorKind.Cancelled });
        }

        var live = new EncodingSink();
        var again = new EncodingSink();
        live.Emit(new SpanData(record));
        await using (var lines = new JsonLinesTraceSink(File))
        {
            lines.Emit(new SpanData(record));
            await lines.FlushAsync(Patience);
        }

        await JsonLinesReplay.RunAsync(File, again);

        Assert.Contains(what == "cost" ? "0.02" : "\"total\":0", Encoding.UTF8.GetString(Assert.Single(again.Spans)), StringComparison.Ordinal);
        Assert.Equal(live.Spans.Select(Convert.ToHexString), again.Spans.Select(Convert.ToHexString));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Where_the_time_of_an_attempt_went_comes_along(bool isAttempt)
    {
        SpanRecord record = SinkHarness.Record("call");
        record.Operation = "chat";
        record.Deployment = new Deployment("a/m", "a", "m");
        if (isAttempt)
        {
            record.Attempt = new RouteAttempt(record.Deployment, "fast") { StatusCode = 503, Error = LlmErrorKind.Overloaded, Role = AttemptRole.Hedge, Credential = TimeSpan.FromTicks(51_234), Connect = TimeSpan.FromMilliseconds(7) };
        }
        else
        {
            record.Route = new CallRoute("fast", 1) { Served = record.Deployment };
            record.Route.Details().Credential = TimeSpan.FromTicks(51_234);
            record.Route.SetTiming(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), null, TimeSpan.FromMilliseconds(7));
        }

        var live = new EncodingSink();
        var again = new EncodingSink();
        live.Emit(new SpanData(record));
        await using (var lines = new JsonLinesTraceSink(File))
        {
            lines.Emit(new SpanData(record));
            await lines.FlushAsync(Patience);
        }

        await JsonLinesReplay.RunAsync(File, again);

        string text = Encoding.UTF8.GetString(Assert.Single(again.Spans));
        Assert.Contains("credential_ms", text, StringComparison.Ordinal);
        Assert.Contains("connect_ms", text, StringComparison.Ordinal);
        Assert.Equal(live.Spans.Select(Convert.ToHexString), again.Spans.Select(Convert.ToHexString));
    }

    [Fact]
    public async Task Files_taken_out_of_a_span_come_along()
    {
        byte[] picture = [1, 2, 3, 250];
        SpanRecord record = SinkHarness.Record("seen");
        record.SetInput("\"@@@langfuseMedia:type=image/png|id=x|source=bytes@@@\""u8);
        record.Media = [MediaItem.Of(MediaField.Output, "image/png", picture)];
        await using (var lines = new JsonLinesTraceSink(File))
        {
            lines.Emit(new SpanData(record));
            await lines.FlushAsync(Patience);
        }

        var again = new RecordingTraceSink();
        await JsonLinesReplay.RunAsync(File, again);

        MediaItem item = Assert.Single(Assert.Single(again.Spans).Record.Media!);
        Assert.Equal((MediaField.Output, "image/png", record.Media[0].Id), (item.Field, item.ContentType, item.Id));
        Assert.Equal(picture, item.Bytes);
    }

    [Fact]
    public async Task Damaged_lines_are_skipped_and_named_and_the_others_arrive()
    {
        await using (var lines = new JsonLinesTraceSink(File))
        {
            lines.Emit(new SpanData(SinkHarness.Record("first")));
            lines.Emit(new SpanData(SinkHarness.Record("second")));
            await lines.FlushAsync(Patience);
        }

        string[] good = await System.IO.File.ReadAllLinesAsync(File);
        string[] all =
        [
            good[0],
            "not json",
            "",
            "{\"kind\":\"dog\"}",
            "[1]",
            good[1].Replace("\"start_unix_nano\":", "\"start_unix_nano\":\"x\",\"y\":", StringComparison.Ordinal),
            good[1].Replace("\"span_id\":\"", "\"span_id\":\"zz", StringComparison.Ordinal),
            good[1] + "\r",
            good[0][..40],
        ];
        await System.IO.File.WriteAllTextAsync(File, string.Join('\n', all));
        var again = new RecordingTraceSink();

        ReplayResult result = await JsonLinesReplay.RunAsync(File, again);

        Assert.Equal(["first", "second"], again.Spans.Select(static span => span.Name));
        Assert.Equal((2, 0, 6), (result.Spans, result.Scores, result.Skipped));
        Assert.True(result.ReachedEnd);
        Assert.False(result.IsComplete);
        Assert.Equal(
            [
                "line 2: is no whole JSON object",
                "line 4: is neither a span nor a score: 'kind' is not \"span\" or \"score\"",
                "line 5: is neither a span nor a score: 'kind' is not \"span\" or \"score\"",
                "line 6: has a field of a wrong type or value",
                "line 7: has a 'span_id' that is not 16 hexadecimal digits",
                "line 9: is no whole JSON object",
            ],
            result.Problems);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_line_longer_than_the_bound_is_skipped_in_bounded_memory(bool last)
    {
        await using (var lines = new JsonLinesTraceSink(File))
        {
            lines.Emit(new SpanData(SinkHarness.Record("short")));
            await lines.FlushAsync(Patience);
        }

        string good = await System.IO.File.ReadAllTextAsync(File);
        string giant = new('x', 3_000_000);
        await System.IO.File.WriteAllTextAsync(File, last ? good + giant : giant + "\n" + good);
        var again = new RecordingTraceSink();

        ReplayResult result = await new ReplayRun(File, new SinkSet([again], null, TimeProvider.System), null, maxLineBytes: 100_000).RunAsync(CancellationToken.None);

        Assert.Equal("short", Assert.Single(again.Spans).Name);
        Assert.Equal([$"line {(last ? 2 : 1)}: is longer than 64 MiB"], result.Problems);
    }

    [Fact]
    public async Task A_replay_goes_no_faster_than_the_sink_delivers()
    {
        await using (var lines = new JsonLinesTraceSink(File, capacity: 5_000))
        {
            for (int i = 0; i < 3_000; i++)
            {
                lines.Emit(new SpanData(SinkHarness.Record()));
            }

            Assert.True((await lines.FlushAsync(Patience)).IsComplete);
        }

        await using SinkHarness harness = await SinkHarness.StartAsync(o => o.MaxQueuedSpans = 600);

        ReplayResult result = await JsonLinesReplay.RunAsync(File, harness.Sink).WaitAsync(Patience);

        Assert.True(result.IsComplete, result.Flush.Error);
        Assert.Equal(0, result.Flush.Dropped);
        Assert.Equal(3_000, harness.Receiver.Spans.Select(static span => span.SpanId).Distinct().Count());
    }

    [Fact]
    public async Task A_sink_that_does_not_deliver_ends_the_replay_with_its_reason()
    {
        await using (var lines = new JsonLinesTraceSink(File))
        {
            for (int i = 0; i < 1_200; i++)
            {
                lines.Emit(new SpanData(SinkHarness.Record()));
            }

            await lines.FlushAsync(Patience);
        }

        var stuck = new StuckSink();
        ReplayResult result = await JsonLinesReplay.RunAsync(File, stuck);

        Assert.Equal((500, 500, false, false), (stuck.Count, result.Spans, result.ReachedEnd, result.IsComplete));
        Assert.Equal("no answer", result.Flush.Error);
    }

    [Fact]
    public async Task Content_bound_to_a_region_stays_with_sinks_of_that_region()
    {
        SpanRecord record = SinkHarness.Record("call");
        record.SetInput("\"secret\""u8);
        record.BoundRegion = "eu";
        await using (var lines = new JsonLinesTraceSink(File) { Regions = ["eu"] })
        {
            lines.Emit(new SpanData(record));
            await lines.FlushAsync(Patience);
        }

        var inside = new RegionSink("eu");
        var outside = new RegionSink("us");
        await JsonLinesReplay.RunAsync(File, inside);
        await JsonLinesReplay.RunAsync(File, outside);

        Assert.Equal("\"secret\"", Assert.Single(inside.Spans).GetInputJson());
        Assert.Null(Assert.Single(outside.Spans).GetInputJson());
    }

    [Fact]
    public async Task The_tracer_replays_into_every_sink_but_the_one_that_writes_the_file()
    {
        await using var lines = new JsonLinesTraceSink(File);
        using CallHarness h = Workflow(lines);
        h.Tracer.StartTrace("once").Dispose();
        await h.Tracer.FlushAsync(Patience);

        ReplayResult result = await h.Tracer.ReplayAsync(Path.Combine(_folder, ".", "traces.jsonl"));
        await h.Tracer.FlushAsync(Patience);

        Assert.Equal(1, result.Spans);
        Assert.Single(await System.IO.File.ReadAllLinesAsync(File));
        Assert.Equal(["once", "once"], h.Traces.Spans.Select(static span => span.Name));
        Assert.Single(h.Traces.Spans.Select(static span => span.SpanId).Distinct());
    }

    [Fact]
    public async Task A_missing_file_and_no_file_are_said()
    {
        await Assert.ThrowsAsync<FileNotFoundException>(() => JsonLinesReplay.RunAsync(File, new RecordingTraceSink()));
        await Assert.ThrowsAsync<ArgumentException>(() => JsonLinesReplay.RunAsync(" ", new RecordingTraceSink()));
        using CallHarness h = Workflow();
        await Assert.ThrowsAsync<ArgumentException>(() => h.Tracer.ReplayAsync(""));
    }

    private static CallHarness Workflow(params ITraceSink[] sinks)
    {
        var h = new CallHarness(
            llm =>
            {
                llm.AddModelGroup("fast", g => g
                    .AddDeployment("a/m", static d => (d.Price, d.Order) = (new ModelPrice { InputPerMillion = 1, CacheReadPerMillion = 0.1m, OutputPerMillion = 3 }, 0))
                    .AddDeployment("b/m", static d => (d.Price, d.Order) = (new ModelPrice { InputPerMillion = 1, CacheReadPerMillion = 0.1m, OutputPerMillion = 3 }, 1)));
                foreach (ITraceSink sink in sinks)
                {
                    llm.AddSink(sink);
                }
            },
            "a",
            "b");
        h["a"].OnCall(1).Throw(LlmErrorKind.RateLimited, statusCode: 429);
        h["a"].OnOtherCalls.Answer("Grüße, \"you\"\n").Usage(1_000, 70, cachedInput: 300, reasoning: 20);
        h["b"].OnCall(1).Answer("from b").Usage(10, 5);
        h["b"].OnOtherCalls.Stream("one ", "two").Usage(7, 3);
        return h;
    }

    private static async Task RunWorkflowAsync(CallHarness h)
    {
        var labels = new TraceContext { UserId = "ü-1", Team = "t", Feature = "f", Tags = ["x", "y"], Public = true, Version = "3", Metadata = new Dictionary<string, string> { ["k"] = "v" } };
        using TraceScope trace = h.Tracer.StartTrace("job", labels);
        trace.Input = "text with \"quotes\"";
        var options = new ChatOptions { Temperature = 0.25f, MaxOutputTokens = 50, StopSequences = ["END"] };
        await h.Client.ChatAsync("fast", "first", options);
        h.Time.Advance(TimeSpan.FromMinutes(5));
        ChatResponse answer = await h.Client.ChatAsync("fast", "second", options);
        answer.Score("good", 0.75);
        await foreach (ChatResponseUpdate update in h.Client.ChatStreamingAsync("fast", "third", ((ChatOptions?)null).WithRouting(new RoutingOptions { Only = ["b/m"] })))
        {
            h.Time.Advance(TimeSpan.FromMilliseconds(3));
        }

        using (SpanScope search = trace.StartSpan("search", ObservationType.Retriever))
        {
            search.SetMetadata("index", "docs");
        }

        h["b"].OnOtherCalls.Throw(LlmErrorKind.Authentication, statusCode: 401);
        await CallHarness.FailsAsync(() => h.Client.ChatAsync("fast", "fourth", ((ChatOptions?)null).WithRouting(new RoutingOptions { Only = ["b/m"] })));
        trace.Score("kind", "friendly");
        trace.Score("done", true);
    }

    private sealed class Listener(List<ReplayResult> heard) : IProgress<ReplayResult>
    {
        public void Report(ReplayResult value) => heard.Add(value);
    }

    /// <summary>Takes everything and delivers nothing.</summary>
    private sealed class StuckSink : ITraceSink
    {
        public int Count { get; private set; }

        public void Emit(in SpanData span) => Count++;

        public void Emit(in ScoreData score) => Count++;

        public ValueTask<FlushResult> FlushAsync(TimeSpan timeout, CancellationToken cancellationToken = default) =>
            ValueTask.FromResult(new FlushResult(0, 0, Count, "no answer"));
    }
}

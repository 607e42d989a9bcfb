using System.Text.Json;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;

namespace LlmStack.Tests.Tracing;

public sealed class TraceSinkTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly string _folder = Directory.CreateTempSubdirectory("llmstack").FullName;
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Json_lines_hold_every_span_and_score_with_ids_for_a_replay()
    {
        string path = Path.Combine(_folder, "traces.jsonl");
        await using var sink = new JsonLinesTraceSink(path);
        var tracer = new LlmTracer([sink], [], new TracingOptions(), _time);
        TraceId id;
        using (TraceScope trace = tracer.StartTrace("search", new TraceContext { UserId = "u-1", Tags = ["t"], Metadata = new Dictionary<string, string> { ["k"] = "v" } }))
        {
            id = trace.TraceId;
            SpanRecord call = tracer.StartAutomatic("call", ObservationType.Generation, _time.GetTimestamp(), AmbientScope.CurrentContext)!;
            call.SetInput("[\n  {\"role\": \"user\"}\n]"u8);
            call.Usage = new UsageDetails { InputTokenCount = 10, CachedInputTokenCount = 4, OutputTokenCount = 2 };
            tracer.End(call, _time.GetTimestamp());
            trace.Score("helpful", 0.5);
        }

        FlushResult result = await tracer.FlushAsync(Patience).AsTask().WaitAsync(Patience);
        Assert.Equal(new FlushResult(3, 0, 0, null), result);
        JsonElement[] lines = [.. (await File.ReadAllLinesAsync(path)).Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(["span", "score", "span"], lines.Select(l => l.GetProperty("kind").GetString()));
        Assert.All(lines, line => Assert.Equal(id.ToString(), line.GetProperty("trace_id").GetString()));
        Assert.Equal(lines[2].GetProperty("span_id").GetString(), lines[0].GetProperty("parent_span_id").GetString());
        Assert.Equal("[{\"role\":\"user\"}]", lines[0].GetProperty("input").GetRawText());
        Assert.Equal(6, lines[0].GetProperty("usage").GetProperty("input").GetInt64());
        Assert.Equal("u-1", lines[0].GetProperty("trace").GetProperty("user_id").GetString());
        Assert.Equal(0.5, lines[1].GetProperty("value").GetDouble());
    }

    [Fact]
    public async Task Json_lines_that_cannot_be_written_are_counted_with_the_reason()
    {
        await using var sink = new JsonLinesTraceSink(_folder);
        var tracer = new LlmTracer([sink], [], new TracingOptions(), _time);
        tracer.StartTrace("lost").Dispose();
        FlushResult result = await tracer.FlushAsync(Patience).AsTask().WaitAsync(Patience);
        Assert.Equal((0, 1, 0), (result.Delivered, result.Dropped, result.Pending));
        Assert.Contains(_folder, result.Error, StringComparison.Ordinal);
        Assert.False(result.IsComplete);
    }

    [Fact]
    public async Task Json_lines_under_parallel_load_are_whole_and_all_accounted_for()
    {
        string path = Path.Combine(_folder, "load.jsonl");
        var sink = new JsonLinesTraceSink(path, capacity: 64);
        var tracer = new LlmTracer([sink], [], new TracingOptions(), TimeProvider.System);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < 500; i++)
            {
                using TraceScope trace = tracer.StartTrace("load");
                trace.Output = "text";
            }
        }))).WaitAsync(Patience);
        FlushResult result = await sink.FlushAsync(Patience).AsTask().WaitAsync(Patience);
        await sink.DisposeAsync();
        string[] lines = await File.ReadAllLinesAsync(path);
        Assert.Equal(2000, result.Delivered + result.Dropped);
        Assert.Equal(0, result.Pending);
        Assert.Equal(result.Delivered, lines.Length);
        Assert.Equal(lines.Length, lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("span_id").GetString()).Distinct().Count());
    }

    [Fact]
    public async Task After_dispose_a_json_lines_sink_counts_what_still_comes()
    {
        var sink = new JsonLinesTraceSink(Path.Combine(_folder, "closed.jsonl"));
        var tracer = new LlmTracer([sink], [], new TracingOptions(), _time);
        tracer.StartTrace("first").Dispose();
        await sink.DisposeAsync();
        sink.Dispose();
        tracer.StartTrace("second").Dispose();
        FlushResult result = await sink.FlushAsync(Patience).AsTask().WaitAsync(Patience);
        Assert.Equal((1, 1, 0), (result.Delivered, result.Dropped, result.Pending));
        Assert.Equal(1, sink.Dropped);
    }

    [Fact]
    public async Task The_in_memory_sink_is_bounded_and_says_what_it_dropped()
    {
        var sink = new InMemoryTraceSink(2);
        var tracer = new LlmTracer([sink], [], new TracingOptions(), _time);
        for (int i = 0; i < 3; i++)
        {
            tracer.StartTrace("t" + i).Dispose();
        }

        Assert.Equal(["t0", "t1"], sink.Spans.Select(s => s.Name));
        Assert.Equal(1, sink.Dropped);
        FlushResult result = await sink.FlushAsync(Patience);
        Assert.Equal((2, 1, 0), (result.Delivered, result.Dropped, result.Pending));
        sink.Clear();
        Assert.Empty(sink.Spans);
        Assert.Throws<ArgumentOutOfRangeException>(() => new InMemoryTraceSink(0));
    }

    [Fact]
    public void An_owned_span_is_not_changed_by_what_comes_after()
    {
        var sink = new InMemoryTraceSink();
        var tracer = new LlmTracer([sink], [], new TracingOptions(), _time);
        var usage = new UsageDetails { InputTokenCount = 1 };
        using (SpanScope span = tracer.StartSpan("first"))
        {
            span.Output = "one";
            span.Usage = usage;
            span.SetMetadata("k", "v");
        }

        usage.InputTokenCount = 99;
        using (SpanScope span = tracer.StartSpan("second"))
        {
            span.Output = "two";
        }

        SpanData first = sink.Spans[0];
        Assert.Equal(("first", "\"one\"", 1), (first.Name, first.GetOutputJson(), first.Usage!.InputTokenCount));
        Assert.Equal([new("k", "v")], first.Metadata);
        Assert.Empty(sink.Spans[1].Metadata);
    }

    [Fact]
    public async Task The_console_prints_a_tree_without_content_unless_asked()
    {
        using var text = new StringWriter();
        using var loud = new StringWriter();
        var tracer = new LlmTracer([new ConsoleTraceSink(text), new ConsoleTraceSink(loud, includeContent: true)], [], new TracingOptions(), _time);
        TraceId id;
        using (TraceScope trace = tracer.StartTrace("search"))
        {
            id = trace.TraceId;
            using (SpanScope step = tracer.StartSpan("step", ObservationType.Retriever))
            {
                step.Output = "secret";
                _time.Advance(TimeSpan.FromMilliseconds(12));
                using SpanScope inner = tracer.StartSpan("inner", ObservationType.Tool);
                inner.Fail(new InvalidOperationException("no\nluck"));
            }

            trace.Score("helpful", true);
        }

        await tracer.FlushAsync(Patience);
        Assert.Equal(
            $"score helpful = 1 (trace {id})\ntrace {id}\n  span search  12 ms\n    retriever step  12 ms\n      tool inner  0 ms  ERROR: no luck\n",
            text.ToString().ReplaceLineEndings("\n"));
        Assert.Contains("out=\"secret\"", loud.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Flushing_adds_up_all_sinks_and_joins_their_errors()
    {
        var good = new FlushingSink(() => Task.FromResult(new FlushResult(5, 1, 0, "one lost")));
        var broken = new FlushingSink(() => throw new InvalidOperationException("no disk"));
        var stuck = new FlushingSink(() => new TaskCompletionSource<FlushResult>().Task);
        var tracer = new LlmTracer([good, broken, stuck], [], new TracingOptions(), _time);
        Task<FlushResult> flush = tracer.FlushAsync(TimeSpan.FromSeconds(2)).AsTask();
        _time.Advance(TimeSpan.FromSeconds(2));
        FlushResult result = await flush.WaitAsync(Patience);
        Assert.Equal((5, 1), (result.Delivered, result.Dropped));
        Assert.False(result.IsComplete);
        Assert.Contains("one lost", result.Error, StringComparison.Ordinal);
        Assert.Contains("no disk", result.Error, StringComparison.Ordinal);
        Assert.Contains("did not answer within 00:00:02", result.Error, StringComparison.Ordinal);
    }

    private sealed class FlushingSink(Func<Task<FlushResult>> flush) : ITraceSink
    {
        public void Emit(in SpanData span)
        {
        }

        public void Emit(in ScoreData score)
        {
        }

        public ValueTask<FlushResult> FlushAsync(TimeSpan timeout, CancellationToken cancellationToken = default) => new(flush());
    }
}

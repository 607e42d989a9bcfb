using LlmStack.Langfuse;
using LlmStack.Langfuse.Spooling;
using LlmStack.Tests.Support;
using LlmStack.Tracing;

namespace LlmStack.Tests.Langfuse.Spooling;

/// <summary>Bounds of size, age and memory, and a disk that has no room: nobody waits, nothing is lost without a count.</summary>
public sealed class SpoolBoundsTests : IAsyncLifetime
{
    private readonly SpoolFolder _folder = new();
    private LangfuseReceiver _receiver = null!;

    public async Task InitializeAsync() => _receiver = await LangfuseReceiver.StartAsync();

    public async Task DisposeAsync()
    {
        await _receiver.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_full_spool_leaves_spans_to_memory_and_then_counts_them()
    {
        _receiver.Rule = static (_, _) => new ScriptedReply(503);
        await using SpoolHarness harness = new(_receiver.BaseUrl, _folder.Spool, static langfuse =>
        {
            langfuse.Spool.MaxBytes = 4 * SpoolHarness.SegmentBytes;
            langfuse.MaxQueuedSpans = 16;
        });
        int emitted = 0;
        while (harness.Counters.DroppedFor(DropReason.QueueFull) == 0)
        {
            harness.Emit(contentBytes: 4_000);
            emitted++;
            await Task.Yield();
        }

        Assert.InRange(_folder.Segments().Sum(static file => new FileInfo(file).Length), 2 * SpoolHarness.SegmentBytes, 4 * SpoolHarness.SegmentBytes);
        Assert.InRange(harness.Counters.Bypassed, 17, int.MaxValue);
        Assert.Equal(emitted - 1, harness.Counters.Accepted);
        await SpoolHarness.UntilAsync(() => harness.Logged(3031) >= 1);

        _receiver.Rule = null;
        await SpoolHarness.UntilAsync(() =>
        {
            // Whatever pause the last refusals began is over some day.
            harness.Time.Advance(TimeSpan.FromSeconds(0.1));
            return harness.Counters.Delivered == emitted - 1;
        });
        Assert.Equal(emitted - 1, _receiver.Spans.Select(static span => span.SpanId).Distinct().Count());

        // There is room again, and it is used.
        harness.Time.Advance(TimeSpan.FromSeconds(1));
        await SpoolHarness.UntilAsync(() => harness.Logged(3032) >= 1);
        long bypassed = harness.Counters.Bypassed;
        harness.Emit();
        Assert.Equal(bypassed, harness.Counters.Bypassed);
    }

    [Fact]
    public async Task A_span_larger_than_a_segment_goes_through_memory()
    {
        await using SpoolHarness harness = new(_receiver.BaseUrl, _folder.Spool);
        harness.Emit("before");
        harness.Emit("huge", contentBytes: 2 * SpoolHarness.SegmentBytes);
        harness.Emit("after");

        Assert.True((await harness.FlushAsync()).IsComplete);
        Assert.Equal(["after", "before", "huge"], _receiver.Spans.Select(static span => span.Name).Order(StringComparer.Ordinal));
        Assert.Equal(1, harness.Counters.Bypassed);
    }

    [Fact]
    public async Task A_span_at_the_end_of_a_segment_moves_to_the_next_as_a_whole()
    {
        await using SpoolHarness harness = new(_receiver.BaseUrl, _folder.Spool);
        List<SpanRecord> emitted = [];
        for (int i = 0; i < 30; i++)
        {
            emitted.Add(await harness.EmitAsync(contentBytes: 9_000 + i));
        }

        Assert.True((await harness.FlushAsync()).IsComplete);
        Assert.Equal(0, harness.Counters.Bypassed);
        Assert.Equal(emitted.Select(static span => span.SpanId.ToString()), _receiver.Spans.Select(static span => span.SpanId));
        Assert.Equal(Enumerable.Range(9_000, 30), _receiver.Spans.Select(static span => span.Text("langfuse.observation.input")!.Length));
    }

    [Fact]
    public async Task A_burst_has_files_made_ahead_of_it_which_are_given_back_afterwards()
    {
        await using SpoolHarness harness = new(_receiver.BaseUrl, _folder.Spool);
        for (int i = 0; i < 40; i++)
        {
            await harness.EmitAsync(contentBytes: 9_000);
        }

        // On a clock that stands still it is the fastest burst there can be.
        await SpoolHarness.UntilAsync(() => _folder.Segments("otlp").Length >= 16);
        Assert.True((await harness.FlushAsync()).IsComplete);
        await SpoolHarness.UntilAsync(() =>
        {
            harness.Time.Advance(TimeSpan.FromSeconds(1));
            return _folder.Segments("otlp").Length == 3;
        });
        Assert.Equal(0, harness.Counters.Bypassed);
    }

    [Fact]
    public async Task Records_older_than_the_bound_are_dropped_and_counted()
    {
        string left;
        await using (SpoolHarness killed = new(SpoolHarness.Nowhere, _folder.Spool))
        {
            killed.Emit("old");
            killed.Time.Advance(TimeSpan.FromDays(2));
            killed.Emit("young");
            left = _folder.Crash();
        }

        // After the bound for the one and before it for the other.
        await using SpoolHarness next = new(SpoolHarness.Nowhere, left, time: new(new DateTimeOffset(2026, 11, 30, 18, 0, 0, TimeSpan.Zero)));
        await next.ScannedAsync();
        await SpoolHarness.UntilAsync(() => next.Counters.DroppedFor(DropReason.Expired) == 1);

        Assert.Equal(2, next.Counters.Recovered);
        Assert.Equal(1, next.Sink.Spool!.Pending);
    }

    [Fact]
    public async Task An_unusable_directory_is_said_and_everything_goes_through_memory()
    {
        string file = Path.Combine(_folder.Path, "file");
        File.WriteAllText(file, "no directory");
        await using SpoolHarness harness = new(_receiver.BaseUrl, file);
        harness.Emit();

        Assert.True((await harness.FlushAsync()).IsComplete);
        Assert.Null(harness.Sink.Spool);
        Assert.Single(_receiver.Spans);
        Assert.Equal(1, harness.Logged(3030));
    }

    [Fact]
    public async Task A_directory_that_somebody_removes_is_made_again_and_what_it_held_is_still_sent()
    {
        await using SpoolHarness harness = new(_receiver.BaseUrl, _folder.Spool);
        await harness.ScannedAsync();
        await harness.EmitAsync("before");
        Directory.Delete(_folder.Spool, recursive: true);
        harness.Time.Advance(TimeSpan.FromSeconds(1));
        await SpoolHarness.UntilAsync(() => _folder.Segments("otlp").Length > 0 && !harness.Sink.Spool!.NeedsSpare);
        await harness.EmitAsync("after");

        await using (SpoolHarness next = new(_receiver.BaseUrl, _folder.Crash()))
        {
            await SpoolHarness.UntilAsync(() => next.Sink.Spool is { HasScanned: true, Pending: 0 });
            Assert.Equal(1, next.Counters.Recovered);
        }

        Assert.True((await harness.FlushAsync()).IsComplete);
        Assert.Equal(["after", "after", "before"], _receiver.Spans.Select(static span => span.Name).Order());
        Assert.Equal((1, 0), (harness.Logged(3040), harness.Logged(3039)));
        Assert.Equal(0, harness.Counters.Bypassed);
    }

    [Fact]
    public async Task Emitting_into_the_spool_allocates_nothing()
    {
        await using SpoolHarness harness = new(SpoolHarness.Nowhere, _folder.Spool, static langfuse =>
        {
            langfuse.Spool.SegmentBytes = 32 * 1024 * 1024;
            langfuse.MaxBatchSpans = 100_000;
            langfuse.MaxBatchBytes = 256 * 1024 * 1024;
        });
        SpanRecord record = SinkHarness.Record("chat");
        record.SetInput("""{"a":1}"""u8);
        for (int i = 0; i < 1_000; i++)
        {
            harness.Sink.Emit(new SpanData(record));
        }

        const int Count = 10_000;
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Count; i++)
        {
            harness.Sink.Emit(new SpanData(record));
        }

        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / Count, 0, 0);
        Assert.Equal(0, harness.Counters.Bypassed);
    }
}

using LlmStack.Langfuse;
using LlmStack.Langfuse.Spooling;
using LlmStack.Tests.Support;
using LlmStack.Tracing;

namespace LlmStack.Tests.Langfuse.Spooling;

/// <summary>What a spool keeps, who delivers it, and when it is gone.</summary>
public sealed class SpoolDeliveryTests : IAsyncLifetime
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
    public async Task Spans_and_scores_are_delivered_out_of_the_spool_and_its_files_removed()
    {
        await using (SpoolHarness harness = new(_receiver.BaseUrl, _folder.Spool))
        {
            SpanRecord span = harness.Emit();
            harness.Sink.Emit(Score("helpful"));
            FlushResult result = await harness.FlushAsync();

            Assert.True(result.IsComplete, result.Error);
            Assert.Equal(2, result.Delivered);
            Assert.Equal(0, harness.Counters.Bypassed);
            Assert.Equal(span.SpanId.ToString(), Assert.Single(_receiver.Spans).SpanId);
            Assert.Equal("helpful", Assert.Single(_receiver.Scores).Body.GetProperty("name").GetString());
        }

        Assert.Empty(_folder.Segments());
    }

    [Fact]
    public async Task A_batch_leaves_after_the_interval_without_a_flush()
    {
        await using SpoolHarness harness = new(_receiver.BaseUrl, _folder.Spool);
        harness.Emit();
        harness.Time.Advance(TimeSpan.FromSeconds(2));

        await _receiver.WaitForRequestsAsync(1);
        Assert.Single(_receiver.Spans);
    }

    [Fact]
    public async Task What_Emit_returned_for_outlives_a_killed_process_with_the_same_bytes()
    {
        string left;
        List<SpanRecord> emitted = [];
        await using (SpoolHarness killed = new(SpoolHarness.Nowhere, _folder.Spool))
        {
            for (int i = 0; i < 500; i++)
            {
                emitted.Add(await killed.EmitAsync(contentBytes: i));
            }

            killed.Sink.Emit(Score("kept"));

            // Nothing was asked to flush or sync: the files are as a kill leaves them.
            left = _folder.Crash();
        }

        await using SpoolHarness next = new(SpoolHarness.Nowhere, left);
        await next.ScannedAsync();

        Assert.Equal(500, next.Counters.Recovered);
        Assert.Equal(1, next.Sink.ScoreCounters.Recovered);
        Assert.Equal(0, next.Counters.Emitted);
        Assert.Equal(2, next.Logged(3033));

        Assert.Equal(Encode(emitted), Stored(next));
    }

    [Fact]
    public async Task Undelivered_spans_and_scores_are_left_at_the_end_and_sent_by_the_next_process()
    {
        List<string> emitted = [];
        await using (SpoolHarness first = new(_receiver.BaseUrl, _folder.Spool))
        {
            _receiver.Rule = static (_, _) => new ScriptedReply(503);
            for (int i = 0; i < 10; i++)
            {
                emitted.Add(first.Emit().SpanId.ToString());
            }

            first.Sink.Emit(Score("late"));
            await first.DisposeAsync();
            Assert.Equal(0, first.Counters.Dropped);
            Assert.Equal(1, first.Logged(3038));
        }

        _receiver.Rule = null;
        await using SpoolHarness second = new(_receiver.BaseUrl, _folder.Spool);
        await SpoolHarness.UntilAsync(() => second.Counters.Delivered == 10 && second.Sink.ScoreCounters.Delivered == 1);

        Assert.Equal(emitted, _receiver.Spans.Select(static span => span.SpanId));
        Assert.Equal("late", Assert.Single(_receiver.Scores).Body.GetProperty("name").GetString());
    }

    [Fact]
    public async Task Repeats_after_a_restart_are_the_same_request()
    {
        await using (SpoolHarness first = new(_receiver.BaseUrl, _folder.Spool))
        {
            _receiver.Rule = static (_, _) => new ScriptedReply(0) { Reset = true };
            first.Emit(contentBytes: 100);
            first.Emit(contentBytes: 200);
            first.Sink.Emit(Score("again"));
            await first.FlushAsync(0.1);
        }

        List<ReceivedRequest> before = [.. _receiver.Requests];
        _receiver.Rule = null;
        await using SpoolHarness second = new(_receiver.BaseUrl, _folder.Spool);
        await SpoolHarness.UntilAsync(() => second.Counters.Delivered == 2 && second.Sink.ScoreCounters.Delivered == 1);

        foreach (string path in (string[])[LangfuseReceiver.TracesPath, LangfuseReceiver.IngestionPath])
        {
            Assert.Equal(before.First(request => request.Path == path).Body, _receiver.Requests.Last(request => request.Path == path).Body);
        }
    }

    [Fact]
    public async Task A_partly_delivered_segment_goes_on_where_it_was()
    {
        string left;
        await using (SpoolHarness first = new(_receiver.BaseUrl, _folder.Spool, langfuse => langfuse.MaxBatchSpans = 4))
        {
            for (int i = 0; i < 4; i++)
            {
                first.Emit("sent");
            }

            await first.FlushAsync();
            _receiver.Rule = static (_, _) => new ScriptedReply(503);
            for (int i = 0; i < 3; i++)
            {
                first.Emit("left");
            }

            await first.FlushAsync(0.1);
            left = _folder.Crash();
        }

        _receiver.Rule = null;
        await using SpoolHarness second = new(_receiver.BaseUrl, left);
        await SpoolHarness.UntilAsync(() => second.Counters.Delivered == 3);

        Assert.Equal(3, second.Counters.Recovered);
        Assert.Equal(4, _receiver.Spans.Count(static span => span.Name == "sent"));
        Assert.Equal(3, _receiver.Spans.Count(static span => span.Name == "left"));
    }

    [Fact]
    public async Task Another_project_or_server_never_gets_them()
    {
        await using (SpoolHarness first = new(SpoolHarness.Nowhere, _folder.Spool))
        {
            first.Emit();
            first.Sink.Emit(Score("private"));
        }

        string[] left = _folder.Segments();
        await using (SpoolHarness otherServer = new(_receiver.BaseUrl, _folder.Spool))
        await using (SpoolHarness otherProject = new(_receiver.BaseUrl, _folder.Spool, static langfuse => langfuse.PublicKey = "pk-lf-2"))
        {
            foreach (SpoolHarness other in (SpoolHarness[])[otherServer, otherProject])
            {
                await other.ScannedAsync();
                other.Emit("own");
                await other.FlushAsync();
                Assert.Equal(0, other.Counters.Recovered);
                Assert.InRange(other.Sink.Spool!.Foreign, 2, int.MaxValue);
                Assert.Equal(1, other.Logged(3036));
            }
        }

        Assert.Equal(2, _receiver.Spans.Count);
        Assert.All(_receiver.Spans, static span => Assert.Equal("own", span.Name));
        Assert.Empty(_receiver.Scores);
        Assert.Equal(left, _folder.Segments());
    }

    [Fact]
    public async Task A_segment_of_another_identity_that_was_moved_here_is_not_sent()
    {
        await using (SpoolHarness first = new(SpoolHarness.Nowhere, _folder.Spool))
        {
            first.Emit();
        }

        string foreign = Assert.Single(_folder.Segments("otlp"));
        await using SpoolHarness own = new(_receiver.BaseUrl, _folder.Spool);
        string folder = Path.GetDirectoryName(_folder.Segments("otlp").First(file => Path.GetDirectoryName(file) != Path.GetDirectoryName(foreign)))!;
        string moved = Path.Combine(folder, Path.GetFileName(foreign));
        File.Move(foreign, moved);
        await own.ScannedAsync();
        own.Time.Advance(TimeSpan.FromMinutes(1));
        own.Emit("own");
        await own.FlushAsync();

        Assert.Equal("own", Assert.Single(_receiver.Spans).Name);
        Assert.True(File.Exists(moved));
    }

    [Fact]
    public async Task Two_processes_share_a_directory_and_what_a_third_left_is_sent_once()
    {
        await using (SpoolHarness dead = new(_receiver.BaseUrl, _folder.Spool))
        {
            _receiver.Rule = static (_, _) => new ScriptedReply(503);
            for (int i = 0; i < 100; i++)
            {
                await dead.EmitAsync("orphan", contentBytes: 2_000);
            }
        }

        Assert.InRange(_folder.Segments("otlp").Length, 3, int.MaxValue);
        _receiver.Rule = null;
        await using SpoolHarness one = new(_receiver.BaseUrl, _folder.Spool);
        await using SpoolHarness two = new(_receiver.BaseUrl, _folder.Spool);
        for (int i = 0; i < 50; i++)
        {
            one.Emit("one");
            two.Emit("two");
        }

        await one.ScannedAsync();
        await two.ScannedAsync();
        await one.FlushAsync();
        await two.FlushAsync();
        await SpoolHarness.UntilAsync(() => one.Counters.Delivered + two.Counters.Delivered == 200);

        Assert.Equal(100, one.Counters.Recovered + two.Counters.Recovered);
        Assert.Equal(200, _receiver.Spans.Count);
        Assert.Equal(200, _receiver.Spans.Select(static span => span.SpanId).Distinct().Count());
    }

    [Fact]
    public async Task A_living_process_takes_over_what_another_leaves_later()
    {
        await using SpoolHarness living = new(_receiver.BaseUrl, _folder.Spool);
        await living.ScannedAsync();
        _receiver.Rule = static (_, _) => new ScriptedReply(503);
        await using (SpoolHarness dying = new(_receiver.BaseUrl, _folder.Spool))
        {
            dying.Emit("late");
            await dying.FlushAsync(0.1);
        }

        _receiver.Rule = null;
        living.Time.Advance(TimeSpan.FromSeconds(30));
        await SpoolHarness.UntilAsync(() => living.Counters.Delivered == 1);

        Assert.Equal("late", Assert.Single(_receiver.Spans).Name);
    }

    [Fact]
    public async Task Damaged_records_are_skipped_and_counted()
    {
        string left;
        await using (SpoolHarness killed = new(_receiver.BaseUrl, _folder.Spool))
        {
            _receiver.Rule = static (_, _) => new ScriptedReply(503);
            for (int i = 0; i < 10; i++)
            {
                killed.Emit($"span {i}");
            }

            left = _folder.Crash();
        }

        // The oldest; the others are made ahead of need.
        string file = Directory.GetFiles(left, "otlp*.seg", SearchOption.AllDirectories).Order(StringComparer.Ordinal).First();
        byte[] bytes = File.ReadAllBytes(file);
        int at = bytes.AsSpan().IndexOf("span 4"u8);
        bytes[at] ^= 1;
        File.WriteAllBytes(file, bytes);
        _receiver.Rule = null;
        await using SpoolHarness next = new(_receiver.BaseUrl, left);
        await SpoolHarness.UntilAsync(() => next.Counters.Delivered == 9);

        Assert.Equal(1, next.Counters.DroppedFor(DropReason.Damaged));
        Assert.Equal(10, next.Counters.Recovered);
        Assert.Equal(1, next.Logged(3034));
        Assert.DoesNotContain(_receiver.Spans, static span => span.Name == "span 4");
    }

    [Fact]
    public async Task A_segment_without_a_beginning_is_left_alone_and_said()
    {
        string folder = new SpoolDirectory(_folder.Spool, Identity()).Folder;
        string file = Path.Combine(folder, "otlp-00000000000001-0000001-00000001.seg");
        byte[] bytes = new byte[5_000];
        bytes.AsSpan().Fill(1);
        File.WriteAllBytes(file, bytes);
        await using SpoolHarness harness = new(_receiver.BaseUrl, _folder.Spool);
        await harness.ScannedAsync();
        harness.Emit();

        Assert.True((await harness.FlushAsync()).IsComplete);
        Assert.Equal(1, harness.Logged(3035));
        Assert.True(File.Exists(file));
    }

    [Fact]
    public async Task What_was_never_written_to_is_removed()
    {
        string folder = new SpoolDirectory(_folder.Spool, Identity()).Folder;
        string file = Path.Combine(folder, "otlp-00000000000001-0000001-00000001.seg");
        File.WriteAllBytes(file, new byte[5_000]);
        await using SpoolHarness harness = new(_receiver.BaseUrl, _folder.Spool);
        await harness.ScannedAsync();

        Assert.False(File.Exists(file));
        Assert.Equal(0, harness.Logged(3035));
    }

    private static byte[] Encode(List<SpanRecord> records)
    {
        var encoder = new OtlpSpanEncoder(null, null);
        var buffer = new HeapBatchBuffer(64);
        foreach (SpanRecord record in records)
        {
            buffer.Commit(encoder.Encode(buffer, record));
        }

        return buffer.Spans(0, buffer.Count).ToArray();
    }

    /// <summary>Every span that the sink has adopted, as its lane would send it.</summary>
    private static byte[] Stored(SpoolHarness harness)
    {
        using var all = new MemoryStream();
        foreach (SpoolSegment segment in harness.Sink.Spool!.AdoptedSpans)
        {
            segment.Pin();
            for (int i = 0; i < segment.Committed; i++)
            {
                Assert.True(segment.TryRead(i, out int offset, out int length, out _));
                all.Write(segment.Bytes(offset, length).Span);
            }

            segment.Unpin();
        }

        return all.ToArray();
    }

    private static ScoreData Score(string name) => new() { Name = name, TraceId = new TraceId(1, 2), DataType = ScoreDataType.Numeric, Value = 0.5 };

    private SpoolIdentity Identity() => SpoolIdentity.Of("pk-lf-1", new Uri(_receiver.BaseUrl + LangfuseReceiver.TracesPath));
}

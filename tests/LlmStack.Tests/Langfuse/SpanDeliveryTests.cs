using System.Text;
using LlmStack.Langfuse;
using LlmStack.Tests.Support;
using LlmStack.Tracing;

namespace LlmStack.Tests.Langfuse;

public sealed class SpanDeliveryTests
{
    [Fact]
    public async Task Requests_carry_credential_version_and_compression()
    {
        await using SinkHarness harness = await SinkHarness.StartAsync();
        harness.Emit();
        await harness.FlushAsync();

        ReceivedRequest request = Assert.Single(harness.Receiver.Requests);
        Assert.Equal(LangfuseReceiver.TracesPath, request.Path);
        Assert.Equal("Basic " + Convert.ToBase64String("pk-lf-1:sk-lf-secret"u8), request.Headers["Authorization"]);
        Assert.Equal("application/x-protobuf", request.Headers["Content-Type"]);
        Assert.Equal("gzip", request.Headers["Content-Encoding"]);
        Assert.Equal("4", request.Headers["x-langfuse-ingestion-version"]);
        Assert.Equal("llmstack-dotnet", request.Headers["x-langfuse-sdk-name"]);
        Assert.NotEmpty(request.Headers["x-langfuse-sdk-version"]);
        Assert.False(request.Headers.ContainsKey("traceparent"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(null)]
    public async Task Compression_can_be_switched_off_and_is_off_for_a_server_on_this_machine(bool? gzip)
    {
        await using SinkHarness harness = await SinkHarness.StartAsync(options => options.Gzip = gzip);
        harness.Emit();
        await harness.FlushAsync();

        ReceivedRequest request = Assert.Single(harness.Receiver.Requests);
        Assert.False(request.Headers.ContainsKey("Content-Encoding"));
        Assert.Single(harness.Receiver.Spans);
    }

    [Fact]
    public async Task A_batch_leaves_after_the_interval_without_a_flush()
    {
        await using SinkHarness harness = await SinkHarness.StartAsync();
        harness.Emit();
        harness.Time.Advance(TimeSpan.FromSeconds(2));

        await harness.Receiver.WaitForRequestsAsync(1);
        Assert.Single(harness.Receiver.Spans);
    }

    [Fact]
    public async Task Batches_close_by_spans_and_by_bytes()
    {
        await using SinkHarness harness = await SinkHarness.StartAsync(options =>
        {
            options.MaxBatchSpans = 4;
            options.MaxBatchBytes = 16 * 1024;
        });
        for (int i = 0; i < 6; i++)
        {
            harness.Emit();
        }

        for (int i = 0; i < 3; i++)
        {
            SpanRecord record = SinkHarness.Record();
            record.SetInput(Encoding.UTF8.GetBytes("[" + new string('7', 7_000) + "]"));
            harness.Emit(record);
        }

        Assert.True((await harness.FlushAsync()).IsComplete);
        Assert.Equal(9, harness.Receiver.Spans.Count);
        Assert.Equal(3, harness.Receiver.Requests.Count);
        Assert.All(harness.Receiver.Requests, request => Assert.InRange(request.Body.Length, 1, (16 * 1024) + 256));
    }

    [Fact]
    public async Task A_bad_span_is_found_by_halving_and_dropped_alone()
    {
        await using SinkHarness harness = await SinkHarness.StartAsync();
        harness.Receiver.Rule = static (_, body) => OtlpDecoder.Decode(body).Exists(span => span.Name == "bad") ? new ScriptedReply(400, """{"error":"invalid span"}""") : new ScriptedReply(200);
        for (int i = 0; i < 20; i++)
        {
            harness.Emit(SinkHarness.Record(i == 13 ? "bad" : "good"));
        }

        FlushResult result = await harness.FlushAsync();

        Assert.Equal(19, harness.Receiver.Spans.Count);
        Assert.Equal(19, harness.Receiver.Spans.Select(span => span.SpanId).Distinct().Count());
        Assert.Equal(1, harness.Sink.SpanCounters.DroppedFor(DropReason.Rejected));
        Assert.Equal((19, 1, 0), (result.Delivered, result.Dropped, result.Pending));
        Assert.Contains("rejected", result.Error, StringComparison.Ordinal);
        Assert.Equal(1, Assert.Single(result.DroppedByReason, static reason => reason.Key == "rejected").Value);
        Assert.Equal(1, harness.Logged(3005));
        Assert.Equal(0, harness.Sink.Status.IsHealthy ? 0 : 1);
    }

    [Fact]
    public async Task A_server_that_finds_everything_invalid_is_not_asked_about_every_span()
    {
        await using SinkHarness harness = await SinkHarness.StartAsync();
        harness.Receiver.Rule = static (_, _) => new ScriptedReply(400);
        for (int i = 0; i < 300; i++)
        {
            harness.Emit();
        }

        FlushResult result = await harness.FlushAsync();

        Assert.Equal(300, result.Dropped);
        Assert.InRange(harness.Receiver.Requests.Count, 1, 24);
    }

    [Fact]
    public async Task A_batch_too_large_is_halved_and_a_span_too_large_dropped()
    {
        await using SinkHarness harness = await SinkHarness.StartAsync();
        harness.Receiver.Rule = static (_, body) => OtlpDecoder.Decode(body) is var spans && (spans.Count > 2 || spans.Exists(span => span.Name == "huge")) ? new ScriptedReply(413, "<html>") : new ScriptedReply(200);
        for (int i = 0; i < 7; i++)
        {
            harness.Emit(SinkHarness.Record(i == 6 ? "huge" : "small"));
        }

        FlushResult result = await harness.FlushAsync();

        Assert.Equal(6, harness.Receiver.Spans.Count);
        Assert.Equal(1, harness.Sink.SpanCounters.DroppedFor(DropReason.TooLarge));
        Assert.Equal(0, result.Pending);
    }

    [Theory]
    [InlineData(401, 3003)]
    [InlineData(403, 3003)]
    [InlineData(404, 3004)]
    [InlineData(302, 3004)]
    public async Task A_refusal_is_said_once_and_tried_again_after_a_minute(int status, int eventId)
    {
        await using SinkHarness harness = await SinkHarness.StartAsync();
        harness.Receiver.Rule = (_, _) => new ScriptedReply(status, """{"message":"no"}""");
        harness.Emit();

        FlushResult refused = await harness.FlushAsync();
        FlushResult still = await harness.FlushAsync();

        Assert.Equal((0, 0, 1), (refused.Delivered, refused.Dropped, refused.Pending));
        Assert.Equal(1, still.Pending);
        Assert.Single(harness.Receiver.Requests);
        Assert.True(harness.Sink.Status.IsPaused);

        harness.Time.Advance(DeliveryState.RefusedPause);
        await harness.Receiver.WaitForRequestsAsync(2);
        await harness.FlushAsync();
        Assert.Equal(1, harness.Logged(eventId));
        Assert.DoesNotContain(harness.Logs.GetSnapshot(), record => record.Message.Contains("sk-lf-secret", StringComparison.Ordinal));

        harness.Receiver.Rule = null;
        harness.Time.Advance(DeliveryState.RefusedPause);
        FlushResult delivered = await harness.FlushAsync();
        Assert.True(delivered.IsComplete, delivered.Error);
        Assert.Equal(1, harness.Logged(3002));
        Assert.True(harness.Sink.Status.IsHealthy);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(408)]
    public async Task A_failing_server_gets_the_same_bytes_again(int status)
    {
        await using SinkHarness harness = await SinkHarness.StartAsync();
        harness.Receiver.Enqueue(new ScriptedReply(status), new ScriptedReply(status));
        harness.Emit();

        Assert.Equal(1, (await harness.FlushAsync(0.5)).Pending);
        Assert.Equal(1, (await harness.FlushAsync(0.5)).Pending);
        Assert.True((await harness.FlushAsync(0.5)).IsComplete);

        Assert.Equal(3, harness.Receiver.Requests.Count);
        Assert.All(harness.Receiver.Requests, request => Assert.Equal(harness.Receiver.Requests[0].RawBody, request.RawBody));
        Assert.Single(harness.Receiver.Spans);
        Assert.Equal(1, harness.Logged(3001));
        Assert.Equal(1, harness.Logged(3002));
    }

    [Fact]
    public async Task Retry_after_is_waited_for_even_by_a_flush()
    {
        await using SinkHarness harness = await SinkHarness.StartAsync();
        harness.Receiver.Enqueue(new ScriptedReply(429) { Headers = new Dictionary<string, string> { ["Retry-After"] = "17" } });
        harness.Emit();

        Assert.Equal(1, (await harness.FlushAsync()).Pending);
        harness.Time.Advance(TimeSpan.FromSeconds(16));
        Assert.Equal(1, (await harness.FlushAsync(0.5)).Pending);
        Assert.Single(harness.Receiver.Requests);

        harness.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.True((await harness.FlushAsync()).IsComplete);
    }

    [Fact]
    public async Task A_dead_endpoint_is_said_once_and_recovers_without_loss()
    {
        await using SinkHarness harness = await SinkHarness.StartAsync();
        harness.Receiver.Rule = static (_, _) => new ScriptedReply(0) { Reset = true };
        harness.Emit();
        Assert.Equal(1, (await harness.FlushAsync(0.5)).Pending);
        harness.Emit();
        Assert.Equal(2, (await harness.FlushAsync(0.5)).Pending);
        Assert.False(harness.Sink.Status.IsHealthy);

        harness.Receiver.Rule = null;
        Assert.True((await harness.FlushAsync()).IsComplete);
        Assert.Equal(2, harness.Receiver.Spans.Count);
        Assert.Equal(1, harness.Logged(3001));
        Assert.Equal(1, harness.Logged(3002));
    }

    [Fact]
    public async Task Spans_that_cannot_be_delivered_in_time_are_dropped_and_counted()
    {
        await using SinkHarness harness = await SinkHarness.StartAsync(options => options.MaxRetryAge = TimeSpan.FromSeconds(30));
        harness.Receiver.Rule = static (_, _) => new ScriptedReply(503);
        harness.Emit();
        await harness.FlushAsync(0.5);
        harness.Time.Advance(TimeSpan.FromSeconds(30));
        FlushResult result = await harness.FlushAsync(0.5);

        Assert.Equal((0, 1, 0), (result.Delivered, result.Dropped, result.Pending));
        Assert.Equal(1, harness.Sink.SpanCounters.DroppedFor(DropReason.Expired));
        Assert.Equal(1, harness.Logged(3009));
    }

    [Fact]
    public async Task A_hanging_request_is_given_up_and_repeated()
    {
        await using SinkHarness harness = await SinkHarness.StartAsync(options => options.RequestTimeout = TimeSpan.FromSeconds(1));
        harness.Receiver.Enqueue(new ScriptedReply(200) { Hang = true });
        harness.Emit();
        Task<FlushResult> flush = harness.FlushAsync(5.5);
        await harness.Receiver.WaitForRequestsAsync(1);
        harness.Time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(1, (await flush).Pending);
        Assert.True((await harness.FlushAsync()).IsComplete);
    }

    [Fact]
    public async Task A_flush_waits_for_what_is_in_flight()
    {
        await using SinkHarness harness = await SinkHarness.StartAsync();
        var answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        harness.Receiver.Enqueue(new ScriptedReply(200) { Until = answer.Task });
        harness.Emit();
        Task<FlushResult> first = harness.FlushAsync();
        await harness.Receiver.WaitForRequestsAsync(1);
        Task<FlushResult> second = harness.FlushAsync();
        using var cancelled = new CancellationTokenSource();
        Task<FlushResult> third = harness.Sink.FlushAsync(TimeSpan.FromSeconds(10), cancelled.Token).AsTask();

        await cancelled.CancelAsync();
        Assert.Equal(1, (await third.WaitAsync(SinkHarness.Patience)).Pending);
        Assert.False(first.IsCompleted || second.IsCompleted);

        answer.SetResult();
        Assert.True((await first).IsComplete);
        Assert.True((await second).IsComplete);
    }

    [Fact]
    public async Task A_full_queue_drops_and_counts_and_says_so_once()
    {
        await using SinkHarness harness = await SinkHarness.StartAsync(options => options.MaxQueuedSpans = 16);
        harness.Receiver.Rule = static (_, _) => new ScriptedReply(503);
        for (int i = 0; i < 20; i++)
        {
            harness.Emit();
        }

        Assert.Equal(4, harness.Sink.SpanCounters.DroppedFor(DropReason.QueueFull));
        Assert.Equal(1, harness.Logged(3007));
        harness.Receiver.Rule = null;
        FlushResult result = await harness.FlushAsync();
        Assert.Equal((16, 4, 0), (result.Delivered, result.Dropped, result.Pending));
        harness.Emit();
        Assert.Equal(17, (await harness.FlushAsync()).Delivered);
    }

    [Fact]
    public async Task The_queue_is_bounded_by_bytes_too()
    {
        await using SinkHarness harness = await SinkHarness.StartAsync(options => options.MaxQueuedBytes = 64 * 1024);
        for (int i = 0; i < 4; i++)
        {
            SpanRecord record = SinkHarness.Record();
            record.SetInput(Encoding.UTF8.GetBytes("[" + new string('7', i == 3 ? 100_000 : 30_000) + "]"));
            harness.Emit(record);
        }

        Assert.Equal(1, harness.Sink.SpanCounters.DroppedFor(DropReason.QueueFull));
        Assert.Equal(1, harness.Sink.SpanCounters.DroppedFor(DropReason.TooLarge));
        Assert.Equal(2, (await harness.FlushAsync()).Delivered);
    }

    [Fact]
    public async Task A_span_without_an_id_is_dropped_before_it_spoils_a_request()
    {
        await using SinkHarness harness = await SinkHarness.StartAsync();
        harness.Emit(new SpanRecord { Name = "no id" });
        harness.Emit();

        FlushResult result = await harness.FlushAsync();

        Assert.Equal((1, 1), (result.Delivered, result.Dropped));
        Assert.Equal(1, harness.Sink.SpanCounters.DroppedFor(DropReason.EncodeError));
    }

    [Fact]
    public async Task Dispose_delivers_what_is_queued_and_turns_away_what_comes_later()
    {
        await using SinkHarness harness = await SinkHarness.StartAsync();
        harness.Emit();
        await harness.Sink.DisposeAsync().AsTask().WaitAsync(SinkHarness.Patience);
        harness.Emit();
        harness.Sink.Dispose();

        Assert.Single(harness.Receiver.Spans);
        Assert.Equal(1, harness.Sink.SpanCounters.DroppedFor(DropReason.Shutdown));
        Assert.Equal(2, harness.Sink.SpanCounters.Emitted);
    }

    [Fact]
    public async Task Dispose_before_a_refusing_server_counts_what_is_lost_and_does_not_wait()
    {
        await using SinkHarness harness = await SinkHarness.StartAsync();
        harness.Receiver.Rule = static (_, _) => new ScriptedReply(401);
        harness.Emit();
        await harness.Sink.DisposeAsync().AsTask().WaitAsync(SinkHarness.Patience);

        Assert.Equal(1, harness.Sink.SpanCounters.DroppedFor(DropReason.Shutdown));
        Assert.Equal(1, harness.Logged(3012));
    }
}

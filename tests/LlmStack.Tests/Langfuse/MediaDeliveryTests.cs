using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LlmStack.Langfuse;
using LlmStack.Tests.Support;
using LlmStack.Tracing;
using LlmStack.Tracing.Media;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Langfuse;

/// <summary>Files leave the contents, are uploaded by the server's own way, and a reference stays behind.</summary>
public sealed class MediaDeliveryTests
{
    private const string MediaPath = "/api/public/media";
    private const string StoragePath = "/bucket/object";
    private static readonly byte[] Picture = [.. Enumerable.Range(0, 5_000).Select(static i => (byte)(i * 7))];
    private static readonly string Hash = Convert.ToBase64String(SHA256.HashData(Picture));
    private static readonly string Id = Hash.Replace('+', '-').Replace('/', '_')[..22];

    [Fact]
    public async Task A_picture_is_asked_for_sent_and_confirmed_and_the_span_names_it()
    {
        await using SinkHarness harness = await StartAsync();
        var tracer = new LlmTracer([harness.Sink], [], new TracingOptions(), harness.Time);
        TraceId traceId;
        SpanId spanId;
        using (TraceScope trace = tracer.StartTrace("t"))
        {
            trace.Input = new ChatMessage(ChatRole.User, [new TextContent("what is this?"), new DataContent(Picture, "image/png")]);
            (traceId, spanId) = (trace.TraceId, trace.ObservationId);
        }

        FlushResult result = await harness.FlushAsync();

        Assert.True(result.IsComplete, result.Error);
        JsonElement input = JsonSerializer.Deserialize<JsonElement>(Assert.Single(harness.Receiver.Spans).Text("langfuse.observation.input")!);
        Assert.Equal($"@@@langfuseMedia:type=image/png|id={Id}|source=bytes@@@", input.GetProperty("content")[1].GetProperty("data").GetString());
        Assert.Equal(1, harness.Sink.MediaCounters.Delivered);

        ReceivedRequest[] requests = [.. harness.Receiver.Requests.Where(static request => request.Path != LangfuseReceiver.TracesPath)];
        Assert.Equal([MediaPath, StoragePath, $"{MediaPath}/{Id}"], requests.Select(static request => request.Path));
        Assert.Equal(
            $$"""{"traceId":"{{traceId}}","observationId":"{{spanId}}","contentType":"image/png","contentLength":5000,"sha256Hash":"{{Hash}}","field":"input"}""",
            JsonSerializer.Serialize(JsonSerializer.Deserialize<JsonElement>(requests[0].Body), new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
        Assert.Equal(Picture, requests[1].Body);
        Assert.Equal("image/png", requests[1].Headers["Content-Type"]);
        Assert.Equal(Hash, requests[1].Headers["x-amz-checksum-sha256"]);
        Assert.Equal("BlockBlob", requests[1].Headers["x-ms-blob-type"]);
        Assert.False(requests[1].Headers.ContainsKey("Authorization"));
        JsonElement outcome = JsonSerializer.Deserialize<JsonElement>(requests[2].Body);
        Assert.Equal((200, "2026-11-23T12:00:00.000Z"), (outcome.GetProperty("uploadHttpStatus").GetInt32(), outcome.GetProperty("uploadedAt").GetString()));
        Assert.False(outcome.TryGetProperty("uploadHttpError", out _));
    }

    [Fact]
    public async Task Bytes_that_the_server_has_are_not_sent_again()
    {
        await using SinkHarness harness = await StartAsync(uploadUrl: false);
        harness.Emit(Record());
        harness.Emit(Record());

        Assert.True((await harness.FlushAsync()).IsComplete);
        Assert.Equal(2, harness.Receiver.Requests.Count(static request => request.Path == MediaPath));
        Assert.DoesNotContain(harness.Receiver.Requests, static request => request.Path.StartsWith(StoragePath, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_same_bytes_in_the_same_place_are_one_upload_and_elsewhere_another_one_that_holds_them_once()
    {
        await using SinkHarness harness = await StartAsync(configure: static options => options.MaxQueuedMediaBytes = 64 * 1024);
        harness.Receiver.Rule = static (path, _) => path.StartsWith(MediaPath, StringComparison.Ordinal) ? new ScriptedReply(503) : new ScriptedReply(200);
        SpanRecord record = Record();
        record.Media!.Add(record.Media[0]);
        harness.Emit(record);
        for (int i = 0; i < 20; i++)
        {
            harness.Emit(Record());
        }

        await harness.FlushAsync(0.5);
        Assert.Equal(0, harness.Sink.MediaCounters.Dropped);
        Assert.Equal(21, harness.Sink.MediaCounters.Accepted);
    }

    [Fact]
    public async Task The_queue_of_files_is_bounded_by_bytes()
    {
        await using SinkHarness harness = await StartAsync(configure: static options => options.MaxQueuedMediaBytes = 64 * 1024);
        harness.Receiver.Rule = static (path, _) => path.StartsWith(MediaPath, StringComparison.Ordinal) ? new ScriptedReply(503) : new ScriptedReply(200);
        for (int i = 0; i < 5; i++)
        {
            SpanRecord record = SinkHarness.Record();
            byte[] bytes = new byte[20_000];
            bytes[0] = (byte)i;
            record.Media = [MediaItem.Of(MediaField.Output, "image/png", bytes)];
            harness.Emit(record);
        }

        FlushResult result = await harness.FlushAsync(0.5);
        Assert.Equal(3, harness.Sink.MediaCounters.Accepted);
        Assert.Equal(2, result.DroppedByReason["queue_full"]);
        Assert.Equal(1, harness.Logged(3016));
        Assert.Equal(5, harness.Receiver.Spans.Count);
    }

    [Fact]
    public async Task A_storage_that_fails_is_asked_again_under_a_new_address_and_then_given_up_and_told()
    {
        await using SinkHarness harness = await StartAsync(storage: 500);
        harness.Emit(Record());
        for (int i = 0; i < 3; i++)
        {
            await harness.FlushAsync(0.5);
        }

        Assert.Equal(3, harness.Receiver.Requests.Count(static request => request.Path == StoragePath));
        Assert.Equal(3, harness.Receiver.Requests.Count(static request => request.Path == MediaPath));
        JsonElement outcome = JsonSerializer.Deserialize<JsonElement>(harness.Receiver.Requests.Last(static request => request.Path == $"{MediaPath}/{Id}").Body);
        Assert.Equal(500, outcome.GetProperty("uploadHttpStatus").GetInt32());
        Assert.NotEmpty(outcome.GetProperty("uploadHttpError").GetString()!);
        Assert.Equal(1, harness.Sink.MediaCounters.DroppedFor(DropReason.Rejected));
        Assert.Equal(1, harness.Logged(3015));
    }

    [Theory]
    [InlineData(400, "rejected")]
    [InlineData(413, "too_large")]
    public async Task A_file_that_the_server_does_not_want_is_dropped_and_counted(int status, string reason)
    {
        await using SinkHarness harness = await StartAsync(ask: status);
        harness.Emit(Record());
        FlushResult result = await harness.FlushAsync();

        Assert.Equal(1, result.DroppedByReason[reason]);
        Assert.Equal((1, 1, 0), (result.Delivered, result.Dropped, result.Pending));
        Assert.Contains("files dropped", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_busy_server_is_waited_for_and_the_confirmation_alone_is_repeated()
    {
        await using SinkHarness harness = await StartAsync();
        int confirmations = 0;
        Func<string, byte[], ScriptedReply> rule = harness.Receiver.Rule!;
        harness.Receiver.Rule = (path, body) => path == $"{MediaPath}/{Id}" && confirmations++ == 0 ? new ScriptedReply(503) : rule(path, body);
        harness.Emit(Record());
        Assert.Equal(1, (await harness.FlushAsync(0.5)).Pending);
        Assert.True((await harness.FlushAsync(0.5)).IsComplete);

        Assert.Equal(2, confirmations);
        Assert.Single(harness.Receiver.Requests, static request => request.Path == StoragePath);
    }

    [Fact]
    public async Task Types_that_the_server_does_not_know_go_as_plain_bytes()
    {
        await using SinkHarness harness = await StartAsync();
        SpanRecord record = SinkHarness.Record();
        record.Media = [MediaItem.Of(MediaField.Output, "model/gltf-binary", Picture)];
        harness.Emit(record);
        await harness.FlushAsync();

        ReceivedRequest asked = harness.Receiver.Requests.First(static request => request.Path == MediaPath);
        Assert.Contains("\"contentType\":\"application/octet-stream\"", Encoding.UTF8.GetString(asked.Body), StringComparison.Ordinal);
        Assert.Contains("\"field\":\"output\"", Encoding.UTF8.GetString(asked.Body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_files_of_a_field_that_is_removed_or_must_not_leave_its_region_go_with_it()
    {
        await using SinkHarness harness = await StartAsync();
        var masked = new TracingOptions();
        masked.Masking.Input = MaskedFieldPolicy.Remove;
        using (TraceScope trace = new LlmTracer([harness.Sink], [], masked, harness.Time).StartTrace("removed"))
        {
            trace.Input = "data:image/png;base64," + Convert.ToBase64String(Picture);
        }

        var tracer = new LlmTracer([harness.Sink], [], new TracingOptions(), harness.Time);
        SpanRecord bound = tracer.StartAutomatic("bound", ObservationType.Generation, harness.Time.GetTimestamp())!;
        bound.SetInput(Encoding.UTF8.GetBytes($"\"data:image/png;base64,{Convert.ToBase64String(Picture)}\""));
        bound.BoundRegion = "eu";
        tracer.End(bound, harness.Time.GetTimestamp());

        Assert.True((await harness.FlushAsync()).IsComplete);
        Assert.Equal(0, harness.Sink.MediaCounters.Emitted);
        Assert.Equal(2, harness.Receiver.Spans.Count);
        Assert.All(harness.Receiver.Spans, static span => Assert.Null(span.Text("langfuse.observation.input")));
    }

    [Fact]
    public async Task Without_uploads_contents_stay_as_they_are()
    {
        await using SinkHarness harness = await SinkHarness.StartAsync(static options => options.UploadMedia = false);
        var tracer = new LlmTracer([harness.Sink], [], new TracingOptions(), harness.Time);
        using (TraceScope trace = tracer.StartTrace("t"))
        {
            trace.Input = "data:image/png;base64," + Convert.ToBase64String(Picture);
        }

        await harness.FlushAsync();
        Assert.StartsWith("data:image/png;base64,", Assert.Single(harness.Receiver.Spans).Text("langfuse.observation.input"), StringComparison.Ordinal);
        Assert.Single(harness.Receiver.Requests);
    }

    private static SpanRecord Record()
    {
        SpanRecord record = SinkHarness.Record();
        record.Media = [MediaItem.Of(MediaField.Input, "image/png", Picture)];
        return record;
    }

    private static async Task<SinkHarness> StartAsync(Action<LangfuseOptions>? configure = null, bool uploadUrl = true, int ask = 201, int storage = 200)
    {
        SinkHarness harness = await SinkHarness.StartAsync(configure);
        string url = uploadUrl ? $"\"{harness.Receiver.BaseUrl}{StoragePath}?signature=x\"" : "null";
        harness.Receiver.Rule = (path, _) => path switch
        {
            MediaPath => new ScriptedReply(ask, $$"""{"mediaId":"m","uploadUrl":{{url}}}"""),
            StoragePath => new ScriptedReply(storage),
            _ => new ScriptedReply(200),
        };
        return harness;
    }
}

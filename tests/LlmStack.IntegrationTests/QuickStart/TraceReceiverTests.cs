using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using QuickStart;

namespace LlmStack.IntegrationTests.QuickStart;

public sealed class TraceReceiverTests : IAsyncLifetime
{
    // One root span "root" with level WARNING, made by hand: resource_spans > scope_spans > span.
    private static readonly byte[] OneSpan = Message(1, Message(2, Message(2,
    [
        .. Message(1, new byte[16].Select((_, i) => (byte)(i + 1)).ToArray()),
        .. Message(2, [1, 2, 3, 4, 5, 6, 7, 8]),
        .. Message(5, "root"u8.ToArray()),
        .. Message(9, [.. Message(1, "langfuse.observation.level"u8.ToArray()), .. Message(2, Message(1, "WARNING"u8.ToArray()))]),
    ])));

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(30) };
    private TraceReceiver _receiver = null!;

    public async Task InitializeAsync() => _receiver = await TraceReceiver.StartAsync();

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _receiver.DisposeAsync();
    }

    [Fact]
    public async Task Compressed_spans_and_scores_are_kept_and_drawn()
    {
        using var zipped = new MemoryStream();
        using (var gzip = new GZipStream(zipped, CompressionMode.Compress, leaveOpen: true))
        {
            gzip.Write(OneSpan);
        }

        Assert.Equal(HttpStatusCode.OK, await SendSpansAsync(zipped.ToArray(), "gzip"));
        Assert.Equal(HttpStatusCode.MultiStatus, await SendAsync("/api/public/ingestion", "application/json", Encoding.UTF8.GetBytes(
            """{"batch":[{"id":"e1","type":"score-create","timestamp":"2026-01-01T00:00:00Z","body":{"id":"s1","name":"helpful","value":0.9,"traceId":"0102030405060708090a0b0c0d0e0f10"}}]}"""), null));

        Assert.Equal("root", Assert.Single(_receiver.Spans).Name);
        Assert.Equal(new ReceivedScore("helpful", "0.9", "0102030405060708090a0b0c0d0e0f10", null), Assert.Single(_receiver.Scores));
        string tree = TraceTree.Render(_receiver.Spans, _receiver.Scores);
        Assert.Contains("root [span]  0.0 ms  WARNING", tree, StringComparison.Ordinal);
        Assert.Contains("score helpful = 0.9", tree, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_key_and_broken_bytes_are_refused()
    {
        Assert.Equal(HttpStatusCode.BadRequest, await SendSpansAsync([0x0a, 0x7f], null));
        Assert.Equal(HttpStatusCode.Unauthorized, await SendAsync("/api/public/ingestion", "application/json", "{}"u8.ToArray(), null, key: "sk-wrong"));
        Assert.Equal(HttpStatusCode.NotFound, await SendAsync("/api/public/other", "application/json", "{}"u8.ToArray(), null));
        Assert.Empty(_receiver.Spans);
        Assert.Equal(3, _receiver.Requests);
    }

    private Task<HttpStatusCode> SendSpansAsync(byte[] body, string? encoding) => SendAsync("/api/public/otel/v1/traces", "application/x-protobuf", body, encoding);

    private async Task<HttpStatusCode> SendAsync(string path, string type, byte[] body, string? encoding, string key = TraceReceiver.SecretKey)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _receiver.Address + path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        if (encoding is not null)
        {
            request.Content.Headers.ContentEncoding.Add(encoding);
        }

        request.Headers.Add("x-langfuse-ingestion-version", "4");
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{TraceReceiver.PublicKey}:{key}")));
        using HttpResponseMessage response = await _http.SendAsync(request);
        return response.StatusCode;
    }

    private static byte[] Message(int field, byte[] value) => value.Length < 0x80
        ? [(byte)((field << 3) | 2), (byte)value.Length, .. value]
        : [(byte)((field << 3) | 2), (byte)((value.Length & 0x7F) | 0x80), (byte)(value.Length >> 7), .. value];
}

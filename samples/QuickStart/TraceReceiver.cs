using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace QuickStart;

/// <summary>A score as it arrived.</summary>
internal sealed record ReceivedScore(string Name, string Value, string? TraceId, string? ObservationId);

/// <summary>The two endpoints of a Langfuse server that an application writes to, keeping what arrives in memory.</summary>
internal sealed class TraceReceiver : IAsyncDisposable
{
    public const string PublicKey = "pk-lf-quickstart";
    public const string SecretKey = "sk-lf-quickstart";

    private readonly Lock _gate = new();
    private readonly List<ReceivedSpan> _spans = [];
    private readonly List<ReceivedScore> _scores = [];
    private LoopbackServer? _server;

    /// <summary>The base URL, as a Langfuse server's is configured.</summary>
    public string Address => _server!.Address;

    /// <summary>When set, every request is refused with this status.</summary>
    public int? RefuseWith { get; set; }

    /// <summary>Requests received, refused ones included.</summary>
    public int Requests { get; private set; }

    /// <summary>Bytes received in bodies, as they came over the wire.</summary>
    public long Bytes { get; private set; }

    public IReadOnlyList<ReceivedSpan> Spans
    {
        get
        {
            lock (_gate)
            {
                return [.. _spans];
            }
        }
    }

    public IReadOnlyList<ReceivedScore> Scores
    {
        get
        {
            lock (_gate)
            {
                return [.. _scores];
            }
        }
    }

    public static async Task<TraceReceiver> StartAsync()
    {
        var receiver = new TraceReceiver();
        receiver._server = await LoopbackServer.StartAsync(receiver.HandleAsync);
        return receiver;
    }

    public ValueTask DisposeAsync() => _server!.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        using var wire = new MemoryStream();
        await context.Request.Body.CopyToAsync(wire, context.RequestAborted);
        lock (_gate)
        {
            Requests++;
            Bytes += wire.Length;
        }

        (int status, string answer) = Receive(context.Request, wire);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(answer, context.RequestAborted);
    }

    private (int Status, string Answer) Receive(HttpRequest request, MemoryStream wire)
    {
        if (RefuseWith is { } refusal)
        {
            return (refusal, """{"message":"Refused."}""");
        }

        string expected = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{PublicKey}:{SecretKey}"));
        if (request.Headers.Authorization != expected)
        {
            return (401, """{"message":"Invalid credentials. Confirm that you've configured the correct host."}""");
        }

        try
        {
            byte[] body = Inflate(request, wire);
            return request.Path.Value switch
            {
                "/api/public/otel/v1/traces" => ReceiveSpans(request, body),
                "/api/public/ingestion" => ReceiveScores(body),
                _ => (404, """{"message":"Not found."}"""),
            };
        }
        catch (Exception exception) when (exception is InvalidDataException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return (400, """{"error":"The body could not be decoded."}""");
        }
    }

    private (int Status, string Answer) ReceiveSpans(HttpRequest request, byte[] body)
    {
        if (request.ContentType?.Contains("application/x-protobuf", StringComparison.Ordinal) != true || request.Headers["x-langfuse-ingestion-version"] != "4")
        {
            return (400, """{"error":"Expected protobuf and ingestion version 4."}""");
        }

        List<ReceivedSpan> spans = OtlpDecoder.Decode(body);
        lock (_gate)
        {
            _spans.AddRange(spans);
        }

        return (200, "{}");
    }

    private (int Status, string Answer) ReceiveScores(byte[] body)
    {
        using JsonDocument document = JsonDocument.Parse(body);
        using var answer = new MemoryStream();
        using (var json = new Utf8JsonWriter(answer))
        {
            json.WriteStartObject();
            json.WriteStartArray("successes");
            foreach (JsonElement item in document.RootElement.GetProperty("batch").EnumerateArray())
            {
                ReceiveScore(item);
                json.WriteStartObject();
                json.WriteString("id", item.GetProperty("id").GetString());
                json.WriteNumber("status", 201);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("errors");
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return (207, Encoding.UTF8.GetString(answer.ToArray()));
    }

    private void ReceiveScore(JsonElement item)
    {
        if (!item.GetProperty("type").ValueEquals("score-create"))
        {
            return;
        }

        JsonElement score = item.GetProperty("body");
        lock (_gate)
        {
            _scores.Add(new ReceivedScore(score.GetProperty("name").GetString()!, score.GetProperty("value").ToString(), Optional(score, "traceId"), Optional(score, "observationId")));
        }
    }

    private static string? Optional(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static byte[] Inflate(HttpRequest request, MemoryStream wire)
    {
        wire.Position = 0;
        if (request.Headers.ContentEncoding != "gzip")
        {
            return wire.ToArray();
        }

        using var gzip = new GZipStream(wire, CompressionMode.Decompress);
        using var plain = new MemoryStream();
        gzip.CopyTo(plain);
        return plain.ToArray();
    }
}

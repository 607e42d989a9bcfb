using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LlmStack.Tests.Support;

/// <summary>What the receiver answers to one request.</summary>
public sealed record ScriptedReply(int Status, string Body = "{}")
{
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>Answers when this completes.</summary>
    public Task? Until { get; init; }

    /// <summary>Never answers; the request ends when the client gives up.</summary>
    public bool Hang { get; init; }

    /// <summary>Breaks the connection off.</summary>
    public bool Reset { get; init; }
}

/// <summary>A request as it arrived; <see cref="Body"/> is inflated.</summary>
public sealed record ReceivedRequest(string Path, IReadOnlyDictionary<string, string> Headers, byte[] RawBody, byte[] Body, int Status);

/// <summary>A score as it arrived; <see cref="EnvelopeId"/> is null when it came alone.</summary>
public sealed record DecodedScore(string? EnvelopeId, string? Timestamp, JsonElement Body);

/// <summary>A server on loopback that takes what Langfuse takes, records it, and answers by script.</summary>
public sealed class LangfuseReceiver : IAsyncDisposable
{
    public const string TracesPath = "/api/public/otel/v1/traces";
    public const string IngestionPath = "/api/public/ingestion";
    public const string ScoresPath = "/api/public/scores";
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<ReceivedRequest> _requests = new();
    private readonly ConcurrentQueue<ScriptedReply> _script = new();
    private readonly SemaphoreSlim _arrived = new(0);

    private LangfuseReceiver(WebApplication app) => _app = app;

    public string BaseUrl { get; private set; } = "";

    public IReadOnlyList<ReceivedRequest> Requests => [.. _requests];

    /// <summary>Decides the answers when the script is empty; by default everything is taken.</summary>
    public Func<string, byte[], ScriptedReply>? Rule { get; set; }

    /// <summary>The spans that were answered with 2xx, in order of arrival.</summary>
    public List<DecodedSpan> Spans => [.. Requests.Where(r => r.Path == TracesPath && r.Status is >= 200 and < 300).SelectMany(r => OtlpDecoder.Decode(r.Body))];

    /// <summary>The scores of requests that were answered with 2xx.</summary>
    public List<DecodedScore> Scores => [.. Requests.Where(r => r.Status is >= 200 and < 300).SelectMany(DecodeScores)];

    public static async Task<LangfuseReceiver> StartAsync(int port = 0)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(System.Net.IPAddress.Loopback, port);
        });
        var receiver = new LangfuseReceiver(builder.Build());
        receiver._app.Run(receiver.AnswerAsync);
        await receiver._app.StartAsync();
        receiver.BaseUrl = receiver._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return receiver;
    }

    public void Enqueue(params ReadOnlySpan<ScriptedReply> replies)
    {
        foreach (ScriptedReply reply in replies)
        {
            _script.Enqueue(reply);
        }
    }

    /// <summary>Waits until this many further requests were read and are about to be answered.</summary>
    public async Task WaitForRequestsAsync(int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (!await _arrived.WaitAsync(TimeSpan.FromSeconds(30)))
            {
                throw new TimeoutException($"{count} requests were expected, {i} came.");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        try
        {
            await _app.StopAsync(now.Token);
        }
        catch (OperationCanceledException)
        {
            // Hanging requests are not waited for.
        }

        await _app.DisposeAsync();
        _arrived.Dispose();
    }

    public static IEnumerable<DecodedScore> DecodeScores(ReceivedRequest request)
    {
        if (request.Path == ScoresPath)
        {
            yield return new DecodedScore(null, null, JsonSerializer.Deserialize<JsonElement>(request.Body));
        }
        else if (request.Path == IngestionPath)
        {
            foreach (JsonElement item in JsonSerializer.Deserialize<JsonElement>(request.Body).GetProperty("batch").EnumerateArray())
            {
                yield return new DecodedScore(item.GetProperty("id").GetString(), item.GetProperty("timestamp").GetString(), item.GetProperty("body"));
            }
        }
    }

    private static byte[] Inflate(byte[] body)
    {
        using var gzip = new GZipStream(new MemoryStream(body), CompressionMode.Decompress);
        using var plain = new MemoryStream();
        gzip.CopyTo(plain);
        return plain.ToArray();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var raw = new MemoryStream();
        await context.Request.Body.CopyToAsync(raw, context.RequestAborted);
        byte[] body = raw.ToArray();
        byte[] plain = context.Request.Headers.ContentEncoding.ToString().Contains("gzip", StringComparison.Ordinal) ? Inflate(body) : body;
        string path = context.Request.Path.Value!;
        if (!_script.TryDequeue(out ScriptedReply? reply))
        {
            reply = Rule?.Invoke(path, plain) ?? (path == IngestionPath ? new ScriptedReply(207, """{"successes":[],"errors":[]}""") : new ScriptedReply(200));
        }

        int status = reply.Hang || reply.Reset ? 0 : reply.Status;
        _requests.Enqueue(new ReceivedRequest(path, context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase), body, plain, status));
        _arrived.Release();
        if (reply.Reset)
        {
            context.Abort();
            return;
        }

        if (reply.Hang)
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }

        if (reply.Until is not null)
        {
            await reply.Until;
        }

        context.Response.StatusCode = reply.Status;
        foreach ((string name, string value) in reply.Headers)
        {
            context.Response.Headers[name] = value;
        }

        await context.Response.WriteAsync(reply.Body);
    }
}

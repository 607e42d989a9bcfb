using System.Net;
using System.Text;
using LlmStack.Providers;
using LlmStack.Providers.OpenAI;
using LlmStack.Tests.Support;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;

namespace LlmStack.Tests.Providers.OpenAI;

/// <summary>What the tests of this format share: a provider over a real socket, or over bytes in memory.</summary>
internal static class Wire
{
    public static readonly ChatMessage[] Hello = [new(ChatRole.User, "Hello")];

    public static HttpMessageInvoker Sockets() =>
        new(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.All, AllowAutoRedirect = false });

    public static OpenAIProvider Provider(RawHttpServer server, OpenAIProfile? profile = null, ProviderOptions? options = null) =>
        Provider(Sockets(), server.Address, profile, options);

    public static OpenAIProvider Provider(HttpMessageInvoker http, Uri? address = null, OpenAIProfile? profile = null, ProviderOptions? options = null, TimeProvider? time = null, int? maxBytes = null) =>
        new(
            new ProviderSetup("test", options ?? new ProviderOptions(), address ?? new Uri("http://test/v1"), http, time ?? new FakeTimeProvider()) { MaxEventBytes = maxBytes ?? 16 * 1024 * 1024 },
            profile ?? OpenAIProfile.OpenAI);

    public static ProviderCall Call(string model = "gpt-4.1", IContentCapture? capture = null, string? secret = "sk-secret-key") =>
        new(model, new StaticCredential("key-1", secret), capture);

    /// <summary>A chunk with text.</summary>
    public static string Chunk(string text) =>
        $$"""{"id":"c1","object":"chat.completion.chunk","created":1700000000,"model":"gpt-4.1","choices":[{"index":0,"delta":{"content":"{{text}}"},"finish_reason":null}]}""";

    /// <summary>A chunk with a delta as written.</summary>
    public static string Delta(string delta, string finish = "null") =>
        $$"""{"id":"c1","created":1700000000,"model":"gpt-4.1","choices":[{"index":0,"delta":{{delta}},"finish_reason":{{finish}}}]}""";

    public static string Events(params string[] data) => string.Concat(data.Select(d => $"data: {d}\n\n"));

    public const string Stop = """{"id":"c1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""";

    public const string Usage = """{"id":"c1","choices":[],"usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15}}""";

    public static async Task<List<ChatResponseUpdate>> CollectAsync(IAsyncEnumerable<ChatResponseUpdate> updates)
    {
        var list = new List<ChatResponseUpdate>();
        var collecting = Task.Run(async () =>
        {
            await foreach (ChatResponseUpdate update in updates)
            {
                list.Add(update);
            }
        });
        await collecting.WaitAsync(TimeSpan.FromSeconds(30));
        return list;
    }

    /// <summary>Streams one scripted answer over a socket and returns the coalesced response.</summary>
    public static async Task<StreamOutcome> StreamAsync(RawReply reply, OpenAIProfile? profile = null, IContentCapture? capture = null)
    {
        await using var server = new RawHttpServer(reply);
        return await StreamAsync(Provider(server, profile), Call(capture: capture));
    }

    /// <summary>Streams bytes from memory in reads of the given sizes.</summary>
    public static Task<StreamOutcome> StreamBytesAsync(byte[] body, IReadOnlyList<int>? sizes = null, string? encoding = null, int? maxBytes = null) =>
        StreamAsync(Provider(new HttpMessageInvoker(new BytesHandler(body, sizes, encoding)), maxBytes: maxBytes), Call());

    public static async Task<StreamOutcome> StreamAsync(ILlmProvider provider, ProviderCall call)
    {
        var updates = new List<ChatResponseUpdate>();
        LlmException? failure = null;
        var streaming = Task.Run(async () =>
        {
            await foreach (ChatResponseUpdate update in provider.ChatStreamingAsync(call, Hello, null, CancellationToken.None))
            {
                updates.Add(update);
            }
        });
        try
        {
            await streaming.WaitAsync(TimeSpan.FromSeconds(30));
        }
        catch (LlmException e)
        {
            failure = e;
        }

        return new StreamOutcome(updates, failure, call.Report);
    }
}

internal sealed record StreamOutcome(List<ChatResponseUpdate> Updates, LlmException? Failure, AttemptReport Report)
{
    public string Text => string.Concat(Updates.Select(u => u.Text));

    public string Reasoning => string.Concat(Updates.SelectMany(u => u.Contents).OfType<TextReasoningContent>().Select(r => r.Text));

    public List<FunctionCallContent> Calls => [.. Updates.SelectMany(u => u.Contents).OfType<FunctionCallContent>()];

    public UsageDetails? Usage => Updates.SelectMany(u => u.Contents).OfType<UsageContent>().SingleOrDefault()?.Details;

    public ChatFinishReason? Finish => Updates.Count == 0 ? null : Updates[^1].FinishReason;

    public string Told => $"{Text}|{Reasoning}|{Finish}|{Report.RawFinishReason}|{Usage?.TotalTokenCount}|{Failure?.Kind}|{string.Join(';', Calls.Select(ToldOf))}";

    /// <summary>A tool call as <c>id:name:argument=value,…</c>; arguments that are broken as they were written.</summary>
    public static string ToldOf(FunctionCallContent call) =>
        $"{call.CallId}:{call.Name}:{(call.Arguments is null ? call.RawRepresentation : string.Join(',', call.Arguments.Select(static a => $"{a.Key}={a.Value}")))}";
}

/// <summary>Answers with bytes, in reads of given sizes.</summary>
internal sealed class BytesHandler(byte[] body, IReadOnlyList<int>? sizes = null, string? encoding = null, bool isBroken = false) : HttpMessageHandler
{
    public string? LastBody { get; private set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        LastBody = await request.Content!.ReadAsStringAsync(cancellationToken);
        var content = new StreamContent(new PiecewiseStream(body, sizes, isBroken));
        if (encoding is not null)
        {
            content.Headers.ContentEncoding.Add(encoding);
        }

        return new HttpResponseMessage(HttpStatusCode.OK) { Content = content };
    }
}

/// <summary>A stream that gives its bytes in reads of given sizes, then all at once, and ends or breaks.</summary>
internal sealed class PiecewiseStream(byte[] bytes, IReadOnlyList<int>? sizes, bool isBroken = false) : Stream
{
    private int _at;
    private int _piece;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => bytes.Length;

    public override long Position { get => _at; set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        if (isBroken && _at == bytes.Length)
        {
            throw new HttpIOException(HttpRequestError.ResponseEnded, "The response ended prematurely.");
        }

        int want = sizes is { Count: > 0 } && _piece < sizes.Count ? Math.Max(1, sizes[_piece++]) : buffer.Length;
        int count = Math.Min(Math.Min(want, buffer.Length), bytes.Length - _at);
        bytes.AsSpan(_at, count).CopyTo(buffer);
        _at += count;
        return count;
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => Task.FromResult(Read(buffer.AsSpan(offset, count)));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

internal sealed class CaptureStub : IContentCapture
{
    public string? Input { get; private set; }

    public string? Output { get; private set; }

    public bool IsEnabled => true;

    public bool HasInput => Input is not null;

    public void SetInput(ReadOnlySpan<byte> utf8Json) => Input = Encoding.UTF8.GetString(utf8Json);

    public void SetOutput(ReadOnlySpan<byte> utf8Json) => Output = Encoding.UTF8.GetString(utf8Json);
}

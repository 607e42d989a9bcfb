using LlmStack.Providers;
using LlmStack.Providers.Gemini;
using LlmStack.Tests.Providers.OpenAI;
using LlmStack.Tests.Providers.Streaming;
using LlmStack.Tests.Support;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;

namespace LlmStack.Tests.Providers.Gemini;

/// <summary>What the tests of this format share.</summary>
internal static class GeminiWire
{
    public const string Model = "gemini-3-pro";

    public const string Usage = """{"promptTokenCount":10,"candidatesTokenCount":5,"totalTokenCount":15}""";

    /// <summary>A chunk with parts, as the vendor writes it.</summary>
    public static string Chunk(string parts, string? finish = null, string usage = Usage)
    {
        string end = finish is null ? "" : $",\"finishReason\": \"{finish}\"";
        return $$"""{"candidates": [{"content": {"parts": [{{parts}}],"role": "model"}{{end}},"index": 0}],"usageMetadata": {{usage}},"modelVersion": "gemini-3-pro","responseId": "r1"}""";
    }

    public static string Text(string text, string? finish = null) => Chunk($$"""{"text": "{{text}}"}""", finish);

    public static string Events(params string[] data) => string.Concat(data.Select(static d => $"data: {d}\r\n\r\n"));

    public static ILlmProvider Provider(HttpMessageInvoker http, Uri? address = null, ProviderOptions? options = null) =>
        new GeminiFormat().Create(new ProviderSetup("test", options ?? new ProviderOptions(), address ?? new Uri("http://test/v1beta"), http, new FakeTimeProvider()));

    public static ProviderCall Call(string model = Model, IContentCapture? capture = null) => new(model, new StaticCredential("key-1", "AIza-secret"), capture);

    /// <summary>Answers a chat with one body, and returns the response.</summary>
    public static async Task<ChatResponse> ChatAsync(string answer, ChatOptions? options = null, ProviderCall? call = null)
    {
        ILlmProvider provider = Provider(new HttpMessageInvoker(new BytesHandler(System.Text.Encoding.UTF8.GetBytes(answer))));
        return await provider.ChatAsync(call ?? Call(), Wire.Hello, options, CancellationToken.None);
    }

    /// <summary>The body of a call.</summary>
    public static async Task<string> BodyAsync(IReadOnlyList<ChatMessage> messages, ChatOptions? options = null, ProviderCall? call = null, bool stream = false)
    {
        var handler = new BytesHandler("{}"u8.ToArray());
        ILlmProvider provider = Provider(new HttpMessageInvoker(handler));
        if (stream)
        {
            await Assert.ThrowsAsync<LlmException>(() => Wire.CollectAsync(provider.ChatStreamingAsync(call ?? Call(), messages, options, CancellationToken.None)));
        }
        else
        {
            await Assert.ThrowsAsync<LlmException>(async () => await provider.ChatAsync(call ?? Call(), messages, options, CancellationToken.None));
        }

        return handler.LastBody ?? "";
    }

    /// <summary>Streams one scripted answer over a socket.</summary>
    public static async Task<StreamOutcome> OverSocketAsync(RawReply reply, ProviderCall? call = null)
    {
        await using var server = new RawHttpServer(reply);
        using HttpMessageInvoker http = Wire.Sockets();
        return await Wire.StreamAsync(Provider(http, server.Address), call ?? Call());
    }

    /// <summary>Streams one body whichever way it may be cut and packed.</summary>
    public static Task<StreamOutcome> StreamAsync(string body) => StreamCaseRunner.SameAsync(body, static setup => new GeminiFormat().Create(setup));
}

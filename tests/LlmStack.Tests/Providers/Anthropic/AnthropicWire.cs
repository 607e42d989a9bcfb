using LlmStack.Providers;
using LlmStack.Providers.Anthropic;
using LlmStack.Tests.Providers.OpenAI;
using LlmStack.Tests.Providers.Streaming;
using LlmStack.Tests.Support;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;

namespace LlmStack.Tests.Providers.Anthropic;

/// <summary>What the tests of this format share.</summary>
internal static class AnthropicWire
{
    public const string Model = "claude-sonnet-4-5";

    public const string Start = """{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude-sonnet-4-5","content":[],"stop_reason":null,"usage":{"input_tokens":10,"output_tokens":1}}}""";

    public const string Stop = """{"type":"message_stop"}""";

    public static string Begin(int index, string block) => $$"""{"type":"content_block_start","index":{{index}},"content_block":{{block}}}""";

    public static string BeginText(int index = 0) => Begin(index, """{"type":"text","text":""}""");

    public static string Text(string text, int index = 0) => Delta(index, $$"""{"type":"text_delta","text":"{{text}}"}""");

    public static string Delta(int index, string delta) => $$"""{"type":"content_block_delta","index":{{index}},"delta":{{delta}}}""";

    public static string End(int index = 0) => $$"""{"type":"content_block_stop","index":{{index}}}""";

    public static string Finish(string reason = "\"end_turn\"", string usage = """{"output_tokens":5}""") =>
        $$"""{"type":"message_delta","delta":{"stop_reason":{{reason}},"stop_sequence":null},"usage":{{usage}}}""";

    /// <summary>Events named as the vendor names them.</summary>
    public static string Events(params string[] data) => string.Concat(data.Select(static d => $"event: {NameOf(d)}\ndata: {d}\n\n"));

    /// <summary>A whole stream around what is between its first and its last two events.</summary>
    public static string Stream(params string[] middle) => Events([Start, .. middle, Finish(), Stop]);

    public static ILlmProvider Provider(HttpMessageInvoker http, Uri? address = null, ProviderOptions? options = null) =>
        new AnthropicFormat().Create(new ProviderSetup("test", options ?? new ProviderOptions(), address ?? new Uri("http://test"), http, new FakeTimeProvider()));

    public static ProviderCall Call(string model = Model, IContentCapture? capture = null) => new(model, new StaticCredential("key-1", "sk-ant-secret"), capture);

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
    public static Task<StreamOutcome> StreamAsync(string body) => StreamCaseRunner.SameAsync(body, static setup => new AnthropicFormat().Create(setup));

    private static string NameOf(string data)
    {
        int at = data.IndexOf("\"type\":\"", StringComparison.Ordinal) + 8;
        return data[at..data.IndexOf('"', at)];
    }
}

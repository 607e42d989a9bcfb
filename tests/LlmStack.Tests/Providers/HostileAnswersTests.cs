using System.Text;
using LlmStack.Providers;
using LlmStack.Providers.Anthropic;
using LlmStack.Providers.Gemini;
using LlmStack.Providers.OpenAI;
using LlmStack.Providers.OpenAI.Responses;
using LlmStack.Tests.Providers.Bedrock;
using LlmStack.Tests.Providers.Cohere;
using LlmStack.Tests.Providers.Ollama;
using LlmStack.Tests.Providers.OpenAI;
using LlmStack.Tests.Support;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Providers;

/// <summary>What no server should send, to every format: a failure with a kind and a short message, in time and in bounded memory.</summary>
public sealed class HostileAnswersTests
{
    private const int Depth = 200_000;

    private static readonly Dictionary<string, FormatWire> Formats = new()
    {
        ["chat completions"] = new(static setup => new OpenAIProvider(setup, OpenAIProfile.OpenAI), "gpt-4.1"),
        ["responses"] = new(static setup => new ResponsesProvider(setup), "gpt-5.4"),
        ["anthropic"] = new(static setup => new AnthropicFormat().Create(setup), "claude-sonnet-4-5"),
        ["gemini"] = new(static setup => new GeminiFormat().Create(setup), "gemini-3-pro"),
        ["vertex"] = new(static setup => new VertexFormat().Create(setup), "gemini-3-pro"),
        ["cohere"] = CohereWire.Format,
        ["ollama"] = OllamaWire.Format,
        ["bedrock"] = BedrockWire.Format,
    };

    private static readonly Dictionary<string, byte[]> Bodies = new()
    {
        ["nothing"] = [],
        ["spaces"] = Encoding.UTF8.GetBytes("  \r\n \n"),
        ["a page"] = Encoding.UTF8.GetBytes("<!DOCTYPE html><html><head><title>Log in</title></head><body>" + new string('x', 100_000) + "</body></html>"),
        ["half a document"] = Encoding.UTF8.GetBytes("{\"id\":\"x\",\"choices\":[{\"message\":{\"content\":\"a"),
        ["half of another"] = Encoding.UTF8.GetBytes("{\"output\":[{\"type\":\"message\",\"content\":[{\"type\":\"output_text\",\"te"),
        ["plain words"] = Encoding.UTF8.GetBytes("upstream connect error or disconnect"),
        ["null"] = Encoding.UTF8.GetBytes("null"),
        ["a number"] = Encoding.UTF8.GetBytes("42"),
        ["a text"] = Encoding.UTF8.GetBytes("\"text\""),
        ["a list"] = Encoding.UTF8.GetBytes("[]"),
        ["an empty object"] = Encoding.UTF8.GetBytes("{}"),
        ["nesting without end"] = Encoding.UTF8.GetBytes("{\"a\":" + new string('[', Depth) + new string(']', Depth) + "}"),
        ["objects without end"] = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", Depth)) + "1" + new string('}', Depth)),
        ["wrong kinds"] = Encoding.UTF8.GetBytes("""{"id":1,"choices":{"message":1},"content":7,"candidates":3,"output":"x","message":5,"usage":[],"done":"yes"}"""),
        ["bytes that are no text"] = [0xFF, 0xFE, 0x00, 0x80, 0x81, 0xC0, 0xAF],
        ["zeros"] = new byte[10_000],
    };

    public static TheoryData<string, string, bool> Cases()
    {
        var cases = new TheoryData<string, string, bool>();
        foreach (string format in Formats.Keys)
        {
            foreach (string body in Bodies.Keys)
            {
                cases.Add(format, body, false);
                cases.Add(format, body, true);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task An_answer_that_is_none_is_a_classified_failure(string format, string body, bool stream)
    {
        foreach (string type in new[] { "application/json", "text/html", "text/event-stream", "application/octet-stream" })
        {
            LlmException failure = await FailAsync(Formats[format], RawReply.Body(200, Bodies[body], "Content-Type: " + type), stream);

            Assert.Contains(failure.Kind, new[] { LlmErrorKind.InvalidResponse, LlmErrorKind.ServerError, LlmErrorKind.Network });
            Assert.InRange(failure.Message.Length, 1, 400);
            Assert.Equal(200, failure.StatusCode);
            Assert.DoesNotContain("xxxxxxxx", failure.ToString(), StringComparison.Ordinal);
        }
    }

    public static TheoryData<string> Names() => [.. Formats.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task An_event_longer_than_the_limit_is_given_up_at_the_limit(string format)
    {
        // No line end, no frame end: a reader without a limit would keep all of it.
        var flood = new Flood(format == "bedrock" ? BedrockHead() : Encoding.UTF8.GetBytes(format == "ollama" ? "{\"message\":{\"content\":\"" : "data: {\"text\":\""));
        ILlmProvider provider = Formats[format].Provider(new HttpMessageInvoker(new FloodHandler(flood)));

        LlmException failure = await Assert.ThrowsAsync<LlmException>(() => Wire.CollectAsync(provider.ChatStreamingAsync(Formats[format].Call(), Wire.Hello, null, CancellationToken.None)));

        Assert.Contains(failure.Kind, new[] { LlmErrorKind.InvalidResponse, LlmErrorKind.Network });
        Assert.Equal(("test", 200), (failure.Provider, failure.StatusCode ?? 0));
        Assert.InRange(flood.Given, 0, 34 * 1024 * 1024);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_whole_answer_longer_than_the_limit_is_given_up_at_the_limit(string format)
    {
        var flood = new Flood(Encoding.UTF8.GetBytes("{\"text\":\""));
        ILlmProvider provider = Formats[format].Provider(new HttpMessageInvoker(new FloodHandler(flood)));

        LlmException failure = await Assert.ThrowsAsync<LlmException>(async () => await provider.ChatAsync(Formats[format].Call(), Wire.Hello, null, CancellationToken.None));

        Assert.Equal(LlmErrorKind.InvalidResponse, failure.Kind);
        Assert.InRange(flood.Given, 0, 34 * 1024 * 1024);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_prompt_of_40_megabytes_is_sent_whole(string format)
    {
        string prompt = new('a', 40_000_000);
        var handler = new CountingHandler();
        ILlmProvider provider = Formats[format].Provider(new HttpMessageInvoker(handler));

        await Assert.ThrowsAsync<LlmException>(async () => await provider.ChatAsync(Formats[format].Call(), [new(ChatRole.User, prompt)], null, CancellationToken.None));

        Assert.InRange(handler.Sent, prompt.Length, prompt.Length + 1000);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Numbers_that_are_none_are_refused_by_name(string format)
    {
        LlmException refusal = await Formats[format].RefusalAsync(new ChatOptions { Temperature = float.NaN, Reasoning = new() { Effort = ReasoningEffort.None } });
        Assert.Contains("temperature", refusal.Message, StringComparison.OrdinalIgnoreCase);
        refusal = await Formats[format].RefusalAsync(new ChatOptions { TopP = float.PositiveInfinity, Reasoning = new() { Effort = ReasoningEffort.None } });
        Assert.Contains("Infinity", refusal.Message, StringComparison.Ordinal);
    }

    private static byte[] BedrockHead()
    {
        // A frame that says it has 2 GiB.
        byte[] head = new byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(head, 0x7FFF_FFFF);
        return head;
    }

    private static async Task<LlmException> FailAsync(FormatWire wire, RawReply reply, bool stream)
    {
        await using var server = new RawHttpServer(reply);
        using HttpMessageInvoker http = Wire.Sockets();
        ILlmProvider provider = wire.Provider(http, server.Address);
        return await Assert.ThrowsAsync<LlmException>(async () =>
        {
            Task call = stream
                ? Wire.CollectAsync(provider.ChatStreamingAsync(wire.Call(), Wire.Hello, null, CancellationToken.None))
                : provider.ChatAsync(wire.Call(), Wire.Hello, null, CancellationToken.None).AsTask();
            await call.WaitAsync(TimeSpan.FromSeconds(30));
        });
    }

    private sealed class FloodHandler(Flood flood) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(System.Net.HttpStatusCode.OK) { Content = new StreamContent(flood) });
    }

    private sealed class CountingHandler : HttpMessageHandler
    {
        public long Sent { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await using Stream body = await request.Content!.ReadAsStreamAsync(cancellationToken);
            byte[] buffer = new byte[64 * 1024];
            for (int read; (read = await body.ReadAsync(buffer, cancellationToken)) > 0;)
            {
                Sent += read;
            }

            return new HttpResponseMessage(System.Net.HttpStatusCode.OK) { Content = new StringContent("{}") };
        }
    }

    /// <summary>A beginning, and letters without end; it gives up by itself long after anybody should have stopped reading.</summary>
    private sealed class Flood(byte[] head) : MemoryStream
    {
        private const long Most = 256L * 1024 * 1024;

        public long Given { get; private set; }

        public override int Read(Span<byte> buffer)
        {
            if (Given >= Most)
            {
                return 0;
            }

            int count;
            if (Given < head.Length)
            {
                count = Math.Min(buffer.Length, head.Length - (int)Given);
                head.AsSpan((int)Given, count).CopyTo(buffer);
            }
            else
            {
                count = buffer.Length;
                buffer.Fill((byte)'a');
            }

            Given += count;
            return count;
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
    }
}

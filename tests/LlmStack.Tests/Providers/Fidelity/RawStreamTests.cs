using System.Text;
using System.Text.Json;
using LlmStack.Providers;
using LlmStack.Tests.Providers.Anthropic;
using LlmStack.Tests.Providers.Bedrock;
using LlmStack.Tests.Providers.Cohere;
using LlmStack.Tests.Providers.Gemini;
using LlmStack.Tests.Providers.Ollama;
using LlmStack.Tests.Providers.OpenAI;
using LlmStack.Tests.Providers.OpenAI.Responses;
using LlmStack.Tests.Support;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Providers.Fidelity;

/// <summary>The provider's own JSON on every update of a stream, in each format, when it is asked for.</summary>
public sealed class RawStreamTests
{
    private static readonly string[] Words = ["Hel", "lo ", "wor", "ld."];

    private static readonly Dictionary<string, (Func<HttpMessageInvoker, ILlmProvider> Provider, byte[] Stream)> Formats = new()
    {
        ["openai"] = (static http => Wire.Provider(http), Bytes(Wire.Events([.. Words.Select(Wire.Chunk), Wire.Stop, Wire.Usage, "[DONE]"]))),
        ["responses"] = (static http => ResponsesWire.Format.Provider(http), Bytes(ResponsesWire.Events([ResponsesWire.Created, .. Words.Select(static word => ResponsesWire.Text(word)), ResponsesWire.Completed()]))),
        ["anthropic"] = (static http => AnthropicWire.Provider(http), Bytes(AnthropicWire.Stream([AnthropicWire.BeginText(), .. Words.Select(static word => AnthropicWire.Text(word)), AnthropicWire.End()]))),
        ["gemini"] = (static http => GeminiWire.Provider(http), Bytes(GeminiWire.Events([.. Words[..3].Select(static word => GeminiWire.Text(word)), GeminiWire.Text(Words[3], "STOP")]))),
        ["ollama"] = (static http => OllamaWire.Format.Provider(http), Bytes(OllamaWire.Lines([.. Words.Select(OllamaWire.Line), OllamaWire.Done]))),
        ["cohere"] = (static http => CohereWire.Format.Provider(http), Bytes(CohereWire.Events([CohereWire.Start, .. Words.Select(CohereWire.Text), CohereWire.End()]))),
        ["bedrock"] = (static http => BedrockWire.Format.Provider(http), [.. BedrockWire.Start, .. Words.SelectMany(static word => BedrockWire.Text(word)), .. BedrockWire.Stop(), .. BedrockWire.Metadata]),
    };

    public static TheoryData<string> Names => [.. Formats.Keys];

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static Task<List<ChatResponseUpdate>> StreamAsync(string format, ChatOptions? options)
    {
        (Func<HttpMessageInvoker, ILlmProvider> provider, byte[] stream) = Formats[format];
        return Wire.CollectAsync(provider(new HttpMessageInvoker(new BytesHandler(stream))).ChatStreamingAsync(Wire.Call("claude-sonnet-4-5"), Wire.Hello, options, CancellationToken.None));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Each_update_has_the_event_it_was_made_of(string format)
    {
        List<ChatResponseUpdate> updates = await StreamAsync(format, new ChatOptions().WithRawResponse());

        Assert.All(updates, static update => Assert.Equal(JsonValueKind.Object, Assert.IsType<JsonElement>(update.RawRepresentation).ValueKind));
        ChatResponseUpdate[] texts = [.. updates.Where(static update => update.Text.Length > 0)];
        Assert.Equal(Words, texts.Select(static update => update.Text));
        Assert.All(texts, static update => Assert.Contains(update.Text, update.RawRepresentation!.ToString(), StringComparison.Ordinal));
        Assert.DoesNotContain(Words[3], format == "gemini" ? "" : updates[^1].RawRepresentation!.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Nothing_is_kept_unasked(string format) => Assert.All(await StreamAsync(format, null), static update => Assert.Null(update.RawRepresentation));
}

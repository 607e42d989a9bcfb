using System.Text;
using LlmStack.Providers;
using LlmStack.Providers.Anthropic;
using LlmStack.Providers.Gemini;
using LlmStack.Providers.OpenAI;
using LlmStack.Providers.OpenAI.Profiles;
using LlmStack.Tests.Providers.Anthropic;
using LlmStack.Tests.Providers.Bedrock;
using LlmStack.Tests.Providers.Cohere;
using LlmStack.Tests.Providers.Gemini;
using LlmStack.Tests.Providers.Ollama;
using LlmStack.Tests.Providers.OpenAI;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Providers;

/// <summary>Every vendor's words for why generation ended, plain and streamed: what each means, that the word itself is kept, and which stand for a failure.</summary>
public sealed class FinishTableTests
{
    private static readonly FormatWire Chat = new(static setup => new OpenAIProvider(setup, OpenAIProfile.OpenAI), "gpt-4.1");

    private static readonly FormatWire Mistral = new(static setup => new OpenAIProvider(setup, OpenAIFamily.Members.Single(static member => member.Type == "Mistral").Profile), "mistral-large-latest");

    private static readonly FormatWire Anthropic = new(static setup => new AnthropicFormat().Create(setup), "claude-sonnet-4-5");

    private static readonly FormatWire Gemini = new(static setup => new GeminiFormat().Create(setup), "gemini-3-pro");

    [Theory]
    [InlineData("openai", "stop", "stop")]
    [InlineData("openai", "length", "length")]
    [InlineData("openai", "content_filter", "content_filter")]
    [InlineData("openai", "tool_calls", "tool_calls")]
    [InlineData("openai", "function_call", "tool_calls")]
    [InlineData("openai", "eos", "stop")]
    [InlineData("openai", "end_turn", "stop")]
    [InlineData("openai", "sensitive", "content_filter")]
    [InlineData("openai", "abort", "abort")]
    [InlineData("mistral", "model_length", "length")]
    [InlineData("anthropic", "end_turn", "stop")]
    [InlineData("anthropic", "stop_sequence", "stop")]
    [InlineData("anthropic", "pause_turn", "stop")]
    [InlineData("anthropic", "max_tokens", "length")]
    [InlineData("anthropic", "model_context_window_exceeded", "length")]
    [InlineData("anthropic", "refusal", "content_filter")]
    [InlineData("anthropic", "compaction", "compaction")]
    [InlineData("gemini", "STOP", "stop")]
    [InlineData("gemini", "MAX_TOKENS", "length")]
    [InlineData("gemini", "CONTINUATION", "length")]
    [InlineData("gemini", "SAFETY", "content_filter")]
    [InlineData("gemini", "RECITATION", "content_filter")]
    [InlineData("gemini", "BLOCKLIST", "content_filter")]
    [InlineData("gemini", "PROHIBITED_CONTENT", "content_filter")]
    [InlineData("gemini", "SPII", "content_filter")]
    [InlineData("gemini", "LANGUAGE", "content_filter")]
    [InlineData("gemini", "IMAGE_SAFETY", "content_filter")]
    [InlineData("gemini", "IMAGE_PROHIBITED_CONTENT", "content_filter")]
    [InlineData("gemini", "IMAGE_RECITATION", "content_filter")]
    [InlineData("gemini", "OTHER", "OTHER")]
    [InlineData("gemini", "NO_IMAGE", "NO_IMAGE")]
    [InlineData("gemini", "MISSING_THOUGHT_SIGNATURE", "MISSING_THOUGHT_SIGNATURE")]
    [InlineData("cohere", "COMPLETE", "stop")]
    [InlineData("cohere", "STOP_SEQUENCE", "stop")]
    [InlineData("cohere", "MAX_TOKENS", "length")]
    [InlineData("cohere", "ERROR_TOXIC", "content_filter")]
    [InlineData("ollama", "stop", "stop")]
    [InlineData("ollama", "length", "length")]
    [InlineData("bedrock", "end_turn", "stop")]
    [InlineData("bedrock", "stop_sequence", "stop")]
    [InlineData("bedrock", "max_tokens", "length")]
    [InlineData("bedrock", "model_context_window_exceeded", "length")]
    [InlineData("bedrock", "guardrail_intervened", "content_filter")]
    [InlineData("bedrock", "content_filtered", "content_filter")]
    [InlineData("bedrock", "something_new", "something_new")]
    public async Task A_word_is_mapped_and_kept(string format, string raw, string mapped)
    {
        (FormatWire wire, string whole, byte[] stream) = Answers(format, raw);
        ProviderCall call = wire.Call();
        ChatResponse plain = await wire.ChatAsync(whole, call: call);
        StreamOutcome streamed = await wire.StreamAsync(stream);

        Assert.Equal((mapped, raw), (plain.FinishReason?.Value, call.Report.RawFinishReason));
        Assert.Null(streamed.Failure);
        Assert.Equal((mapped, raw), (streamed.Finish?.Value, streamed.Report.RawFinishReason));
        Assert.Equal(("Hello", "Hello"), (plain.Text, streamed.Text));
    }

    [Theory]
    [InlineData("openai", "error", LlmErrorKind.ServerError)]
    [InlineData("openai", "network_error", LlmErrorKind.ServerError)]
    [InlineData("openai", "insufficient_system_resource", LlmErrorKind.Overloaded)]
    [InlineData("openai", "model_context_window_exceeded", LlmErrorKind.ContextWindowExceeded)]
    [InlineData("mistral", "error", LlmErrorKind.ServerError)]
    [InlineData("gemini", "MALFORMED_FUNCTION_CALL", LlmErrorKind.InvalidResponse)]
    [InlineData("gemini", "UNEXPECTED_TOOL_CALL", LlmErrorKind.InvalidResponse)]
    [InlineData("gemini", "TOO_MANY_TOOL_CALLS", LlmErrorKind.InvalidResponse)]
    [InlineData("cohere", "ERROR", LlmErrorKind.ServerError)]
    [InlineData("cohere", "ERROR_LIMIT", LlmErrorKind.ContextWindowExceeded)]
    [InlineData("cohere", "TIMEOUT", LlmErrorKind.Timeout)]
    [InlineData("cohere", "USER_CANCEL", LlmErrorKind.Network)]
    [InlineData("ollama", "load", LlmErrorKind.InvalidResponse)]
    [InlineData("ollama", "unload", LlmErrorKind.InvalidResponse)]
    [InlineData("bedrock", "malformed_model_output", LlmErrorKind.InvalidResponse)]
    [InlineData("bedrock", "malformed_tool_use", LlmErrorKind.InvalidResponse)]
    public async Task A_word_that_stands_for_a_failure_fails_and_is_told(string format, string raw, LlmErrorKind kind)
    {
        (FormatWire wire, string whole, byte[] stream) = Answers(format, raw);
        LlmException plain = await Assert.ThrowsAsync<LlmException>(() => wire.ChatAsync(whole));
        StreamOutcome streamed = await wire.StreamAsync(stream);

        Assert.Equal((kind, kind), (plain.Kind, streamed.Failure?.Kind));
        Assert.Contains(raw, plain.Message, StringComparison.Ordinal);
        Assert.Contains(raw, streamed.Failure!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("openai", "stop")]
    [InlineData("gemini", "STOP")]
    [InlineData("ollama", "stop")]
    [InlineData("cohere", "COMPLETE")]
    [InlineData("bedrock", "end_turn")]
    [InlineData("anthropic", "end_turn")]
    public async Task A_stop_beside_a_call_means_the_call(string format, string raw)
    {
        (FormatWire wire, string whole) = format switch
        {
            "openai" => (Chat, $$"""{"id":"c","choices":[{"index":0,"message":{"role":"assistant","content":null,"tool_calls":[{"id":"t","type":"function","function":{"name":"f","arguments":"{}"} }]},"finish_reason":"{{raw}}"}]}"""),
            "gemini" => (Gemini, GeminiWire.Chunk("""{"functionCall":{"name":"f","args":{}}}""", raw)),
            "ollama" => (OllamaWire.Format, OllamaWire.Answer.Replace("\"content\":\"Hello\"", "\"content\":\"\",\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":{}}}]", StringComparison.Ordinal)),
            "cohere" => (CohereWire.Format, CohereWire.Answer.Replace("\"content\":[{\"type\":\"text\",\"text\":\"Hello\"}]", "\"tool_calls\":[{\"id\":\"t\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]", StringComparison.Ordinal)),
            "bedrock" => (BedrockWire.Format, BedrockWire.Answer.Replace("{\"text\":\"Hello\"}", "{\"toolUse\":{\"toolUseId\":\"t\",\"name\":\"f\",\"input\":{}}}", StringComparison.Ordinal)),
            _ => (Anthropic, $$"""{"id":"m","type":"message","role":"assistant","model":"c","content":[{"type":"tool_use","id":"t","name":"f","input":{} }],"stop_reason":"{{raw}}","usage":{"input_tokens":1,"output_tokens":1} }"""),
        };
        ProviderCall call = wire.Call();
        ChatResponse response = await wire.ChatAsync(whole, call: call);

        Assert.Single(response.Messages[0].Contents.OfType<FunctionCallContent>());
        Assert.Equal((ChatFinishReason.ToolCalls, raw), (response.FinishReason, call.Report.RawFinishReason));
    }

    /// <summary>An answer that says Hello and ends with a word, whole and as a stream.</summary>
    private static (FormatWire Wire, string Whole, byte[] Stream) Answers(string format, string raw) => format switch
    {
        "openai" or "mistral" => (
            format == "openai" ? Chat : Mistral,
            $$"""{"id":"c","choices":[{"index":0,"message":{"role":"assistant","content":"Hello"},"finish_reason":"{{raw}}"}]}""",
            Encoding.UTF8.GetBytes(Wire.Events(Wire.Chunk("Hello"), Wire.Delta("{}", $"\"{raw}\""), "[DONE]"))),
        "anthropic" => (
            Anthropic,
            $$"""{"id":"m","type":"message","role":"assistant","model":"c","content":[{"type":"text","text":"Hello"}],"stop_reason":"{{raw}}","usage":{"input_tokens":1,"output_tokens":1} }""",
            Encoding.UTF8.GetBytes(AnthropicWire.Events(AnthropicWire.Start, AnthropicWire.BeginText(), AnthropicWire.Text("Hello"), AnthropicWire.End(), AnthropicWire.Finish($"\"{raw}\""), AnthropicWire.Stop))),
        "gemini" => (Gemini, GeminiWire.Text("Hello", raw), Encoding.UTF8.GetBytes(GeminiWire.Events(GeminiWire.Text("Hello", raw)))),
        "cohere" => (
            CohereWire.Format,
            CohereWire.Answer.Replace("COMPLETE", raw, StringComparison.Ordinal),
            Encoding.UTF8.GetBytes(CohereWire.Events(CohereWire.Start, CohereWire.Text("Hello"), CohereWire.End(raw)))),
        "ollama" => (
            OllamaWire.Format,
            OllamaWire.Answer.Replace("\"done_reason\":\"stop\"", $"\"done_reason\":\"{raw}\"", StringComparison.Ordinal),
            Encoding.UTF8.GetBytes(OllamaWire.Lines(OllamaWire.Line("Hello"), OllamaWire.Done.Replace("\"done_reason\":\"stop\"", $"\"done_reason\":\"{raw}\"", StringComparison.Ordinal)))),
        _ => (
            BedrockWire.Format,
            BedrockWire.Answer.Replace("end_turn", raw, StringComparison.Ordinal),
            [.. BedrockWire.Start, .. BedrockWire.Text("Hello"), .. BedrockWire.Stop(raw), .. BedrockWire.Metadata]),
    };
}

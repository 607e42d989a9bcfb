using System.Text;
using System.Text.Json;
using LlmStack.Providers;
using LlmStack.Providers.OpenAI;
using LlmStack.Providers.OpenAI.Profiles;
using LlmStack.Tests.Providers.Anthropic;
using LlmStack.Tests.Support;
using Microsoft.Extensions.AI;
using static LlmStack.Tests.Providers.OpenAI.Wire;

namespace LlmStack.Tests.Providers.OpenAI;

/// <summary>Reasoning state that a gateway hands on (OpenRouter's reasoning_details, LiteLLM's thinking_blocks) comes back to the vendor it is of, and to no other.</summary>
public sealed class ReasoningStateTests
{
    private const string Model = "anthropic/claude-sonnet-4.5";

    private const string Details = """[{"type":"reasoning.text","text":"Let me think.","signature":"sig-1","id":"r-1","format":"anthropic-claude-v1","index":0},{"type":"reasoning.encrypted","data":"AAAA","id":"r-2","format":"anthropic-claude-v1","index":1}]""";

    private const string Call = """{"index":0,"id":"call_1","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Bonn\"}"}}""";

    private static readonly string Whole = $$"""{"id":"g1","model":"{{Model}}","choices":[{"index":0,"message":{"role":"assistant","content":"One moment.","reasoning":"Let me think.","reasoning_details":{{Details}},"tool_calls":[{{Call}}]},"finish_reason":"tool_calls"}]}""";

    private static OpenAIProfile Of(string name) => OpenAIFamily.Members.Single(member => member.Name == name).Profile;

    /// <summary>An answer's messages after they were stored and loaded, as a conversation's history is.</summary>
    private static List<ChatMessage> Stored(IList<ChatMessage> messages) =>
        JsonSerializer.Deserialize<List<ChatMessage>>(JsonSerializer.Serialize(messages, AIJsonUtilities.DefaultOptions), AIJsonUtilities.DefaultOptions)!;

    private static List<ChatMessage> HistoryWith(IList<ChatMessage> answer) =>
    [
        new(ChatRole.User, "How is the weather?"),
        .. Stored(answer),
        new(ChatRole.Tool, [new FunctionResultContent("call_1", "Sunny")]),
    ];

    private static async Task<ChatResponse> AskAsync(string name, string model, string answer)
    {
        var provider = Provider(new HttpMessageInvoker(new BytesHandler(Encoding.UTF8.GetBytes(answer))), profile: Of(name));
        return await provider.ChatAsync(Wire.Call(model), Hello, null, CancellationToken.None);
    }

    private static async Task<ChatResponse> StreamAsync(string name, string model, params string[] chunks)
    {
        var provider = Provider(new HttpMessageInvoker(new BytesHandler(Encoding.UTF8.GetBytes(Events(chunks)))), profile: Of(name));
        return (await CollectAsync(provider.ChatStreamingAsync(Wire.Call(model), Hello, null, CancellationToken.None))).ToChatResponse();
    }

    /// <summary>The assistant's message that a history sends, and what the report says of it.</summary>
    private static async Task<(JsonElement Message, AttemptReport Report)> SentAsync(string name, string model, IList<ChatMessage> answer)
    {
        var handler = new BytesHandler(Encoding.UTF8.GetBytes(Whole));
        ProviderCall call = Wire.Call(model);
        await Provider(new HttpMessageInvoker(handler), profile: Of(name)).ChatAsync(call, HistoryWith(answer), null, CancellationToken.None);
        JsonElement body = JsonDocument.Parse(handler.LastBody!).RootElement;
        return (body.GetProperty("messages").EnumerateArray().Single(static message => message.GetProperty("role").GetString() == "assistant"), call.Report);
    }

    private static void AssertJson(string expected, JsonElement actual) => Assert.True(JsonElement.DeepEquals(JsonDocument.Parse(expected).RootElement, actual), $"Expected {expected}, got {actual}");

    [Fact]
    public async Task A_whole_answers_details_come_back_as_they_were()
    {
        ChatResponse answer = await AskAsync("openrouter", Model, Whole);
        Assert.Equal("Let me think.", answer.Messages[0].Contents.OfType<TextReasoningContent>().Single().Text);

        (JsonElement message, AttemptReport report) = await SentAsync("openrouter", "anthropic/claude-opus-5", answer.Messages);

        AssertJson(Details, message.GetProperty("reasoning_details"));
        Assert.Null(report.Changes);
    }

    [Fact]
    public async Task A_streams_details_are_put_together()
    {
        ChatResponse answer = await StreamAsync(
            "openrouter",
            Model,
            Delta("""{"role":"assistant","content":"","reasoning":"Let me","reasoning_details":[{"type":"reasoning.text","text":"Let me","id":"r-1","format":"anthropic-claude-v1","index":0}]}"""),
            Delta("""{"content":"","reasoning":" think.","reasoning_details":[{"type":"reasoning.text","text":" think.","format":"anthropic-claude-v1","index":0}]}"""),
            Delta("""{"content":"","reasoning":null,"reasoning_details":[{"type":"reasoning.text","signature":"sig-1","format":"anthropic-claude-v1","index":0}]}"""),
            Delta("""{"content":"","reasoning_details":[{"type":"reasoning.encrypted","data":"AAAA","id":"r-2","format":"anthropic-claude-v1","index":1}]}"""),
            Delta("""{"content":"One moment.","reasoning_details":[]}"""),
            Delta($$"""{"tool_calls":[{{Call}}]}"""),
            Delta("{}", "\"tool_calls\""),
            "[DONE]");
        Assert.Equal(("One moment.", "Let me think."), (answer.Text, string.Concat(answer.Messages[0].Contents.OfType<TextReasoningContent>().Select(static thought => thought.Text))));

        (JsonElement message, AttemptReport report) = await SentAsync("openrouter", Model, answer.Messages);

        AssertJson(Details, message.GetProperty("reasoning_details"));
        Assert.Null(report.Changes);
    }

    [Fact]
    public async Task A_stream_of_thoughts_alone_is_marked_too()
    {
        ChatResponse answer = await StreamAsync(
            "openrouter",
            Model,
            Delta("""{"reasoning":"Hm","reasoning_details":[{"type":"reasoning.text","text":"Hm","signature":"s","index":0}]}"""),
            Delta($$"""{"tool_calls":[{{Call}}]}"""),
            Delta("{}", "\"tool_calls\""),
            "[DONE]");

        Assert.False((await SentAsync("openrouter", "google/gemini-3-pro", answer.Messages)).Message.TryGetProperty("reasoning_details", out _));
        AssertJson("""[{"type":"reasoning.text","text":"Hm","signature":"s","index":0}]""", (await SentAsync("openrouter", Model, answer.Messages)).Message.GetProperty("reasoning_details"));
    }

    [Fact]
    public async Task A_second_thought_begins_behind_a_signature()
    {
        ChatResponse answer = await StreamAsync(
            "litellm",
            "claude",
            Delta("""{"reasoning_content":"a","thinking_blocks":[{"type":"thinking","thinking":"a","signature":null}]}"""),
            Delta("""{"reasoning_content":"b \ud83d","thinking_blocks":[{"type":"thinking","thinking":"b \ud83d","signature":null}]}"""),
            Delta("""{"reasoning_content":"\ude00","thinking_blocks":[{"type":"thinking","thinking":"\ude00"}]}"""),
            Delta("""{"reasoning_content":"","thinking_blocks":[{"type":"thinking","thinking":"","signature":"s-1"}]}"""),
            Delta("""{"reasoning_content":"c","thinking_blocks":[{"type":"thinking","thinking":"c"}]}"""),
            Delta("""{"thinking_blocks":[{"type":"thinking","signature":"s-2"},{"type":"redacted_thinking","data":"x"}]}"""),
            Delta($$"""{"tool_calls":[{{Call}}]}"""),
            Delta("{}", "\"tool_calls\""),
            "[DONE]");

        (JsonElement message, _) = await SentAsync("litellm", "claude", answer.Messages);

        AssertJson("""[{"type":"thinking","thinking":"ab 😀","signature":"s-1"},{"type":"thinking","thinking":"c","signature":"s-2"},{"type":"redacted_thinking","data":"x"}]""", message.GetProperty("thinking_blocks"));
    }

    [Theory]
    [InlineData("openrouter", "openai/gpt-5.4", "reasoning_details")]
    [InlineData("litellm", Model, "thinking_blocks")]
    [InlineData("groq", "m", "reasoning_details")]
    public async Task Another_vendor_is_sent_none_of_it_and_that_is_listed(string name, string model, string field)
    {
        ChatResponse answer = await AskAsync("openrouter", Model, Whole);

        (JsonElement message, AttemptReport report) = await SentAsync(name, model, answer.Messages);

        Assert.False(message.TryGetProperty(field, out _));
        Assert.DoesNotContain("sig-1", message.ToString(), StringComparison.Ordinal);
        Assert.Contains("reasoning state: dropped, it belongs to another vendor", report.Changes!);
    }

    [Fact]
    public async Task Anthropic_is_sent_none_of_it_either()
    {
        ChatResponse answer = await AskAsync("openrouter", Model, Whole);
        ProviderCall call = AnthropicWire.Call();

        string body = await AnthropicWire.BodyAsync(HistoryWith(answer.Messages), call: call);

        Assert.DoesNotContain("sig-1", body, StringComparison.Ordinal);
        Assert.Contains("reasoning state: dropped, it belongs to another vendor", call.Report.Changes!);
    }

    [Fact]
    public async Task Openrouter_is_sent_none_of_anothers()
    {
        var thought = new TextReasoningContent("Hm") { ProtectedData = "anthropic-signature", AdditionalProperties = new() { ["llmstack.origin"] = "anthropic" } };

        (JsonElement message, AttemptReport report) = await SentAsync("openrouter", Model, [new ChatMessage(ChatRole.Assistant, [thought, new FunctionCallContent("call_1", "weather")])]);

        Assert.False(message.TryGetProperty("reasoning_details", out _));
        Assert.Contains("reasoning state: dropped, it belongs to another vendor", report.Changes!);
    }

    [Fact]
    public async Task Details_without_end_are_refused()
    {
        string many = string.Join(',', Enumerable.Range(0, 5000).Select(static i => $$"""{"type":"reasoning.encrypted","data":"A","index":{{i}}}"""));

        var error = await Assert.ThrowsAsync<LlmException>(() => StreamAsync("openrouter", Model, Delta($$"""{"reasoning_details":[{{many}}]}"""), Stop, "[DONE]"));

        Assert.Equal(LlmErrorKind.InvalidResponse, error.Kind);
    }
}

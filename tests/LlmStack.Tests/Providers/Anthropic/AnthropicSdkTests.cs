using System.Text.Json;
using LlmStack.Providers;
using Microsoft.Extensions.AI;
using static LlmStack.Tests.Providers.Anthropic.AnthropicWire;
using Sdk = global::Anthropic.Models.Messages;

namespace LlmStack.Tests.Providers.Anthropic;

/// <summary>What is sent is what the vendor's own types hold, and what they read is what comes out here.</summary>
public sealed class AnthropicSdkTests
{
    private static readonly HashSet<string> Fields = ["messages", "model", "max_tokens", "system", "tools", "tool_choice", "thinking", "output_config", "stop_sequences", "metadata", "service_tier", "stream"];

    private static readonly AIFunctionDeclaration Weather = AIFunctionFactory.CreateDeclaration("get_weather", "Weather.", JsonElement.Parse("""{"type":"object","properties":{"city":{"type":"string"}}}"""));

    [Theory]
    [InlineData("claude-opus-4-6")]
    [InlineData("claude-opus-5-5")]
    [InlineData("claude-sonnet-4-0")]
    public async Task Bodies_are_valid_by_the_vendor_s_types(string model)
    {
        string body = await BodyAsync(Conversation(), Options(), Call(model), stream: true);

        Dictionary<string, JsonElement> fields = JsonElement.Parse(body).EnumerateObject().ToDictionary(static p => p.Name, static p => p.Value);
        Sdk.MessageCreateParams parsed = Sdk.MessageCreateParams.FromRawUnchecked(new Dictionary<string, JsonElement>(), new Dictionary<string, JsonElement>(), fields);
        Assert.Empty(fields.Keys.Except(Fields));
        Assert.All(parsed.Messages, static message => message.Validate());
        Assert.All(parsed.Tools!, static tool => tool.Validate());
        parsed.System!.Validate();
        parsed.ToolChoice!.Validate();
        parsed.Thinking?.Validate();
        parsed.OutputConfig?.Validate();
        parsed.Metadata!.Validate();
        Assert.Equal(model, parsed.Model.Raw());
        Assert.True(parsed.MaxTokens > 0);
    }

    [Theory]
    [InlineData("""{"id":"msg_1","type":"message","role":"assistant","model":"claude-sonnet-4-5","content":[{"type":"thinking","thinking":"hm","signature":"s"},{"type":"text","text":"Grüße","citations":null},{"type":"tool_use","id":"t","name":"f","input":{"x":1}}],"stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":10,"output_tokens":5,"cache_read_input_tokens":3,"cache_creation_input_tokens":2}}""")]
    [InlineData("""{"id":"msg_2","type":"message","role":"assistant","model":"claude-sonnet-4-5","content":[{"type":"text","text":"a","citations":null},{"type":"text","text":"b","citations":null}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":2}}""")]
    public async Task Answers_are_read_as_the_vendor_s_types_read_them(string body)
    {
        Sdk.Message expected = JsonSerializer.Deserialize<Sdk.Message>(body)!;
        ProviderCall call = Call();
        ChatResponse answer = await ChatAsync(body, null, call);

        Assert.Equal(expected.ID, answer.ResponseId);
        Assert.Equal(expected.Model.Raw(), answer.ModelId);
        Assert.Equal(expected.StopReason!.Raw(), call.Report.RawFinishReason);
        Assert.Equal(string.Concat(expected.Content.Select(static block => block.TryPickText(out Sdk.TextBlock? text) ? text.Text : "")), answer.Text);
        Assert.Equal(expected.Content.Where(static block => block.TryPickToolUse(out _)).Select(static block => block.TryPickToolUse(out Sdk.ToolUseBlock? use) ? use.ID + use.Name : ""), answer.Messages[0].Contents.OfType<FunctionCallContent>().Select(static c => c.CallId + c.Name));
        Assert.Equal(expected.Usage.InputTokens + (expected.Usage.CacheReadInputTokens ?? 0) + (expected.Usage.CacheCreationInputTokens ?? 0), answer.Usage!.InputTokenCount);
        Assert.Equal(expected.Usage.OutputTokens, answer.Usage.OutputTokenCount);
    }

    private static ChatMessage[] Conversation() =>
    [
        new(ChatRole.System, [new TextContent("Be brief.") { AdditionalProperties = new() { ["cache_control"] = "1h" } }]),
        new(ChatRole.User, [new TextContent("What is this?"), new DataContent(new byte[] { 1, 2, 3 }, "image/png"), new DataContent(new byte[] { 1 }, "application/pdf") { Name = "a.pdf" }, new UriContent("https://a.example/b.jpg", "image/jpeg")]),
        new(ChatRole.Assistant, [Thought(), new TextContent("Let me look."), new FunctionCallContent("toolu_1", "get_weather", new Dictionary<string, object?> { ["city"] = "Köln" }), new FunctionCallContent("toolu_2", "get_weather")]),
        new(ChatRole.Tool, [new FunctionResultContent("toolu_1", "20"), new FunctionResultContent("toolu_2", new List<AIContent> { new TextContent("x"), new DataContent(new byte[] { 2 }, "image/png") })]),
    ];

    private static TextReasoningContent Thought() => new("hm") { ProtectedData = "sig", AdditionalProperties = new() { ["llmstack.origin"] = "anthropic" } };

    private static ChatOptions Options() => new()
    {
        Tools = [Weather, new HostedWebSearchTool(), new HostedCodeInterpreterTool()],
        ToolMode = ChatToolMode.Auto,
        AllowMultipleToolCalls = false,
        StopSequences = ["END"],
        Reasoning = new ReasoningOptions { Effort = ReasoningEffort.High },
        ResponseFormat = ChatResponseFormat.ForJsonSchema(JsonElement.Parse("""{"type":"object","properties":{"a":{"type":"integer"}}}""")),
        AdditionalProperties = new() { ["metadata"] = JsonElement.Parse("""{"user_id":"u"}"""), ["service_tier"] = "auto" },
    };
}

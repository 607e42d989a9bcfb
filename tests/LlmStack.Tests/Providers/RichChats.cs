using System.Text;
using System.Text.Json;
using LlmStack.Providers;
using LlmStack.Tests.Providers.OpenAI;
using LlmStack.Tests.Support;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Providers;

/// <summary>Conversations and wishes that use everything a chat has, for checks of what an adapter sends.</summary>
internal static class RichChats
{
    private static readonly JsonElement City = Json("""{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}""");

    /// <summary>A schema with what dialects differ in.</summary>
    private static readonly JsonElement Difficult = Json(
        """
        {"$schema":"https://json-schema.org/draft/2020-12/schema","title":"Order","type":"object","properties":{
          "id":{"type":"integer","minimum":1,"maximum":9,"description":"Which"},
          "kind":{"const":"order"},
          "state":{"enum":["open","closed",null]},
          "note":{"type":["string","null"],"minLength":1,"maxLength":20,"pattern":"^a"},
          "amount":{"anyOf":[{"type":"number","exclusiveMinimum":0},{"type":"string","format":"uuid"}]},
          "lines":{"type":"array","items":{"$ref":"#/$defs/line"},"minItems":1,"uniqueItems":true},
          "tags":{"type":"object","additionalProperties":{"type":"string"}}},
         "required":["id"],"$defs":{"line":{"type":"object","properties":{"name":{"type":"string","default":"x"},"at":{"type":"string","format":"date-time"}},"required":["name"]}}}
        """);

    private static readonly AIFunctionDeclaration Weather = AIFunctionFactory.CreateDeclaration("get_weather", "Tells the weather", City);

    private static readonly AIFunctionDeclaration Order = AIFunctionFactory.CreateDeclaration("order", "Orders", Difficult);

    private static readonly AIFunctionDeclaration Clock = AIFunctionFactory.CreateDeclaration("now", null, Json("""{"type":"object"}"""));

    private static readonly Dictionary<string, (ChatMessage[] Messages, ChatOptions? Options)> All = new()
    {
        ["text"] = (Wire.Hello, null),
        ["system and instructions"] = ([new(ChatRole.System, "Be brief"), .. Wire.Hello, new(ChatRole.Assistant, "Hi"), new(ChatRole.System, "Be kind"), new(ChatRole.User, "And?")], new() { Instructions = "In German" }),
        ["sampling"] = (Wire.Hello, new() { Temperature = 0.5f, TopP = 0.9f, TopK = 40, FrequencyPenalty = 0.5f, PresencePenalty = 0.25f, Seed = 7, MaxOutputTokens = 1000, StopSequences = ["END", "STOP"] }),
        ["image"] = ([new(ChatRole.User, [new TextContent("Look"), new DataContent(new byte[] { 1, 2, 3 }, "image/png"), new DataContent(new byte[] { 1 }, "image/jpeg")])], null),
        ["image by address"] = ([new(ChatRole.User, [new TextContent("Look"), new UriContent("https://example.com/a.png", "image/png")])], null),
        ["PDF"] = ([new(ChatRole.User, [new TextContent("Read"), new DataContent(new byte[] { 1, 2, 3 }, "application/pdf") { Name = "My report, v2.pdf" }])], null),
        ["PDF by address"] = ([new(ChatRole.User, [new TextContent("Read"), new UriContent("https://example.com/a.pdf", "application/pdf")])], null),
        ["audio"] = ([new(ChatRole.User, [new TextContent("Listen"), new DataContent(new byte[] { 1, 2, 3 }, "audio/wav")])], null),
        ["calls and results"] = (Calls(), new() { Tools = [Weather, Clock] }),
        ["calls of another vendor's ids"] = (Calls("toolu_01A/b:c.d", "call_" + new string('x', 70)), new() { Tools = [Weather, Clock] }),
        ["calls without their tools"] = (Calls(), null),
        ["an image as a result"] = (
            [
                .. Wire.Hello,
                new(ChatRole.Assistant, [new FunctionCallContent("call_1", "now")]),
                new(ChatRole.Tool, [new FunctionResultContent("call_1", new List<AIContent> { new TextContent("This"), new DataContent(new byte[] { 2 }, "image/png") })]),
            ],
            new() { Tools = [Clock] }),
        ["tools"] = (Wire.Hello, new() { Tools = [Weather, Order, Clock], ToolMode = ChatToolMode.Auto, AllowMultipleToolCalls = true }),
        ["one tool at a time"] = (Wire.Hello, new() { Tools = [Weather], AllowMultipleToolCalls = false }),
        ["no tool now"] = (Wire.Hello, new() { Tools = [Weather], ToolMode = ChatToolMode.None }),
        ["any tool"] = (Wire.Hello, new() { Tools = [Weather, Clock], ToolMode = ChatToolMode.RequireAny }),
        ["a certain tool"] = (Wire.Hello, new() { Tools = [Weather, Clock], ToolMode = ChatToolMode.RequireSpecific("get_weather") }),
        ["strict tools"] = (Wire.Hello, new() { Tools = [AIFunctionFactory.CreateDeclaration("f", "F", City)], AdditionalProperties = new() { ["strict"] = true } }),
        ["JSON"] = (Wire.Hello, new() { ResponseFormat = ChatResponseFormat.Json }),
        ["a form"] = (Wire.Hello, new() { ResponseFormat = ChatResponseFormat.ForJsonSchema(City, "answer", "An answer") }),
        ["a difficult form"] = (Wire.Hello, new() { ResponseFormat = ChatResponseFormat.ForJsonSchema(Difficult) }),
        ["a form and tools"] = (Wire.Hello, new() { Tools = [Weather], ResponseFormat = ChatResponseFormat.ForJsonSchema(City) }),
        ["effort none"] = (Wire.Hello, new() { Reasoning = new() { Effort = ReasoningEffort.None } }),
        ["effort low"] = (Wire.Hello, new() { MaxOutputTokens = 8000, Reasoning = new() { Effort = ReasoningEffort.Low, Output = ReasoningOutput.Summary } }),
        ["effort medium"] = (Wire.Hello, new() { Reasoning = new() { Effort = ReasoningEffort.Medium, Output = ReasoningOutput.None } }),
        ["effort high"] = (Wire.Hello, new() { Reasoning = new() { Effort = ReasoningEffort.High, Output = ReasoningOutput.Full } }),
        ["effort extra high"] = (Wire.Hello, new() { MaxOutputTokens = 8000, Temperature = 0.5f, Reasoning = new() { Effort = ReasoningEffort.ExtraHigh } }),
        ["thoughts"] = (Thoughts(null), new() { Tools = [Clock] }),
        ["thoughts of another vendor"] = (Thoughts("nobody"), new() { Tools = [Clock] }),
        ["cache markers"] = (
            [
                new(ChatRole.System, [new TextContent("A long text").WithCacheMarker(TimeSpan.FromHours(1))]),
                new(ChatRole.User, [new TextContent("More").WithCacheMarker(), new TextContent("Question")]),
            ],
            new() { Tools = [Weather] }),
        ["a refusal in the history"] = ([.. Wire.Hello, new(ChatRole.Assistant, [new ErrorContent("No.") { ErrorCode = "Refusal" }]), new(ChatRole.User, "Why?")], null),
        ["a history that needs repair"] = (
            [
                new(ChatRole.Assistant, "Welcome"),
                new(ChatRole.User, "a"),
                new(ChatRole.User, [new TextContent(""), new TextContent("b")]),
                new(ChatRole.Tool, [new FunctionResultContent("orphan", "x")]),
                new(ChatRole.Assistant, [new FunctionCallContent("unanswered", "now")]),
                new(ChatRole.User, "c"),
            ],
            new() { Tools = [Clock] }),
    };

    /// <summary>The names, each with whether it is streamed.</summary>
    public static TheoryData<string, bool> Names()
    {
        var names = new TheoryData<string, bool>();
        foreach (string name in All.Keys)
        {
            names.Add(name, false);
            names.Add(name, true);
        }

        return names;
    }

    /// <summary>That the body of a conversation fits a vendor's type for each model, or that the conversation is among those that the format refuses.</summary>
    public static async Task AssertFitsAsync(FormatWire wire, VendorTypes types, string type, string name, bool stream, string[] models, HashSet<string> refused, bool cacheBreakpoints = false)
    {
        foreach (string model in models)
        {
            JsonElement? body = await BodyAsync(wire, name, stream, model, cacheBreakpoints);

            Assert.Equal((name, model, refused.Contains(name)), (name, model, body is null));
            if (body is { } sent)
            {
                types.AssertFits(type, sent);
            }
        }
    }

    /// <summary>The body that a conversation becomes; null when the adapter refuses it, which then names the content.</summary>
    /// <param name="wire">The format.</param>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="stream">Whether the answer is streamed.</param>
    /// <param name="model">Another model than the format's usual one.</param>
    /// <param name="cacheBreakpoints">Whether cache breakpoints are set by the adapter.</param>
    /// <param name="more">Further fields of the request.</param>
    public static async Task<JsonElement?> BodyAsync(FormatWire wire, string name, bool stream, string? model = null, bool cacheBreakpoints = false, AdditionalPropertiesDictionary? more = null)
    {
        (ChatMessage[] messages, ChatOptions? options) = All[name];
        if (more is not null)
        {
            options = options?.Clone() ?? new ChatOptions();
            options.AdditionalProperties = more;
        }

        ProviderCall call = wire.Call(other: model);
        call.CacheBreakpoints = cacheBreakpoints;
        var handler = new BytesHandler(Encoding.UTF8.GetBytes("{}"));
        ILlmProvider provider = wire.Provider(new HttpMessageInvoker(handler));
        LlmException failure = await Assert.ThrowsAsync<LlmException>(async () =>
        {
            if (stream)
            {
                await Wire.CollectAsync(provider.ChatStreamingAsync(call, messages, options, CancellationToken.None));
            }
            else
            {
                await provider.ChatAsync(call, messages, options, CancellationToken.None);
            }
        });
        if (handler.LastBody is { } body)
        {
            return Json(body);
        }

        Assert.Equal(LlmErrorKind.InvalidRequest, failure.Kind);
        return null;
    }

    public static JsonElement Json(string json) => JsonElement.Parse(json);

    private static ChatMessage[] Calls(string first = "call_1", string second = "call_2") =>
    [
        .. Wire.Hello,
        new(ChatRole.Assistant, [new TextContent("Let me look."), new FunctionCallContent(first, "get_weather", new Dictionary<string, object?> { ["city"] = "Köln" }), new FunctionCallContent(second, "now")]),
        new(ChatRole.Tool, [new FunctionResultContent(first, Json("""{"degrees":20}""")), new FunctionResultContent(second, "noon")]),
        new(ChatRole.Assistant, [new FunctionCallContent("call_3", "now"), new FunctionCallContent("call_4", "now"), new FunctionCallContent("call_5", "now")]),
        new(ChatRole.Tool, [new FunctionResultContent("call_3", null), new FunctionResultContent("call_4", new[] { 1, 2 }), new FunctionResultContent("call_5", "failed") { Exception = new TimeoutException("late") }]),
        new(ChatRole.User, "And?"),
    ];

    /// <summary>An assistant's turn with two thoughts, one of which has state; without an origin it is anybody's.</summary>
    private static ChatMessage[] Thoughts(string? origin) =>
    [
        .. Wire.Hello,
        new(ChatRole.Assistant, [Thought("Hm", "c2lnbmF0dXJl", origin), Thought("", "c2VjcmV0", origin), new TextContent("One moment."), new FunctionCallContent("call_1", "now")]),
        new(ChatRole.Tool, [new FunctionResultContent("call_1", "noon")]),
    ];

    private static TextReasoningContent Thought(string text, string state, string? origin) =>
        new(text) { ProtectedData = state, AdditionalProperties = origin is null ? null : new() { ["llmstack.origin"] = origin } };
}

using System.Globalization;
using System.Text;
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
using LlmStack.Tests.Providers.OpenAI.Responses;

namespace LlmStack.Tests.Providers.Streaming;

/// <summary>Every wire format that streams, as its vendor writes it.</summary>
internal static class FuzzFormats
{
    public static readonly FuzzFormat[] All =
    [
        new(
            "OpenAI",
            new(static setup => new OpenAIProvider(setup, OpenAIProfile.OpenAI), "gpt-4.1"),
            static (a, escapes) =>
            [
                new(Wire.Delta("""{"role":"assistant","content":""}""")),
                .. a.Thoughts.Select(t => new FuzzEvent(Wire.Delta(Json("""{"reasoning":§}""", Text(t, escapes))))),
                .. a.Texts.Select(t => new FuzzEvent(Wire.Delta(Json("""{"content":§}""", Text(t, escapes))))),
                .. a.Calls.Select(c => new FuzzEvent(Wire.Delta(Json("""{"tool_calls":[{"index":§,"id":"§","type":"function","function":{"name":"§","arguments":""}}]}""", c.Place, c.Id, c.Name)))),
                .. a.Fragments.Select(f => new FuzzEvent(Wire.Delta(Json("""{"tool_calls":[{"index":§,"function":{"arguments":§}}]}""", f.Call.Place, Text(f.Fragment, escapes))))),
                new(Wire.Delta("{}", a.Calls.Length > 0 ? "\"tool_calls\"" : "\"stop\"")), new(Wire.Usage), new("[DONE]"),
            ],
            static (a, escapes) => ChatWhole(a, Json("""{"role":"assistant","content":§,"reasoning":§,"tool_calls":[§]}""", Text(a.Text, escapes), Text(a.Thought, escapes), ChatCalls(a, escapes))),
            [new("""{"unknown":{"choices":[{"delta":{"content":"x"}}]}}"""), new("null"), new("{}"), new("""{"type":"ping"}""", "ping")])
        { Ends = 2 },
        new(
            "Mistral",
            new(static setup => new OpenAIProvider(setup, OpenAIFamily.Members.Single(static member => member.Type == "Mistral").Profile), "mistral-large-latest"),
            static (a, escapes) =>
            [
                new(Wire.Delta("""{"role":"assistant","content":""}""")),
                .. a.Thoughts.Select(t => new FuzzEvent(Wire.Delta(Json("""{"content":[{"type":"thinking","thinking":[{"type":"text","text":§}]}]}""", Text(t, escapes))))),
                .. a.Texts.Select((t, i) => new FuzzEvent(Wire.Delta(i % 2 == 0 ? Json("""{"content":§}""", Text(t, escapes)) : Json("""{"content":[{"type":"text","text":§}]}""", Text(t, escapes))))),
                new(Wire.Delta(Json("""{"content":"","tool_calls":[§]}""", ChatCalls(a, escapes)), a.Calls.Length > 0 ? "\"tool_calls\"" : "\"stop\"")),
                new(Wire.Usage), new("[DONE]"),
            ],
            static (a, escapes) => ChatWhole(a, Json("""{"role":"assistant","content":[{"type":"thinking","thinking":[{"type":"text","text":§}]},{"type":"text","text":§}],"tool_calls":[§]}""", Text(a.Thought, escapes), Text(a.Text, escapes), ChatCalls(a, escapes))),
            [new("""{"unknown":{"choices":[{"delta":{"content":"x"}}]}}"""), new("{}")])
        { Ends = 2 },
        new(
            "Responses",
            ResponsesWire.Format,
            static (a, escapes) => Named(
            [
                ResponsesWire.Created,
                ResponsesWire.Added(0, """{"type":"reasoning","id":"rs_1","summary":[]}"""),
                .. a.Thoughts.Select(t => Json("""{"type":"response.reasoning_summary_text.delta","item_id":"rs_1","output_index":0,"summary_index":0,"delta":§}""", Text(t, escapes))),
                ResponsesWire.Done(0, Thought(a, escapes)),
                ResponsesWire.Added(1, """{"type":"message","id":"msg_1","role":"assistant","content":[]}"""),
                .. a.Texts.Select(t => Json("""{"type":"response.output_text.delta","item_id":"msg_1","output_index":1,"content_index":0,"delta":§}""", Text(t, escapes))),
                ResponsesWire.Done(1, Message(a, escapes)),
                .. a.Calls.Select(static c => ResponsesWire.Added(2 + c.Place, Json("""{"type":"function_call","id":"fc_§","call_id":"§","name":"§","arguments":""}""", c.Place, c.Id, c.Name))),
                .. a.Fragments.Select(f => Json("""{"type":"response.function_call_arguments.delta","item_id":"fc_§","output_index":§,"delta":§}""", f.Call.Place, 2 + f.Call.Place, Text(f.Fragment, escapes))),
                .. a.Calls.Select(c => ResponsesWire.Done(2 + c.Place, Call(c, escapes))),
                ResponsesWire.Completed(Output(a, escapes)),
            ]),
            static (a, escapes) => Json("""{"id":"resp_1","object":"response","created_at":1700000000,"status":"completed","model":"gpt-5.4","output":§,"usage":{"input_tokens":10,"output_tokens":5,"total_tokens":15}}""", Output(a, escapes)),
            Named(["""{"type":"response.new_thing.delta","item_id":"msg_1","output_index":1,"delta":"x"}""", """{"type":"keepalive","sequence_number":3}"""])),
        new(
            "Anthropic",
            new(static setup => new AnthropicFormat().Create(setup), AnthropicWire.Model),
            static (a, escapes) => Named(
            [
                AnthropicWire.Start,
                AnthropicWire.Begin(0, """{"type":"thinking","thinking":"","signature":""}"""),
                .. a.Thoughts.Select(t => AnthropicWire.Delta(0, Json("""{"type":"thinking_delta","thinking":§}""", Text(t, escapes)))),
                AnthropicWire.Delta(0, """{"type":"signature_delta","signature":"c2ln"}"""), AnthropicWire.End(0),
                AnthropicWire.BeginText(1),
                .. a.Texts.Select(t => AnthropicWire.Delta(1, Json("""{"type":"text_delta","text":§}""", Text(t, escapes)))),
                AnthropicWire.End(1),
                .. a.Calls.Select(static c => AnthropicWire.Begin(2 + c.Place, Json("""{"type":"tool_use","id":"§","name":"§","input":{}}""", c.Id, c.Name))),
                .. a.Fragments.Select(f => AnthropicWire.Delta(2 + f.Call.Place, Json("""{"type":"input_json_delta","partial_json":§}""", Text(f.Fragment, escapes)))),
                .. a.Calls.Select(static c => AnthropicWire.End(2 + c.Place)),
                AnthropicWire.Finish(a.Calls.Length > 0 ? "\"tool_use\"" : "\"end_turn\""), AnthropicWire.Stop,
            ]),
            static (a, escapes) => Json("""{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"thinking","thinking":§,"signature":"c2ln"},{"type":"text","text":§}§],"stop_reason":"§","usage":{"input_tokens":10,"output_tokens":5}}""", Text(a.Thought, escapes), Text(a.Text, escapes), string.Concat(a.Calls.Select(static c => Json(""",{"type":"tool_use","id":"§","name":"§","input":§}""", c.Id, c.Name, c.Arguments))), a.Calls.Length > 0 ? "tool_use" : "end_turn"),
            Named(["""{"type":"future_thing","index":1,"delta":{"type":"text_delta","text":"x"}}""", """{"type":"content_block_delta","index":1,"delta":{"type":"foo_delta","foo":"x"}}""", """{"type":"ping"}"""]))
        { Ends = 1 },
        new(
            "Gemini",
            new(static setup => new GeminiFormat().Create(setup), GeminiWire.Model),
            static (a, escapes) =>
            [
                .. GeminiParts(a.Thoughts, a.Texts, a, escapes).Select(static part => new FuzzEvent(GeminiWire.Chunk(part))),
                new(GeminiWire.Chunk("""{"text": ""}""", "STOP")),
            ],
            static (a, escapes) => GeminiWire.Chunk(string.Join(',', GeminiParts([a.Thought], [a.Text], a, escapes)), "STOP"),
            [new("""{"newThing":{"candidates":[{"content":{"parts":[{"text":"x"}]}}]}}"""), new("""{"candidates":[{"newThing":{"text":"x"},"index":0}]}""")])
        { IsTerminated = false },
        new(
            "Ollama",
            OllamaWire.Format,
            static (a, escapes) =>
            [
                .. a.Thoughts.Select(t => new FuzzEvent(OllamaWire.Message(Json("""{"role":"assistant","content":"","thinking":§}""", Text(t, escapes))))),
                .. a.Texts.Select(t => new FuzzEvent(OllamaWire.Message(Json("""{"role":"assistant","content":§}""", Text(t, escapes))))),
                .. a.Calls.Select(static c => new FuzzEvent(OllamaWire.Message(Json("""{"role":"assistant","content":"","tool_calls":[§]}""", OllamaCall(c))))),
                new(OllamaWire.Done),
            ],
            static (a, escapes) => OllamaWire.Answer.Replace(
                "\"content\":\"Hello\",\"thinking\":\"Hm\"", $"\"content\":{Text(a.Text, escapes)},\"thinking\":{Text(a.Thought, escapes)},\"tool_calls\":[{string.Join(',', a.Calls.Select(OllamaCall))}]", StringComparison.Ordinal),
            [new("""{"model":"qwen3","new":{"message":{"content":"x"},"done":true},"done":false}""")])
        { Framing = FuzzFraming.Lines },
        new(
            "Cohere",
            CohereWire.Format,
            static (a, escapes) => Named(
            [
                CohereWire.Start,
                """{"type":"content-start","index":0,"delta":{"message":{"content":{"type":"thinking","thinking":""}}}}""",
                .. a.Thoughts.Select(t => Json("""{"type":"content-delta","index":0,"delta":{"message":{"content":{"thinking":§}}}}""", Text(t, escapes))),
                """{"type":"content-end","index":0}""", """{"type":"content-start","index":1,"delta":{"message":{"content":{"type":"text","text":""}}}}""",
                .. a.Texts.Select(t => Json("""{"type":"content-delta","index":1,"delta":{"message":{"content":{"text":§}}}}""", Text(t, escapes))),
                """{"type":"content-end","index":1}""",
                .. a.Calls.Select(static c => Json("""{"type":"tool-call-start","index":§,"delta":{"message":{"tool_calls":{"id":"§","type":"function","function":{"name":"§","arguments":""}}}}}""", c.Place, c.Id, c.Name)),
                .. a.Fragments.Select(f => Json("""{"type":"tool-call-delta","index":§,"delta":{"message":{"tool_calls":{"function":{"arguments":§}}}}}""", f.Call.Place, Text(f.Fragment, escapes))),
                .. a.Calls.Select(static c => Json("""{"type":"tool-call-end","index":§}""", c.Place)),
                CohereWire.End(a.Calls.Length > 0 ? "TOOL_CALL" : "COMPLETE"),
            ]),
            static (a, escapes) => CohereWire.Answer.Replace("COMPLETE", a.Calls.Length > 0 ? "TOOL_CALL" : "COMPLETE", StringComparison.Ordinal).Replace(
                """[{"type":"text","text":"Hello"}]""",
                Json("""[{"type":"thinking","thinking":§},{"type":"text","text":§}],"tool_calls":[§]""", Text(a.Thought, escapes), Text(a.Text, escapes), string.Join(',', a.Calls.Select(c => Json("""{"id":"§","type":"function","function":{"name":"§","arguments":§}}""", c.Id, c.Name, Text(c.Arguments, escapes))))),
                StringComparison.Ordinal),
            Named(["""{"type":"debug","prompt":"x"}""", """{"type":"new-thing","index":1,"delta":{"message":{"content":{"text":"x"},"tool_calls":{"function":{"arguments":"x"}}}}}"""])),
        new(
            "Bedrock",
            BedrockWire.Format,
            static (a, escapes) =>
            [
                new("""{"role":"assistant","p":"abc"}""", "messageStart"),
                .. a.Thoughts.Select(t => BedrockDelta(0, Json("""{"reasoningContent":{"text":§}}""", Text(t, escapes)))),
                BedrockDelta(0, """{"reasoningContent":{"signature":"c2ln"}}"""), new("""{"contentBlockIndex":0}""", "contentBlockStop"),
                .. a.Texts.Select(t => BedrockDelta(1, Json("""{"text":§}""", Text(t, escapes)))),
                new("""{"contentBlockIndex":1}""", "contentBlockStop"),
                .. a.Calls.Select(static c => new FuzzEvent(Json("""{"contentBlockIndex":§,"start":{"toolUse":{"toolUseId":"§","name":"§"}}}""", 2 + c.Place, c.Id, c.Name), "contentBlockStart")),
                .. a.Fragments.Select(f => BedrockDelta(2 + f.Call.Place, Json("""{"toolUse":{"input":§}}""", Text(f.Fragment, escapes)))),
                new(Json("""{"stopReason":"§"}""", a.Calls.Length > 0 ? "tool_use" : "end_turn"), "messageStop"),
                new("""{"usage":{"inputTokens":10,"outputTokens":5,"totalTokens":15},"metrics":{"latencyMs":9}}""", "metadata"),
            ],
            static (a, escapes) => Json("""{"output":{"message":{"role":"assistant","content":[{"reasoningContent":{"reasoningText":{"text":§,"signature":"c2ln"}}},{"text":§}§]}},"stopReason":"§","usage":{"inputTokens":10,"outputTokens":5,"totalTokens":15},"metrics":{"latencyMs":9}}""", Text(a.Thought, escapes), Text(a.Text, escapes), string.Concat(a.Calls.Select(static c => Json(""",{"toolUse":{"toolUseId":"§","name":"§","input":§}}""", c.Id, c.Name, c.Arguments))), a.Calls.Length > 0 ? "tool_use" : "end_turn"),
            [new("""{"contentBlockIndex":1,"delta":{"text":"x"}}""", "newThing")])
        { Ends = 1, Framing = FuzzFraming.Frames },
    ];

    /// <summary>A text in JSON. Halves of characters are escaped, for bytes cannot hold them.</summary>
    private static string Text(string text, bool escapes)
    {
        var json = new StringBuilder("\"");
        for (int i = 0; i < text.Length; i++)
        {
            bool pair = char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]);
            _ = text[i] switch
            {
                '"' or '\\' => json.Append('\\').Append(text[i]),
                '\n' => json.Append("\\n"),
                _ when pair && !escapes => json.Append(text[i]).Append(text[++i]),
                < ' ' or (>= '\ud800' and <= '\udfff') => json.Append(CultureInfo.InvariantCulture, $"\\u{(int)text[i]:x4}"),
                > '~' when escapes => json.Append(CultureInfo.InvariantCulture, $"\\u{(int)text[i]:X4}"),
                _ => json.Append(text[i]),
            };
        }

        return json.Append('"').ToString();
    }

    /// <summary>A document with values in the places of its marks, in their order.</summary>
    private static string Json(string template, params object[] values)
    {
        string[] parts = template.Split('§');
        Assert.Equal(parts.Length - 1, values.Length);
        return parts[0] + string.Concat(values.Select((value, i) => string.Create(CultureInfo.InvariantCulture, $"{value}{parts[i + 1]}")));
    }

    /// <summary>Events that are named in the framing as their data names them.</summary>
    private static FuzzEvent[] Named(string[] data) => [.. data.Select(static one => new FuzzEvent(one, one.Split("\"type\":\"")[1].Split('"')[0]))];

    private static string ChatCalls(FuzzAnswer a, bool escapes) =>
        string.Join(',', a.Calls.Select(c => Json("""{"index":0,"id":"§","type":"function","function":{"name":"§","arguments":§}}""", c.Id, c.Name, Text(c.Arguments, escapes))));

    private static string ChatWhole(FuzzAnswer a, string message) =>
        Json("""{"id":"c1","created":1700000000,"model":"m","choices":[{"index":0,"message":§,"finish_reason":"§"}],"usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15}}""", message, a.Calls.Length > 0 ? "tool_calls" : "stop");

    private static string Output(FuzzAnswer a, bool escapes) => $"[{Thought(a, escapes)},{Message(a, escapes)}{string.Concat(a.Calls.Select(c => "," + Call(c, escapes)))}]";

    private static string Thought(FuzzAnswer a, bool escapes) => Json("""{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":§}],"encrypted_content":"abc"}""", Text(a.Thought, escapes));

    private static string Message(FuzzAnswer a, bool escapes) => Json("""{"type":"message","id":"msg_1","role":"assistant","content":[{"type":"output_text","text":§,"annotations":[]}]}""", Text(a.Text, escapes));

    private static string Call(FuzzCall c, bool escapes) => Json("""{"type":"function_call","id":"fc_§","call_id":"§","name":"§","arguments":§}""", c.Place, c.Id, c.Name, Text(c.Arguments, escapes));

    private static IEnumerable<string> GeminiParts(string[] thoughts, string[] texts, FuzzAnswer a, bool escapes) =>
    [
        .. thoughts.Select(t => Json("""{"text": §,"thought": true}""", Text(t, escapes))),
        .. texts.Select(t => Json("""{"text": §}""", Text(t, escapes))),
        .. a.Calls.Select(static c => Json("""{"functionCall": {"id": "§","name": "§","args":§}}""", c.Id, c.Name, c.Arguments)),
    ];

    private static string OllamaCall(FuzzCall c) => Json("""{"id":"§","function":{"name":"§","arguments":§}}""", c.Id, c.Name, c.Arguments);

    private static FuzzEvent BedrockDelta(int block, string delta) => new(Json("""{"contentBlockIndex":§,"delta":§,"p":"abcd"}""", block, delta), "contentBlockDelta");
}

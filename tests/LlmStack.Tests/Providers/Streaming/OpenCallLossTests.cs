using LlmStack.Routing;
using LlmStack.Tests.Calls;
using LlmStack.Tests.Providers.Anthropic;
using LlmStack.Tests.Providers.Bedrock;
using LlmStack.Tests.Providers.Cohere;
using LlmStack.Tests.Providers.OpenAI.Responses;
using LlmStack.Tests.Support;
using static LlmStack.Tests.Providers.OpenAI.Wire;

namespace LlmStack.Tests.Providers.Streaming;

/// <summary>A connection that is lost behind text and the beginning of something else, over a real socket: nobody else goes on from it, in no format.</summary>
public sealed class OpenCallLossTests
{
    private const string Fragment = """[{"index":0,"id":"t","type":"function","function":{"name":"f","arguments":"{\"a"}}]""";

    private static readonly Dictionary<string, (string Type, byte[] Text, byte[] Begun)> Losses = new()
    {
        ["OpenAI_text_and_a_call_in_one_chunk"] = ("OpenAICompatible", [], Bytes(Events(Delta($$"""{"content":"one ","tool_calls":{{Fragment}}}""")))),
        ["OpenAI_text_and_a_call_in_one_chunk_behind_text"] = ("OpenAICompatible", Bytes(Events(Chunk("one "))), Bytes(Events(Delta($$"""{"content":"two ","tool_calls":{{Fragment}}}""")))),
        ["OpenAI_text_and_a_refusal_in_one_chunk"] = ("OpenAICompatible", [], Bytes(Events(Delta("""{"content":"one ","refusal":"I "}""")))),
        ["OpenAI_two_choices"] = ("OpenAICompatible", [], Bytes(Events(Chunk("one "), Chunk("eins ").Replace("\"index\":0", "\"index\":1", StringComparison.Ordinal)))),
        ["Mistral_text_and_a_call_in_one_chunk"] = ("Mistral", [], Bytes(Events(Delta($$"""{"content":[{"type":"text","text":"one "}],"tool_calls":{{Fragment}}}""")))),
        ["Responses_a_call_behind_text"] = ("OpenAI", Bytes(ResponsesWire.Events(ResponsesWire.Created, ResponsesWire.Text("one "))), Bytes(ResponsesWire.Events(ResponsesWire.Added(1, ResponsesWire.Call(1, ""))))),
        ["Responses_a_server_tool_behind_text"] = ("OpenAI", Bytes(ResponsesWire.Events(ResponsesWire.Created, ResponsesWire.Text("one "))), Bytes(ResponsesWire.Events(ResponsesWire.Added(1, """{"type":"web_search_call","id":"ws_1","status":"in_progress"}""")))),
        ["Anthropic_a_call_behind_text"] = ("Anthropic", AnthropicText, Bytes(AnthropicWire.Events(AnthropicWire.End(), AnthropicWire.Begin(1, """{"type":"tool_use","id":"t","name":"f","input":{}}""")))),
        ["Anthropic_text_and_a_call_in_one_event"] = ("Anthropic", [.. AnthropicText, .. Bytes(AnthropicWire.Events(AnthropicWire.Begin(1, """{"type":"tool_use","id":"t","name":"f","input":{}}""")))], Bytes(AnthropicWire.Events(AnthropicWire.Delta(1, """{"type":"input_json_delta","text":"two ","partial_json":"{\"a"}""")))),
        ["Anthropic_a_server_tool_behind_text"] = ("Anthropic", AnthropicText, Bytes(AnthropicWire.Events(AnthropicWire.Begin(1, """{"type":"server_tool_use","id":"t","name":"web_search","input":{}}""")))),
        ["Gemini_text_and_the_beginning_of_a_call_in_one_chunk"] = ("Gemini", [], Bytes(GeminiChunk("""{"text":"one "},{"functionCall":{"name":"f","partialArgs":[{"jsonPath":"$.a","stringValue":"x"}],"willContinue":true}}"""))),
        ["Gemini_text_and_a_call_in_one_chunk"] = ("Gemini", [], Bytes(GeminiChunk("""{"text":"one "},{"functionCall":{"name":"f","args":{"a":1}}}"""))),
        ["Gemini_two_candidates"] = ("Gemini", [], Bytes("""data: {"candidates":[{"content":{"parts":[{"text":"one "}],"role":"model"},"index":0},{"content":{"parts":[{"text":"eins "}],"role":"model"},"index":1}]}""" + "\n\n")),
        ["Ollama_text_and_a_call_in_one_line"] = ("Ollama", [], Bytes("""{"model":"m","message":{"role":"assistant","content":"one ","tool_calls":[{"function":{"name":"f","arguments":{}}}]},"done":false}""" + "\n")),
        ["Cohere_text_and_a_call_in_one_event"] = ("Cohere", [], Bytes(CohereWire.Events(CohereWire.Start, """{"type":"tool-call-start","index":0,"delta":{"message":{"content":{"text":"one "},"tool_calls":{"id":"t","type":"function","function":{"name":"f","arguments":""}}}}}"""))),
        ["Bedrock_text_and_a_call_in_one_event"] = ("Bedrock", [], BedrockWire.Delta("""{"text":"one ","toolUse":{"input":"{\"a"}}""")),
    };

    private static byte[] AnthropicText => Bytes(AnthropicWire.Events(AnthropicWire.Start, AnthropicWire.BeginText(), AnthropicWire.Text("one ")));

    public static TheoryData<string> Names => new(Losses.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public async Task What_was_begun_beside_text_is_not_carried_elsewhere(string name)
    {
        (string type, byte[] text, byte[] begun) = Losses[name];
        await using var server = new RawHttpServer(RawReply.StreamBytes(text, begun));
        using CallHarness h = new(
            llm => llm
                .AddProvider("cut", p => (p.Options.Type, p.Options.Endpoint, p.Options.ApiKey, p.Options.Location, p.Options.Api) =
                    (type, server.Address.ToString(), "key", "eu-west-1", name.StartsWith("Responses", StringComparison.Ordinal) ? ChatApi.Responses : ChatApi.Auto))
                .AddModelGroup("fast", g => g
                    .AddDeployment("cut/m")
                    .AddDeployment("b/m", d => d.Order = 1)
                    .Configure(o => o.Policy = new CallPolicyOptions { OnStreamLost = StreamLossBehavior.Continue })),
            "b");

        LlmException error = await CallHarness.FailsAsync(() => h.StreamAsync("fast"));

        Assert.Equal(LlmErrorKind.StreamInterrupted, error.Kind);
        Assert.StartsWith("one ", error.PartialText, StringComparison.Ordinal);
        Assert.Empty(h["b"].Calls);
        h.AssertNothingLeaks();
    }

    private static string GeminiChunk(string parts) => $$"""data: {"candidates":[{"content":{"parts":[{{parts}}],"role":"model"},"index":0}],"modelVersion":"m"}""" + "\n\n";

    private static byte[] Bytes(string text) => System.Text.Encoding.UTF8.GetBytes(text);
}

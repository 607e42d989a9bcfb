namespace FourVendors;

/// <summary>What each vendor's model says, as its service would send it.</summary>
internal static class VendorAnswers
{
    /// <summary>Asks for a tool, under an id as only this vendor writes it.</summary>
    public const string OpenAI = """
        {"id":"chatcmpl-1","created":1764000000,"model":"gpt-5.4-mini","choices":[{"index":0,"message":{"role":"assistant","content":"This looks like Bergen.","tool_calls":[{"id":"call_9aKx:1","type":"function","function":{"name":"get_weather","arguments":"{\"place\":\"Bergen\"}"}}]},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":312,"completion_tokens":21,"total_tokens":333}}
        """;

    /// <summary>Thinks, with a signature that nobody else may see, and asks for a second tool.</summary>
    public const string Anthropic = """
        {"id":"msg_01","type":"message","role":"assistant","model":"claude-opus-4-6","content":[{"type":"thinking","thinking":"It may also be Stavanger; let me compare.","signature":"EqoBCkgIARABGAIiQL"},{"type":"text","text":"It rains in Bergen. Let me check Stavanger too."},{"type":"tool_use","id":"toolu_01A","name":"get_weather","input":{"place":"Stavanger"}}],"stop_reason":"tool_use","usage":{"input_tokens":356,"output_tokens":48}}
        """;

    /// <summary>Answers a call that it did not make, and asks for a third tool with its own opaque state.</summary>
    public const string Gemini = """
        {"candidates":[{"content":{"role":"model","parts":[{"text":"Both are wet. I look further east."},{"functionCall":{"name":"get_weather","args":{"place":"Oslo"}},"thoughtSignature":"CpcBAVSoXO4"}]},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":402,"candidatesTokenCount":24,"thoughtsTokenCount":12,"totalTokenCount":438},"modelVersion":"gemini-3-pro","responseId":"r-77"}
        """;

    /// <summary>Closes the conversation.</summary>
    public const string Mistral = """
        {"id":"cmpl-1","created":1764000000,"model":"mistral-large-latest","choices":[{"index":0,"message":{"role":"assistant","content":"The picture shows Bergen. It rains there, as it does in Stavanger and Oslo: take a coat."},"finish_reason":"stop"}],"usage":{"prompt_tokens":371,"completion_tokens":22,"total_tokens":393}}
        """;
}

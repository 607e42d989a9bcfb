using LlmStack.Providers.Cohere;

namespace LlmStack.Tests.Providers.Cohere;

/// <summary>What the tests of this format share.</summary>
internal static class CohereWire
{
    public const string Answer = """{"id":"c-1","finish_reason":"COMPLETE","message":{"role":"assistant","content":[{"type":"text","text":"Hello"}]},"usage":{"billed_units":{"input_tokens":4,"output_tokens":2},"tokens":{"input_tokens":10,"output_tokens":5},"cached_tokens":3}}""";

    public const string Start = """{"id":"c-1","type":"message-start","delta":{"message":{"role":"assistant","content":[],"tool_plan":"","tool_calls":[],"citations":[]}}}""";

    public static readonly FormatWire Format = new(static setup => new CohereFormat().Create(setup), "command-a-03-2025");

    public static string Text(string text) => $$"""{"type":"content-delta","index":0,"delta":{"message":{"content":{"text":"{{text}}"} } } }""";

    public static string End(string reason = "COMPLETE", string more = "") =>
        $$"""{"type":"message-end","delta":{"finish_reason":"{{reason}}","usage":{"billed_units":{"input_tokens":4,"output_tokens":2},"tokens":{"input_tokens":10,"output_tokens":5} }{{more}}} }""";

    /// <summary>Events named as the vendor names them.</summary>
    public static string Events(params string[] data) => string.Concat(data.Select(static d => $"event: {NameOf(d)}\ndata: {d}\n\n"));

    private static string NameOf(string data)
    {
        int at = data.IndexOf("\"type\":\"", StringComparison.Ordinal) + 8;
        return data[at..data.IndexOf('"', at)];
    }
}

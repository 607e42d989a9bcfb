using LlmStack.Providers.OpenAI.Responses;

namespace LlmStack.Tests.Providers.OpenAI.Responses;

/// <summary>What the tests of this format share.</summary>
internal static class ResponsesWire
{
    public const string Answer = """{"id":"resp_1","object":"response","created_at":1700000000,"status":"completed","model":"gpt-5.4","output":[{"type":"message","id":"msg_1","status":"completed","role":"assistant","content":[{"type":"output_text","text":"Hello","annotations":[]}]}],"usage":{"input_tokens":10,"input_tokens_details":{"cached_tokens":4},"output_tokens":5,"output_tokens_details":{"reasoning_tokens":2},"total_tokens":15},"service_tier":"flex"}""";

    public const string Created = """{"type":"response.created","sequence_number":0,"response":{"id":"resp_1","object":"response","created_at":1700000000,"status":"in_progress","model":"gpt-5.4","output":[]}}""";

    public static readonly FormatWire Format = new(static setup => new ResponsesProvider(setup), "gpt-5.4");

    public static string Completed(string output = "[]", string status = "completed", string more = "") =>
        $$"""{"type":"response.{{status}}","response":{"id":"resp_1","object":"response","created_at":1700000000,"status":"{{status}}","model":"gpt-5.4","output":{{output}}{{more}},"usage":{"input_tokens":10,"output_tokens":5,"total_tokens":15} } }""";

    public static string Text(string text, int item = 0) => $$"""{"type":"response.output_text.delta","item_id":"msg_{{item}}","output_index":{{item}},"content_index":0,"delta":"{{text}}"}""";

    public static string Message(string text) => $$"""{"type":"message","id":"msg_0","role":"assistant","content":[{"type":"output_text","text":"{{text}}","annotations":[]}]}""";

    public static string Added(int index, string item) => $$"""{"type":"response.output_item.added","output_index":{{index}},"item":{{item}}}""";

    public static string Done(int index, string item) => $$"""{"type":"response.output_item.done","output_index":{{index}},"item":{{item}}}""";

    public static string Arguments(int index, string delta) => $$"""{"type":"response.function_call_arguments.delta","item_id":"fc_{{index}}","output_index":{{index}},"delta":"{{delta}}"}""";

    public static string Call(int index, string arguments) => $$"""{"type":"function_call","id":"fc_{{index}}","call_id":"call_{{index}}","name":"f{{index}}","arguments":"{{arguments}}"}""";

    /// <summary>Events named as the vendor names them.</summary>
    public static string Events(params string[] data) => string.Concat(data.Select(static d => $"event: {NameOf(d)}\ndata: {d}\n\n"));

    private static string NameOf(string data)
    {
        int at = data.IndexOf("\"type\":\"", StringComparison.Ordinal) + 8;
        return data[at..data.IndexOf('"', at)];
    }
}

using LlmStack.Providers.OpenAI;
using LlmStack.Tests.Providers.Streaming;
using static LlmStack.Tests.Providers.OpenAI.Wire;

namespace LlmStack.Tests.Providers.OpenAI;

/// <summary>Streaming cases of servers that differ from the format's centre.</summary>
internal static class ProfileCases
{
    private static readonly OpenAIProfile Thinker = OpenAIProfile.Compatible with { SplitsThinkTags = true };

    public static IReadOnlyList<(StreamCase Case, OpenAIProfile Profile)> All { get; } =
    [
        (Case(43, "arguments_repeated_from_their_beginning_are_not_doubled", new() { Calls = ["a:f:city=x"] },
            Tool("""{"index":0,"id":"a","function":{"name":"f","arguments":"{\"ci"}}"""),
            Tool("""{"index":0,"id":"a","function":{"name":"f","arguments":"{\"city\":"}}"""),
            Tool("""{"index":0,"id":"a","function":{"name":"f","arguments":"{\"city\":\"x\"}"}}"""),
            Stop), OpenAIProfile.Compatible with { RepeatsArguments = true }),
        (Case(53, "thoughts_between_tags_cut_anywhere_are_reasoning", new() { Text = "Answer <think>code</think>", Reasoning = "a < b </thin" },
            Chunk("<th"), Chunk("ink>a < b </thin"), Chunk("</thi"), Chunk("nk>\\n\\nAnswer "), Chunk("<think>code</think>"), Stop), Thinker),
        (Case(53, "tags_in_one_piece", new() { Text = "b", Reasoning = "a" }, Chunk("\\n<think>a</think>b"), Stop), Thinker),
        (Case(53, "a_text_that_only_looks_like_a_tag_stays_text", new() { Text = "<thing> is no tag" }, Chunk("<thin"), Chunk("g> is no tag"), Stop), Thinker),
        (Case(53, "thoughts_without_an_end", new() { Reasoning = "a</th" }, Chunk("<think>a</th"), Delta("{}", "\"length\"")), Thinker),
        (Case(53, "the_beginning_of_a_tag_alone_is_text", new() { Text = "<th" }, Chunk("<th"), Stop), Thinker),
        (Case(53, "a_server_that_does_not_stream", new() { Text = "b", Reasoning = "a" }, """{"id":"c","choices":[{"message":{"content":"<think>a</think>\n\nb"},"finish_reason":"stop"}]}""") with { ContentType = "application/json" }, Thinker),
        (Case(117, "arguments_inside_a_json_text_are_unwrapped", new() { Calls = ["a:f:city=x"] },
            Tool("""{"index":0,"id":"a","function":{"name":"f","arguments":"\"{\\\"city\\\":\\\"x\\\"}\""}}"""), Stop), OpenAIProfile.Compatible with { UnwrapsArguments = true }),
    ];

    private static StreamCase Case(int number, string name, StreamExpectation expected, params string[] data) => new(number, name, Events([.. data, "[DONE]"]), expected);

    private static string Tool(string call) => Delta($$"""{"tool_calls":[{{call}}]}""");
}

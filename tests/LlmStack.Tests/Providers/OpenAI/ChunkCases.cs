using LlmStack.Tests.Providers.Streaming;
using Microsoft.Extensions.AI;
using static LlmStack.Tests.Providers.OpenAI.Wire;

namespace LlmStack.Tests.Providers.OpenAI;

/// <summary>Section C of the streaming cases: what servers write into chunks.</summary>
internal static class ChunkCases
{
    private static readonly StreamExpectation A = new() { Text = "a" };

    public static IReadOnlyList<StreamCase> All { get; } =
    [
        Case(33, "a_first_chunk_without_choices_is_no_delta", A with
        {
            Also = static outcome =>
            {
                Assert.Equal("gpt-4.1", outcome.Updates[0].ModelId);
                Assert.Equal("[{\"x\":1}]", outcome.Updates[^1].AdditionalProperties!["prompt_filter_results"]!.ToString());
            },
        }, """{"choices":[],"prompt_filter_results":[{"x":1}],"model":""}""", Chunk("a"), Stop),
        Case(34, "usage_in_a_last_chunk_without_choices", A with { TotalTokens = 15, Finish = ChatFinishReason.Stop, RawFinish = "stop" }, Chunk("a"), Stop, Usage),
        Case(35, "the_last_usage_wins_and_is_never_added", new() { Text = "ab", TotalTokens = 12 },
            """{"choices":[{"delta":{"content":"a"}}],"usage":null}""",
            """{"choices":[{"delta":{"content":"b"}}],"usage":{"prompt_tokens":10,"completion_tokens":1,"total_tokens":11}}""",
            """{"choices":[{"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":10,"completion_tokens":2,"total_tokens":12}}""",
            """{"choices":[],"usage":null}"""),
        Case(36, "usage_in_groqs_own_object_is_found", A with { TotalTokens = 3 }, Chunk("a"), Stop, """{"choices":[],"x_groq":{"id":"r","usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}}"""),
        Case(36, "usage_inside_a_choice_is_found", A with { TotalTokens = 3 }, Chunk("a"), Stop, """{"choices":[{"delta":{},"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}]}"""),
        Case(37, "chunks_that_say_nothing_give_no_update", A with { Also = static outcome => Assert.Equal(2, outcome.Updates.Count) }, "{}", "null", """{"choices":null}""", " ", Chunk("a"), Stop),
        Case(38, "empty_deltas_give_no_update", A with { Also = static outcome => Assert.Equal(2, outcome.Updates.Count) }, Delta("{}"), Delta("null"), Delta("""{"content":null}"""), Delta("""{"content":""}"""), Chunk("a"), Stop),
        Case(38, "content_parts_are_joined_and_thinking_parts_are_reasoning", new() { Text = "xy", Reasoning = "hm" },
            Delta("""{"content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]}]}"""),
            Delta("""{"content":[{"type":"text","text":"x"},{"type":"text","text":"y"}]}"""),
            Stop),
        Case(39, "repeated_roles_change_nothing", new() { Text = "ab" }, Delta("""{"role":"assistant","content":"a"}"""), Delta("""{"role":"assistant","content":"b"}"""), Stop),
        Case(40, "interleaved_fragments_are_assembled_apart", new()
        {
            Calls = ["t0:weather:city=1", "t1:time:city=2"],
            Finish = ChatFinishReason.ToolCalls,
            Also = static outcome => Assert.Equal(7, outcome.Updates.Count),
        },
            Tool("""{"index":0,"id":"t0","type":"function","function":{"name":"weather","arguments":""}}"""),
            Tool("""{"index":1,"id":"t1","type":"function","function":{"name":"time"}}"""),
            Tool("""{"index":0,"function":{"arguments":"{\"ci"}}"""),
            Tool("""{"index":1,"function":{"arguments":"{\"ci"}}"""),
            Tool("""{"index":0,"function":{"arguments":"ty\":1}"}}"""),
            Tool("""{"index":1,"function":{"arguments":"ty\":2}"}}""", "\"tool_calls\"")),
        NewIds("without_an_index", ""),
        NewIds("at_the_same_index", "\"index\":0,"),
        Case(42, "repeated_ids_and_names_are_not_new_calls", new() { Calls = ["a:f:x=1"] },
            Tool("""{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\":"}}"""),
            Tool("""{"index":0,"id":"a","function":{"name":"f","arguments":"1}"}}"""),
            Stop),
        Arguments("an_object", """{"city":"x"}""", "city=x"),
        Arguments("null", "null", ""),
        Arguments("an_empty_text", "\"\"", ""),
        Case(44, "arguments_that_are_missing", new() { Calls = ["a:f:"] }, Tool("""{"index":0,"id":"a","function":{"name":"f"}}"""), Stop),
        Case(45, "missing_ids_are_made_up", new() { Calls = ["call_0:f:", "call_1:g:"] },
            Tool("""{"index":0,"id":null,"function":{"name":"f","arguments":"{}"}}"""),
            Tool("""{"index":1,"function":{"name":"g","arguments":"{}"}}"""),
            Stop),
        Case(46, "cut_arguments_are_flagged_and_kept", new()
        {
            Calls = ["a:f:{\"city\":\"Be"],
            Finish = ChatFinishReason.Length,
            Also = static outcome => Assert.NotNull(Assert.Single(outcome.Calls).Exception),
        }, Tool("""{"index":0,"id":"a","function":{"name":"f","arguments":"{\"city\":\"Be"}}"""), Delta("{}", "\"length\"")),
        Case(47, "stop_beside_tool_calls_means_tool_calls", new() { Calls = ["a:f:"], Finish = ChatFinishReason.ToolCalls, RawFinish = "stop" }, Tool("""{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}"""), Stop),
        Case(48, "the_first_finish_reason_is_kept", A with { Finish = ChatFinishReason.Length, RawFinish = "length", TotalTokens = 15 }, Chunk("a"), Delta("{}", "\"length\""), Stop, Usage),
        Case(49, "an_empty_finish_word_is_none", A with { Finish = ChatFinishReason.Stop, RawFinish = "eos" }, Chunk("a"), Delta("{}", "\"\""), Delta("{}", "\"eos\"")),
        Case(49, "an_unknown_finish_word_is_kept", A with { Finish = new ChatFinishReason("brand_new"), RawFinish = "brand_new" }, Chunk("a"), Delta("{}", "\"brand_new\"")),
        Case(49, "a_filtered_answer", A with { Finish = ChatFinishReason.ContentFilter, RawFinish = "sensitive" }, Chunk("a"), Delta("{}", "\"sensitive\"")),
        Case(49, "a_finish_word_that_means_failure_fails", A with { Failure = LlmErrorKind.ServerError }, Chunk("a"), Delta("{}", "\"error\"")),
        Case(49, "a_finish_word_that_means_no_capacity_fails", A with { Failure = LlmErrorKind.Overloaded }, Chunk("a"), Delta("{}", "\"insufficient_system_resource\"")),
        Case(50, "content_behind_the_finish_reason_is_delivered", new() { Text = "ab", Finish = ChatFinishReason.Stop }, Delta("""{"content":"a"}""", "\"stop\""), Chunk("b")),
        Case(51, "choices_keep_their_own_messages_and_the_first_decides_the_finish", new()
        {
            Text = "xayb",
            Finish = ChatFinishReason.Stop,
            Calls = ["t:f:x=1"],
            Also = static outcome =>
            {
                Assert.Equal("ab", string.Concat(outcome.Updates.Where(static u => u.MessageId == "c1").Select(static u => u.Text)));
                Assert.Equal("xy", string.Concat(outcome.Updates.Where(static u => u.MessageId == "c1-1").Select(static u => u.Text)));
                Assert.IsType<FunctionCallContent>(Assert.Single(outcome.Updates.Single(static u => u.MessageId == "c1-1" && u.Contents is [FunctionCallContent]).Contents));
            },
        },
            Of(1, """{"content":"x"}"""), Of(0, """{"content":"a"}"""), Of(1, """{"content":"y"}"""), Of(0, """{"content":"b"}"""),
            Of(1, """{"tool_calls":[{"index":0,"id":"t","function":{"name":"f","arguments":"{\"x\":1}"}}]}""", "\"tool_calls\""), Stop),
        Reasoning("its_usual_name", """{"reasoning_content":"t"}"""),
        Reasoning("another_name", """{"reasoning":"t"}"""),
        Reasoning("three_names_at_once", """{"reasoning_content":"t","reasoning":"t","reasoning_details":[{"type":"reasoning.text","text":"t"}]}"""),
        Reasoning("its_details", """{"reasoning_details":[{"type":"reasoning.text","text":"t"}]}"""),
        Case(53, "without_think_tags_in_the_profile_they_are_text", new() { Text = "<think>a" }, Chunk("<think>"), Chunk("a"), Stop),
        Case(54, "odd_numbers_are_read", A with
        {
            TotalTokens = 12,
            Also = static outcome =>
            {
                Assert.Equal((12, null), (outcome.Usage?.InputTokenCount, outcome.Usage?.OutputTokenCount));
                Assert.Equal(1_700_000_000, outcome.Updates[0].CreatedAt?.ToUnixTimeSeconds());
            },
        }, """{"id":"c1","created":1.7e9,"choices":[{"index":"0","delta":{"content":"a"}}]}""", Stop, """{"choices":[],"usage":{"prompt_tokens":"12","completion_tokens":-3,"total_tokens":12.0}}"""),
        Case(55, "duplicate_keys_trailing_commas_and_numbers_that_are_none_are_tolerated", A with
        {
            Also = static outcome => Assert.Equal(
                [("a", null), ("b", -0.5)],
                outcome.Updates.ToChatResponse().GetLogProbabilities()!.Select(static token => (token.Token, token.LogProbability))),
        }, """{"id":"c1","choices":[{"index":0,"delta":{"content":"no","content":"a"},"logprobs":{"content":[{"token":"a","logprob":NaN},{"token":"b","logprob":-0.5,"w":-Infinity},]},}],}""", Stop),
        Case(56, "refusals_come_apart_from_text", new()
        {
            Also = static outcome =>
            {
                ErrorContent refusal = Assert.Single(outcome.Updates.SelectMany(static u => u.Contents).OfType<ErrorContent>());
                Assert.Equal(("I cannot", "Refusal"), (refusal.Message, refusal.ErrorCode));
            },
        }, Delta("""{"refusal":"I can"}"""), Delta("""{"refusal":"not","obfuscation":"xx","annotations":[]}"""), Stop),
        Case(56, "audio_is_decoded_across_pieces_cut_anywhere", new()
        {
            Text = "Hi",
            Also = static outcome =>
            {
                DataContent[] audio = [.. outcome.Updates.SelectMany(static u => u.Contents).OfType<DataContent>()];
                Assert.Equal("RIFFabcdef"u8.ToArray(), audio.SelectMany(static a => a.Data.ToArray()));
                Assert.All(audio, static a => Assert.Equal(("audio/wav", "au1"), (a.MediaType, (string)a.AdditionalProperties!["audio_id"]!)));
            },
        }, Delta("""{"audio":{"id":"au1","transcript":"H"}}"""), Delta("""{"audio":{"data":"UklGR"}}"""), Delta("""{"audio":{"data":"mFiY2R","transcript":"i"}}"""), Delta("""{"audio":{"data":"lZg=="}}"""), Stop),
        Case(56, "annotations_become_citations", A with
        {
            Also = static outcome =>
            {
                CitationAnnotation citation = Assert.IsType<CitationAnnotation>(Assert.Single(outcome.Updates.SelectMany(static u => u.Contents).Single(static c => c.Annotations is not null).Annotations!));
                Assert.Equal((new Uri("https://example.com/a"), "A"), (citation.Url!, citation.Title));
                TextSpanAnnotatedRegion region = Assert.IsType<TextSpanAnnotatedRegion>(Assert.Single(citation.AnnotatedRegions!));
                Assert.Equal((0, 1), (region.StartIndex, region.EndIndex));
            },
        }, Chunk("a"), Delta("""{"annotations":[{"type":"url_citation","url_citation":{"start_index":0,"end_index":1,"url":"https://example.com/a","title":"A"}}]}"""), Stop),
        Case(57, "deep_nesting_is_read", A, """{"echo":""" + new string('[', 200) + new string(']', 200) + ""","choices":[{"delta":{"content":"a"}}]}""", Stop),
        Case(116, "the_answering_model_and_tier_are_told", A with
        {
            Also = static outcome => Assert.Equal(("gpt-4.1-2025-04-14", "flex", "fp_1"), (outcome.Updates[0].ModelId, outcome.Report.ServiceTier, outcome.Updates[^1].AdditionalProperties!["system_fingerprint"])),
        }, """{"id":"c","model":"gpt-4.1-2025-04-14","service_tier":"flex","system_fingerprint":"fp_1","choices":[{"delta":{"content":"a"}}]}""", Stop),
        Case(0, "padding_that_differs_in_every_chunk_changes_nothing", new() { Text = "a\"b\nü" }, Padded("a", "x"), Padded("\\\"b", "yyyy"), Padded("\\n\\u00fc", ""), Stop),
    ];

    private static StreamCase Case(int number, string name, StreamExpectation expected, params string[] data) => new(number, name, Events([.. data, "[DONE]"]), expected);

    private static string Tool(string call, string finish = "null") => Delta($$"""{"tool_calls":[{{call}}]}""", finish);

    private static string Of(int index, string delta, string finish = "null") => $$"""{"id":"c1","choices":[{"index":{{index}},"delta":{{delta}},"finish_reason":{{finish}}}]}""";

    private static string Padded(string text, string padding) => $$"""{"id":"c1","choices":[{"index":0,"delta":{"content":"{{text}}"},"finish_reason":null}],"obfuscation":"{{padding}}"}""";

    private static StreamCase NewIds(string how, string index) => Case(41, "a_new_id_is_a_new_call_" + how, new() { Calls = ["a:f:x=1", "b:g:x=2"], Finish = ChatFinishReason.ToolCalls },
        Tool("{" + index + "\"id\":\"a\"," + """ "function":{"name":"f","arguments":"{\"x\":"}} """),
        Tool("{" + index + """ "function":{"arguments":"1}"}} """),
        Tool("{" + index + "\"id\":\"b\"," + """ "function":{"name":"g","arguments":"{\"x\":2}"}} """),
        Stop);

    private static StreamCase Arguments(string what, string arguments, string expected) => Case(44, "arguments_that_are_" + what, new()
    {
        Calls = ["a:f:" + expected],
        Also = static outcome => Assert.Null(outcome.Calls[0].Exception),
    }, Tool("""{"index":0,"id":"a","function":{"name":"f","arguments":""" + arguments + """}}"""), Stop);

    private static StreamCase Reasoning(string how, string delta) => Case(52, "reasoning_is_told_once_under_" + how, A with { Reasoning = "t" }, Delta(delta), Chunk("a"), Stop);
}

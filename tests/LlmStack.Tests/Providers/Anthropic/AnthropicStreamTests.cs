using LlmStack.Tests.Providers.OpenAI;
using Microsoft.Extensions.AI;
using static LlmStack.Tests.Providers.Anthropic.AnthropicWire;

namespace LlmStack.Tests.Providers.Anthropic;

/// <summary>Section D of the streaming cases, each at every cut, over sockets and compressed.</summary>
public sealed class AnthropicStreamTests
{
    private static Task<StreamOutcome> RunAsync(params string[] middle) => StreamAsync(Stream(middle));

    [Fact]
    public async Task Text_arrives_piece_by_piece_with_identity_usage_and_finish_reason()
    {
        StreamOutcome outcome = await RunAsync(BeginText(), Text("Grüße "), Text("🎉"), Text("a\\ud83c"), Text("\\udf89\\n"), End());

        Assert.Equal("Grüße 🎉a🎉\n", outcome.Text);
        Assert.Equal(ChatFinishReason.Stop, outcome.Finish);
        Assert.Equal("end_turn", outcome.Report.RawFinishReason);
        Assert.Equal(("msg_1", Model), (outcome.Updates[0].ResponseId, outcome.Updates[0].ModelId));
        Assert.Equal((10, 5, 15), (outcome.Usage!.InputTokenCount, outcome.Usage.OutputTokenCount, outcome.Usage.TotalTokenCount));
        Assert.Equal(5, outcome.Updates.Count);
    }

    [Fact]
    public async Task Case_58_unknown_events_and_deltas_are_skipped_and_an_unknown_block_is_kept()
    {
        StreamOutcome outcome = await RunAsync(
            """{"type":"future_thing","index":0,"x":[1]}""",
            BeginText(), Delta(0, """{"type":"foo_delta","foo":"bar"}"""), Text("a"), End(),
            Begin(1, """{"type":"new_block","x":{"y":1}}"""), End(1));

        Assert.Equal("a", outcome.Text);
        var raw = (System.Text.Json.JsonElement)outcome.Updates.SelectMany(u => u.Contents).Single(c => c.GetType() == typeof(AIContent)).RawRepresentation!;
        Assert.Equal("""{"type":"new_block","x":{"y":1}}""", raw.GetRawText());
    }

    [Fact]
    public async Task Case_59_pings_are_ignored_wherever_they_are()
    {
        const string Ping = """{"type":"ping"}""";
        StreamOutcome outcome = await StreamAsync(Events(Ping, Start, BeginText(), Ping, Text("a"), Ping, Text("b"), End(), Finish(), Ping, Stop));

        Assert.Equal("ab", outcome.Text);
        Assert.Null(outcome.Failure);
    }

    [Theory]
    [InlineData("event: message_stop\ndata: ")]
    [InlineData("event: error\ndata: ")]
    [InlineData("data: ")]
    public async Task Case_60_the_data_decides_what_an_event_is(string before)
    {
        StreamOutcome outcome = await StreamAsync(Events(Start, BeginText()) + before + Text("a") + "\n\n" + Events(End(), Finish(), Stop));

        Assert.Equal("a", outcome.Text);
        Assert.Null(outcome.Failure);
    }

    [Fact]
    public async Task Case_61_a_call_without_input_has_empty_arguments()
    {
        StreamOutcome outcome = await StreamAsync(Events(Start, Begin(0, """{"type":"tool_use","id":"toolu_1","name":"now","input":{}}"""), End(), Finish("\"tool_use\""), Stop));

        FunctionCallContent call = Assert.Single(outcome.Calls);
        Assert.Equal(("toolu_1", "now"), (call.CallId, call.Name));
        Assert.Empty(call.Arguments!);
        Assert.Equal(ChatFinishReason.ToolCalls, outcome.Finish);
    }

    [Fact]
    public async Task Case_62_arguments_are_joined_as_text_and_parsed_at_the_end()
    {
        StreamOutcome outcome = await StreamAsync(Events(
            Start, Begin(0, """{"type":"tool_use","id":"t0","name":"f","input":{}}"""),
            Delta(0, """{"type":"input_json_delta","partial_json":""}"""), Delta(0, """{"type":"input_json_delta","partial_json":"{\"a\":\"\\u00"}"""), Delta(0, """{"type":"input_json_delta","partial_json":"e9\"}"}"""),
            Begin(1, """{"type":"tool_use","id":"t1","name":"g","input":{}}"""), Delta(1, """{"type":"input_json_delta","partial_json":"{\"b\":1}"}"""), End(0), End(1), Finish("\"tool_use\""), Stop));

        Assert.Equal(["t0", "t1"], outcome.Calls.Select(c => c.CallId));
        Assert.Equal("é", outcome.Calls[0].Arguments!["a"]!.ToString());
        Assert.Equal("1", outcome.Calls[1].Arguments!["b"]!.ToString());
    }

    [Fact]
    public async Task Case_63_thinking_keeps_its_state()
    {
        StreamOutcome outcome = await RunAsync(
            Begin(0, """{"type":"thinking","thinking":"","signature":""}"""), Delta(0, """{"type":"signature_delta","signature":"sig-0"}"""), Delta(0, """{"type":"signature_delta","signature":"sig-1"}"""), End(0),
            Begin(1, """{"type":"redacted_thinking","data":"secret"}"""), End(1),
            Begin(2, """{"type":"thinking","thinking":""}"""), Delta(2, """{"type":"thinking_delta","thinking":"hm"}"""), Delta(2, """{"type":"signature_delta","signature":"sig-2"}"""), End(2),
            BeginText(3), Text("a", 3), End(3));
        string body = await BodyAfterAsync(outcome);

        Assert.Equal("hm", outcome.Reasoning);
        Assert.Contains("""[{"type":"thinking","thinking":"","signature":"sig-1"},{"type":"redacted_thinking","data":"secret"},{"type":"thinking","thinking":"hm","signature":"sig-2"},{"type":"text","text":"a"}]""", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Case_64_gaps_and_stops_of_unknown_blocks_are_tolerated()
    {
        StreamOutcome outcome = await RunAsync(End(7), BeginText(3), Text("a", 3), Text("b", 9), End(3), End(3), Delta(5, """{"type":"input_json_delta","partial_json":"x"}"""));

        Assert.Equal("ab", outcome.Text);
        Assert.Null(outcome.Failure);
    }

    [Fact]
    public async Task Case_65_and_66_the_last_value_of_each_count_holds()
    {
        StreamOutcome outcome = await StreamAsync(Events(
            Start.Replace("\"output_tokens\":1", "\"output_tokens\":1,\"cache_read_input_tokens\":100,\"cache_creation_input_tokens\":20,\"cache_creation\":{\"ephemeral_5m_input_tokens\":5,\"ephemeral_1h_input_tokens\":15},\"service_tier\":\"standard\"", StringComparison.Ordinal),
            BeginText(), Text("a"), End(),
            Finish(usage: """{"output_tokens":30}"""),
            Finish(usage: """{"output_tokens":50,"input_tokens":null,"output_tokens_details":{"thinking_tokens":7},"server_tool_use":{"web_search_requests":2}}"""), Stop));

        UsageDetails usage = outcome.Usage!;
        Assert.Equal((130, 50, 180), (usage.InputTokenCount, usage.OutputTokenCount, usage.TotalTokenCount));
        Assert.Equal((100, 7), (usage.CachedInputTokenCount, usage.ReasoningTokenCount));
        Assert.Equal(new Dictionary<string, long> { ["input_cache_creation"] = 20, ["input_cache_creation_1h"] = 15, ["web_search_requests"] = 2 }, usage.AdditionalCounts!.ToDictionary());
        Assert.Equal("standard", outcome.Report.ServiceTier);
    }

    [Fact]
    public async Task Case_67_an_error_before_any_content_is_a_failure_without_an_update()
    {
        StreamOutcome outcome = await StreamAsync("event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"},\"request_id\":\"req_x\"}\n\n");

        Assert.Empty(outcome.Updates);
        Assert.Equal(LlmErrorKind.Overloaded, outcome.Failure!.Kind);
        Assert.Equal("req_x", outcome.Failure.RequestId);
        Assert.Equal(LlmRetryability.Transient, outcome.Failure.Retryability);
    }

    [Fact]
    public async Task Case_68_an_error_behind_content_fails_with_what_came()
    {
        StreamOutcome outcome = await StreamAsync(Events(Start, BeginText(), Text("a"), """{"type":"error","error":{"type":"api_error","message":"x"}}"""));

        Assert.Equal("a", outcome.Text);
        Assert.Equal(LlmErrorKind.ServerError, outcome.Failure!.Kind);
    }

    [Fact]
    public async Task Case_69_an_end_behind_the_stop_reason_is_complete()
    {
        StreamOutcome outcome = await StreamAsync(Events(Start, BeginText(), Text("a"), End(), Finish()));

        Assert.Null(outcome.Failure);
        Assert.Equal(ChatFinishReason.Stop, outcome.Finish);
    }

    [Fact]
    public async Task Case_70_no_stop_reason_is_other()
    {
        StreamOutcome outcome = await StreamAsync(Events(Start, BeginText(), Text("a"), End(), Finish("null"), Stop));

        Assert.Equal("other", outcome.Finish!.Value.Value);
        Assert.Null(outcome.Report.RawFinishReason);
    }

    [Fact]
    public async Task Case_71_tools_of_the_provider_are_kept_and_a_pause_is_a_stop()
    {
        StreamOutcome outcome = await StreamAsync(Events(
            Start, BeginText(), Text("a"), End(),
            Begin(1, """{"type":"server_tool_use","id":"s1","name":"web_search","input":{}}"""), Delta(1, """{"type":"input_json_delta","partial_json":"{\"query\":"}"""), Delta(1, """{"type":"input_json_delta","partial_json":"\"x\"}"}"""), End(1),
            Begin(2, """{"type":"web_search_tool_result","tool_use_id":"s1","content":[{"type":"web_search_result","url":"http://a"}]}"""), End(2),
            BeginText(3), Text("b", 3), End(3), Finish("\"pause_turn\""), Stop));
        string body = await BodyAfterAsync(outcome);

        Assert.Equal("ab", outcome.Text);
        Assert.Empty(outcome.Calls);
        Assert.Equal(ChatFinishReason.Stop, outcome.Finish);
        Assert.Equal("pause_turn", outcome.Report.RawFinishReason);
        Assert.Contains("""{"type":"server_tool_use","id":"s1","name":"web_search","input":{"query":"x"}},{"type":"web_search_tool_result","tool_use_id":"s1","content":[{"type":"web_search_result","url":"http://a"}]}""", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Citations_come_with_the_text_they_belong_to()
    {
        const string Citation = """{"type":"page_location","cited_text":"c","document_index":0,"document_title":"d","start_page_number":1,"end_page_number":2}""";
        StreamOutcome outcome = await RunAsync(BeginText(), Text("a"), Delta(0, $$"""{"type":"citations_delta","citation":{{Citation}}}"""), End());

        CitationAnnotation citation = Assert.IsType<CitationAnnotation>(Assert.Single(outcome.Updates.SelectMany(u => u.Contents).SelectMany(c => c.Annotations ?? [])));
        Assert.Equal(("d", "c"), (citation.Title, citation.Snippet));
    }

    [Fact]
    public async Task A_refusal_is_a_content_filter_and_says_why()
    {
        StreamOutcome outcome = await StreamAsync(Events(Start, """{"type":"message_delta","delta":{"stop_reason":"refusal","stop_details":{"type":"refusal","category":"cyber","explanation":"No."}},"usage":{"output_tokens":2}}""", Stop));

        ErrorContent refusal = Assert.Single(outcome.Updates[^1].Contents.OfType<ErrorContent>());
        Assert.Equal(("Refusal", "No.", "cyber"), (refusal.ErrorCode, refusal.Message, refusal.Details));
        Assert.Equal(ChatFinishReason.ContentFilter, outcome.Finish);
    }

    [Fact]
    public async Task A_call_that_was_cut_is_kept_with_its_raw_text()
    {
        StreamOutcome outcome = await StreamAsync(Events(Start, Begin(0, """{"type":"tool_use","id":"t0","name":"f","input":{}}"""), Delta(0, """{"type":"input_json_delta","partial_json":"{\"a\":"}"""), Finish("\"max_tokens\""), Stop));

        FunctionCallContent call = Assert.Single(outcome.Calls);
        Assert.NotNull(call.Exception);
        Assert.Equal("{\"a\":", call.RawRepresentation);
        Assert.Equal(ChatFinishReason.Length, outcome.Finish);
    }

    [Fact]
    public async Task A_stream_that_ends_too_early_never_looks_complete()
    {
        StreamOutcome outcome = await StreamAsync(Events(Start, BeginText(), Text("a"), End()));

        Assert.Equal(LlmErrorKind.Network, outcome.Failure!.Kind);
        Assert.Equal("a", outcome.Text);
    }

    [Fact]
    public async Task A_server_that_does_not_stream_gives_the_whole_answer_at_once()
    {
        StreamOutcome outcome = await StreamAsync("""{"id":"m","type":"message","role":"assistant","model":"claude-sonnet-4-5","content":[{"type":"text","text":"ab"},{"type":"tool_use","id":"t","name":"f","input":{"x":1}}],"stop_reason":"tool_use","usage":{"input_tokens":1,"output_tokens":2}}""");

        Assert.Equal("ab", outcome.Text);
        Assert.Equal("1", Assert.Single(outcome.Calls).Arguments!["x"]!.ToString());
        Assert.Equal(3, outcome.Usage!.TotalTokenCount);
    }

    [Fact]
    public async Task Events_padded_with_blanks_read_like_those_that_are_not()
    {
        StreamOutcome padded = await RunAsync([BeginText(), .. Enumerable.Range(0, 6).Select(i => Text("ab")[..^1] + new string(' ', i) + "}" + new string(' ', i)), Text("c"), End()]);

        Assert.Equal("ababababababc", padded.Text);
        Assert.Equal(8, padded.Updates.Count);
    }

    /// <summary>The body of a call that continues the conversation.</summary>
    private static Task<string> BodyAfterAsync(StreamOutcome outcome) =>
        BodyAsync([new(ChatRole.User, "Hello"), .. outcome.Updates.ToChatResponse().Messages, new(ChatRole.User, "And?")]);
}

using System.Text.Json;
using LlmStack.Providers.OpenAI.Responses;
using LlmStack.Tests.Providers.Streaming;
using Microsoft.Extensions.AI;
using static LlmStack.Tests.Providers.OpenAI.Responses.ResponsesWire;

namespace LlmStack.Tests.Providers.OpenAI.Responses;

/// <summary>Section E of the streaming cases, each at every cut, compressed, and over a real socket.</summary>
public sealed class ResponsesStreamTests
{
    private static readonly StreamExpectation Hello = new() { Text = "Hello", Finish = ChatFinishReason.Stop, RawFinish = "completed", TotalTokens = 15 };

    private static readonly Dictionary<string, StreamCase> Cases = new StreamCase[]
    {
        new(72, "failed_right_after_created_is_a_rate_limit", Events(Created, """{"type":"response.failed","response":{"id":"resp_1","status":"failed","error":{"code":"rate_limit_exceeded","message":"Try again in 2s."},"output":[]}}"""),
            new() { Failure = LlmErrorKind.RateLimited, Also = static o => Assert.Equal(TimeSpan.FromSeconds(2), o.Failure!.RetryAfter) }),
        new(73, "text_without_an_item_added_is_delivered_once_though_the_terminal_text_differs", Events(Created, Text("Hel"), Text("lo"), Done(0, Message("Hello!")), Completed($"[{Message("Hello!")}]")), Hello),
        new(74, "interleaved_items_are_kept_apart_by_their_place", Events(
                Created, Added(0, Call(0, "")), Added(1, Call(1, "")), Arguments(0, "{\\\"a\\\""), Arguments(1, "{\\\"b\\\":2"), Arguments(0, ":1}"), Arguments(1, "}"),
                Done(1, Call(1, "{\\\"b\\\":2}")), Done(0, Call(0, "{\\\"a\\\":1}")), Completed($"[{Call(0, "{\\\"a\\\":1}")},{Call(1, "{\\\"b\\\":2}")}]")),
            new() { Calls = ["call_1:f1:b=2", "call_0:f0:a=1"], Finish = ChatFinishReason.ToolCalls, RawFinish = "completed" }),
        new(75, "a_flat_error_event_fails", Events(Created, Text("He"), """{"type":"error","code":"server_error","message":"The server had an error","param":null,"sequence_number":3}"""), new() { Text = "He", Failure = LlmErrorKind.ServerError }),
        new(75, "a_nested_error_event_fails", Events(Created, """{"type":"error","error":{"type":"server_error","code":"rate_limit_exceeded","message":"Slow down"}}"""), new() { Failure = LlmErrorKind.RateLimited }),
        new(75, "an_error_named_by_its_event_alone_fails", "event: error\ndata: {\"code\":\"server_error\",\"message\":\"m\"}\n\n", new() { Failure = LlmErrorKind.ServerError }),
        new(76, "an_end_behind_an_item_is_a_truncated_stream", Events(Created, Text("Hello"), Done(0, Message("Hello"))), new() { Text = "Hello", Failure = LlmErrorKind.Network }),
        new(77, "incomplete_by_length", Events(Created, Text("Hello"), Completed(status: "incomplete", more: ""","incomplete_details":{"reason":"max_output_tokens"}""")), Hello with { Finish = ChatFinishReason.Length, RawFinish = "max_output_tokens" }),
        new(77, "incomplete_by_filter", Events(Created, Text("Hello"), Completed(status: "incomplete", more: ""","incomplete_details":{"reason":"content_filter"}""")), Hello with { Finish = ChatFinishReason.ContentFilter, RawFinish = "content_filter" }),
        new(78, "done_behind_the_terminal_event_is_ignored", Events(Created, Text("Hello"), Completed()) + "data: [DONE]\n\n", Hello),
        new(78, "done_before_the_terminal_event_does_not_end_the_stream", Events(Created, Text("Hello")) + "data: [DONE]\n\n" + Events(Completed()), Hello),
        new(0, "unknown_events_are_ignored", Events(Created, """{"type":"response.new_thing.delta","output_index":0,"delta":"x"}""", """{"type":"keepalive","sequence_number":2}""", Text("Hello"), Completed()), Hello),
        new(0, "an_answer_only_in_the_terminal_event_is_delivered", Events(Created, Completed($"[{Message("Hello")}]")), Hello),
        new(0, "a_whole_document_instead_of_events_is_read", Answer, Hello),
        new(0, "reasoning_summaries_become_paragraphs", Events(
                Created, Added(0, """{"type":"reasoning","id":"rs_1","summary":[]}"""), Thought("One", 0), """{"type":"response.reasoning_summary_part.added","output_index":0,"summary_index":1}""", Thought("Two", 1),
                Done(0, """{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"One"},{"type":"summary_text","text":"Two"}],"encrypted_content":"abc"}"""), Text("Hello", 1), Completed()),
            Hello with { Reasoning = "One\n\nTwo", Also = static o => Assert.Contains("\"encrypted_content\":\"abc\"", State(o), StringComparison.Ordinal) }),
        new(0, "thoughts_of_open_models_are_reasoning", Events(Created, """{"type":"response.reasoning_text.delta","output_index":0,"delta":"Hm"}""", Text("Hello", 1), Completed()), Hello with { Reasoning = "Hm" }),
        new(0, "a_refusal_becomes_an_error_content", Events(Created, """{"type":"response.refusal.delta","output_index":0,"delta":"I "}""", """{"type":"response.refusal.delta","output_index":0,"delta":"can't."}""", Completed()),
            new() { Finish = ChatFinishReason.Stop, Also = static o => Assert.Equal("I can't.", o.Updates.SelectMany(u => u.Contents).OfType<ErrorContent>().Single().Message) }),
        new(0, "half_characters_are_put_together", Events(Created, Text("Gr\\u00fc\\ud83c"), Text("\\udf89"), Completed()), new() { Text = "Grü🎉", Finish = ChatFinishReason.Stop }),
        new(0, "what_the_provider_ran_itself_is_handed_on_raw", Events(Created, Done(0, """{"type":"web_search_call","id":"ws_1","status":"completed"}"""), Text("Hello", 1), Completed()),
            Hello with { Also = static o => Assert.Equal("ws_1", Raw(o).GetProperty("id").GetString()) }),
    }.ToDictionary(static one => one.Title);

    public static TheoryData<string> Titles => StreamCase.Titles(Cases.Values);

    [Theory]
    [MemberData(nameof(Titles))]
    public Task However_it_is_cut(string title) => StreamCaseRunner.RunAsync(Cases[title], static setup => new ResponsesProvider(setup));

    [Fact]
    public async Task The_first_update_has_the_identity_and_the_last_one_the_usage()
    {
        StreamOutcome outcome = await Format.StreamAsync(Events(Created, Text("Hello"), Completed(more: ""","service_tier":"priority" """)));

        Assert.Equal(("resp_1", "gpt-5.4"), (outcome.Updates[0].ResponseId, outcome.Updates[0].ModelId));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1700000000), outcome.Updates[0].CreatedAt);
        Assert.Equal(10, outcome.Usage!.InputTokenCount);
        Assert.Equal("priority", outcome.Report.ServiceTier);
        Assert.Null(outcome.Updates[^1].ConversationId);
    }

    [Fact]
    public async Task A_streamed_answer_is_captured_as_a_message_of_chat_completions()
    {
        var capture = new CaptureStub();
        await Format.StreamAsync(Events(Created, Text("Hello"), Added(1, Call(1, "")), Arguments(1, "{}"), Done(1, Call(1, "{}")), Completed()), Format.Call(capture));

        Assert.Equal("""[{"role":"user","content":"Hello"}]""", capture.Input);
        Assert.Equal("""{"role":"assistant","content":"Hello","tool_calls":[{"id":"call_1","type":"function","function":{"name":"f1","arguments":"{}"}}]}""", capture.Output);
    }

    [Fact]
    public async Task Reasoning_that_was_streamed_and_coalesced_goes_back_as_it_came()
    {
        const string Item = """{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"One"}],"encrypted_content":"abc"}""";
        StreamOutcome outcome = await Format.StreamAsync(Events(Created, Thought("One", 0), Done(0, Item), Added(1, Call(1, "")), Done(1, Call(1, "{}")), Completed()));
        ChatResponse response = outcome.Updates.ToChatResponse();

        string body = await Format.BodyAsync(Answer, messages: [.. response.Messages, new ChatMessage(ChatRole.Tool, [new FunctionResultContent("call_1", "ok")])]);

        Assert.Contains($$"""[{{Item}},{"type":"function_call","call_id":"call_1","name":"f1","arguments":"{}"},{"type":"function_call_output","call_id":"call_1","output":"ok"}]""", body, StringComparison.Ordinal);
    }

    private static string Thought(string text, int part) => $$"""{"type":"response.reasoning_summary_text.delta","item_id":"rs_1","output_index":0,"summary_index":{{part}},"delta":"{{text}}"}""";

    private static string? State(StreamOutcome outcome) => outcome.Updates.SelectMany(u => u.Contents).OfType<TextReasoningContent>().Last().ProtectedData;

    private static JsonElement Raw(StreamOutcome outcome) => (JsonElement)outcome.Updates.SelectMany(u => u.Contents).Single(c => c.GetType() == typeof(AIContent)).RawRepresentation!;
}

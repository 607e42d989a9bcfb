using LlmStack.Providers.Cohere;
using LlmStack.Tests.Providers.OpenAI;
using LlmStack.Tests.Providers.Streaming;
using Microsoft.Extensions.AI;
using static LlmStack.Tests.Providers.Cohere.CohereWire;

namespace LlmStack.Tests.Providers.Cohere;

/// <summary>The streaming cases of this format, each at every cut, compressed, and over a real socket.</summary>
public sealed class CohereStreamTests
{
    private static readonly StreamExpectation Hello = new() { Text = "Hello", Finish = ChatFinishReason.Stop, RawFinish = "COMPLETE", TotalTokens = 15 };

    private static readonly Dictionary<string, StreamCase> Cases = new StreamCase[]
    {
        new(0, "texts_arrive_piece_by_piece", Events(Start, """{"type":"content-start","index":0,"delta":{"message":{"content":{"type":"text","text":""}}}}""", Text("Hel"), Text("lo"), """{"type":"content-end","index":0}""", End()), Hello),
        new(91, "tool_calls_as_objects", Events(
                Start, """{"type":"tool-plan-delta","delta":{"message":{"tool_plan":"I will look"}}}""",
                """{"type":"tool-call-start","index":0,"delta":{"message":{"tool_calls":{"id":"t1","type":"function","function":{"name":"f","arguments":""}}}}}""",
                """{"type":"tool-call-delta","index":0,"delta":{"message":{"tool_calls":{"function":{"arguments":"{\"a\""}}}}}""", """{"type":"tool-call-delta","index":0,"delta":{"message":{"tool_calls":{"function":{"arguments":":1}"}}}}}""",
                """{"type":"tool-call-end","index":0}""", End("TOOL_CALL")),
            new() { Reasoning = "I will look", Calls = ["t1:f:a=1"], Finish = ChatFinishReason.ToolCalls, RawFinish = "TOOL_CALL" }),
        new(91, "tool_calls_as_lists_whose_index_starts_anew", Events(
                Start, """{"type":"tool-call-start","index":0,"delta":{"message":{"tool_calls":[{"id":"t1","type":"function","function":{"name":"f","arguments":"{}"}}]}}}""",
                """{"type":"tool-call-start","index":0,"delta":{"message":{"tool_calls":[{"id":"t2","type":"function","function":{"name":"g","arguments":""}}]}}}""", """{"type":"tool-call-delta","index":0,"delta":{"message":{"tool_calls":[{"function":{"arguments":"{\"b\":2}"}}]}}}""", End("TOOL_CALL")),
            new() { Calls = ["t1:f:", "t2:g:b=2"], Finish = ChatFinishReason.ToolCalls }),
        new(91, "citations_are_annotations", Events(Start, Text("Hello"), """{"type":"citation-start","index":0,"delta":{"message":{"citations":{"start":0,"end":5,"text":"Hello","sources":[{"type":"document","id":"doc:1","document":{"title":"T","url":"https://x/"}}]}}}}""", """{"type":"citation-end","index":0}""", End()),
            Hello with { Also = static o => Assert.Equal(("T", "Hello", "doc:1"), Told(o)) }),
        new(91, "an_error_in_the_last_event_fails", Events(Start, Text("Hel"), End("ERROR", ""","error":"something broke" """)), new() { Text = "Hel", Failure = LlmErrorKind.ServerError }),
        new(91, "a_word_that_stands_for_a_failure_fails", Events(Start, Text("Hel"), End("TIMEOUT")), new() { Text = "Hel", Failure = LlmErrorKind.Timeout }),
        new(0, "thoughts_are_reasoning", Events(Start, """{"type":"content-delta","index":0,"delta":{"message":{"content":{"thinking":"Hm"}}}}""", Text("Hello"), End()), Hello with { Reasoning = "Hm" }),
        new(0, "done_behind_the_end_is_ignored", Events(Start, Text("Hello"), End()) + "data: [DONE]\n\n", Hello),
        new(0, "an_end_without_its_event_is_a_truncated_stream", Events(Start, Text("Hello")), new() { Text = "Hello", Failure = LlmErrorKind.Network }),
        new(0, "unknown_events_are_ignored", Events(Start, """{"type":"debug","prompt":"x"}""", Text("Hello"), """{"type":"new-thing","delta":{"x":[1]}}""", End()), Hello),
        new(0, "length_is_kept", Events(Start, Text("Hello"), End("MAX_TOKENS")), Hello with { Finish = ChatFinishReason.Length, RawFinish = "MAX_TOKENS" }),
        new(0, "a_whole_document_instead_of_events_is_read", Answer, Hello),
        new(0, "an_error_document_instead_of_events_fails", """{"id":"e","message":"too many tokens: total number of tokens in the prompt cannot exceed 4081"}""", new() { Failure = LlmErrorKind.ContextWindowExceeded }),
    }.ToDictionary(static one => one.Title);

    public static TheoryData<string> Titles => StreamCase.Titles(Cases.Values);

    [Theory]
    [MemberData(nameof(Titles))]
    public Task However_it_is_cut(string title) => StreamCaseRunner.RunAsync(Cases[title], static setup => new CohereFormat().Create(setup));

    private static (string?, string?, string?) Told(StreamOutcome outcome)
    {
        var citation = (CitationAnnotation)outcome.Updates.SelectMany(u => u.Contents).Single(c => c.Annotations is { Count: > 0 }).Annotations![0];
        return (citation.Title, citation.Snippet, citation.FileId);
    }
}

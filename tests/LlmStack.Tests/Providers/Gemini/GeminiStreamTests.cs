using LlmStack.Tests.Providers.OpenAI;
using Microsoft.Extensions.AI;
using static LlmStack.Tests.Providers.Gemini.GeminiWire;

namespace LlmStack.Tests.Providers.Gemini;

/// <summary>Section F of the streaming cases, each at every cut, over sockets and compressed.</summary>
public sealed class GeminiStreamTests
{
    private static Task<StreamOutcome> RunAsync(params string[] data) => StreamAsync(Events(data));

    [Fact]
    public async Task Text_arrives_piece_by_piece_with_identity_usage_and_finish_reason()
    {
        StreamOutcome outcome = await RunAsync(Text("Grüße "), Text("🎉"), Text("a\\ud83c"), Text("\\udf89", "STOP"));

        Assert.Equal("Grüße 🎉a🎉", outcome.Text);
        Assert.Equal(ChatFinishReason.Stop, outcome.Finish);
        Assert.Equal("STOP", outcome.Report.RawFinishReason);
        Assert.Equal(("r1", Model), (outcome.Updates[0].ResponseId, outcome.Updates[0].ModelId));
        Assert.Equal((10, 5, 15), (outcome.Usage!.InputTokenCount, outcome.Usage.OutputTokenCount, outcome.Usage.TotalTokenCount));
    }

    [Fact]
    public async Task Case_25_a_list_instead_of_events_reads_like_the_events()
    {
        StreamOutcome outcome = await StreamAsync("[" + Text("a,[]{") + "\n,\r\n" + Text("b", "STOP") + "\n]");

        Assert.Equal("a,[]{b", outcome.Text);
        Assert.Equal(ChatFinishReason.Stop, outcome.Finish);
    }

    [Fact]
    public async Task Case_79_a_blocked_prompt_is_a_refusal_with_its_usage()
    {
        StreamOutcome outcome = await RunAsync("""{"promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{"promptTokenCount":7,"totalTokenCount":7}}""");

        Assert.Equal(LlmErrorKind.ContentPolicyViolation, outcome.Failure!.Kind);
        Assert.Equal("SAFETY", outcome.Failure.ErrorCode);
        Assert.Equal(7, outcome.Failure.Usage!.InputTokenCount);
        Assert.Empty(outcome.Updates);
    }

    [Fact]
    public async Task Case_80_all_tokens_may_go_into_thoughts()
    {
        StreamOutcome outcome = await RunAsync("""{"candidates":[{"finishReason":"MAX_TOKENS","index":0}],"usageMetadata":{"promptTokenCount":10,"thoughtsTokenCount":90,"totalTokenCount":100}}""");

        Assert.Equal("", outcome.Text);
        Assert.Equal(ChatFinishReason.Length, outcome.Finish);
        Assert.Equal((10, 90, 90), (outcome.Usage!.InputTokenCount, outcome.Usage.OutputTokenCount, outcome.Usage.ReasoningTokenCount));
    }

    [Fact]
    public async Task Case_81_state_comes_with_any_part_and_goes_back_with_it()
    {
        StreamOutcome outcome = await RunAsync(
            """{"candidates":[{"content":{"role":"model"}}]}""",
            Chunk("""{"text":"hm","thought":true}"""),
            Chunk("""{"functionCall":{"name":"f","args":{"x":1},"id":"c1"},"thoughtSignature":"s1"}"""),
            Text("a"), Chunk("""{"text":"","thoughtSignature":"s2"}""", "STOP"));

        Assert.Equal(("a", "hm"), (outcome.Text, outcome.Reasoning));
        Assert.Contains("""[{"functionCall":{"id":"c1","name":"f","args":{"x":1}},"thoughtSignature":"s1"},{"text":"a"},{"text":"","thoughtSignature":"s2"}]""", await BodyAfterAsync(outcome), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Case_82_calls_of_one_name_without_ids_are_told_apart()
    {
        StreamOutcome outcome = await RunAsync(Chunk("""{"functionCall":{"name":"f","args":{"x":1}}},{"functionCall":{"name":"f","args":{"x":2}}}"""), Chunk("""{"functionCall":{"name":"f"}}""", "STOP"));

        Assert.Equal(["1", "2", null], outcome.Calls.Select(c => c.Arguments!.TryGetValue("x", out object? x) ? x!.ToString() : null));
        Assert.Equal(3, outcome.Calls.Select(c => c.CallId).Distinct().Count());
        Assert.Equal(ChatFinishReason.ToolCalls, outcome.Finish);
        Assert.Equal("STOP", outcome.Report.RawFinishReason);
    }

    [Fact]
    public async Task Case_83_arguments_in_pieces_are_put_together_by_their_paths()
    {
        StreamOutcome outcome = await RunAsync(
            Chunk("""{"functionCall":{"name":"f","id":"c1","willContinue":true}}"""),
            Chunk("""{"functionCall":{"partialArgs":[{"jsonPath":"$.city.name","stringValue":"Kö","willContinue":true}],"willContinue":true}}"""),
            Chunk("""{"functionCall":{"partialArgs":[{"jsonPath":"$.city.name","stringValue":"ln"},{"jsonPath":"$.days[0]","numberValue":3},{"jsonPath":"$.days[1]","numberValue":4},{"jsonPath":"$.wet","boolValue":true}],"willContinue":true}}"""),
            Chunk("""{"functionCall":{}}""", "STOP"));

        FunctionCallContent call = Assert.Single(outcome.Calls);
        Assert.Equal(("c1", "f"), (call.CallId, call.Name));
        Assert.Equal("""{"name":"Köln"}""", System.Text.RegularExpressions.Regex.Unescape(call.Arguments!["city"]!.ToString()!));
        Assert.Equal("[3,4]", call.Arguments["days"]!.ToString());
        Assert.Equal("True", call.Arguments["wet"]!.ToString());
    }

    [Fact]
    public async Task Case_84_an_error_behind_chunks_fails_by_its_status()
    {
        StreamOutcome outcome = await RunAsync(Text("a"), """{"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}}""");

        Assert.Equal("a", outcome.Text);
        Assert.Equal(LlmErrorKind.Overloaded, outcome.Failure!.Kind);
    }

    [Fact]
    public async Task Case_85_an_end_without_a_finish_reason_never_looks_complete()
    {
        StreamOutcome outcome = await RunAsync(Text("a"));

        Assert.Equal(LlmErrorKind.Network, outcome.Failure!.Kind);
        Assert.Equal("a", outcome.Text);
        Assert.Equal(15, outcome.Failure.Usage!.TotalTokenCount);
    }

    [Theory]
    [InlineData("""{"promptTokenCount":10,"totalTokenCount":10}""", 10, 0, 10)]
    [InlineData("""{"totalTokenCount":10}""", null, null, 10)]
    [InlineData("""{"promptTokenCount":10}""", 10, null, 10)]
    [InlineData("""{"promptTokenCount":10,"toolUsePromptTokenCount":4,"candidatesTokenCount":5,"thoughtsTokenCount":6,"totalTokenCount":25}""", 14, 11, 25)]
    public async Task Case_86_missing_counts_are_unknown_unless_the_total_tells(string usage, int? input, int? output, int? total)
    {
        StreamOutcome outcome = await RunAsync(Chunk("""{"text":"a"}""", "STOP", usage));

        Assert.Equal((input, output, total), ((int?)outcome.Usage!.InputTokenCount, (int?)outcome.Usage.OutputTokenCount, (int?)outcome.Usage.TotalTokenCount));
    }

    [Fact]
    public async Task Several_candidates_are_kept_apart()
    {
        StreamOutcome outcome = await RunAsync(
            """{"candidates":[{"index":1,"content":{"parts":[{"text":"B"}]}},{"index":0,"content":{"parts":[{"text":"A"}]}}],"responseId":"r1"}""",
            """{"candidates":[{"index":0,"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"},{"index":1,"content":{"parts":[{"text":"b"}]},"finishReason":"STOP"}]}""");

        ChatResponse whole = outcome.Updates.ToChatResponse();
        Assert.Equal(["Aa", "Bb"], outcome.Updates.Where(u => u.Text.Length > 0).GroupBy(u => u.MessageId).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => string.Concat(g.Select(u => u.Text))));
        Assert.NotNull(whole);
    }

    [Fact]
    public async Task Pictures_code_and_sources_come_through()
    {
        StreamOutcome outcome = await RunAsync(
            Chunk("""{"inlineData":{"mimeType":"image/png","data":"AQID"}},{"executableCode":{"language":"PYTHON","code":"1"}}"""),
            """{"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"STOP","groundingMetadata":{"groundingChunks":[{"web":{"uri":"https://a.example/","title":"A"}}],"groundingSupports":[{"segment":{"startIndex":0,"endIndex":1,"text":"a"},"groundingChunkIndices":[0]}]}}]}""");

        List<AIContent> contents = [.. outcome.Updates.SelectMany(u => u.Contents)];
        Assert.Equal([1, 2, 3], contents.OfType<DataContent>().Single().Data.ToArray());
        Assert.Contains("executableCode", contents.Single(c => c.GetType() == typeof(AIContent)).RawRepresentation!.ToString(), StringComparison.Ordinal);
        var source = (CitationAnnotation)contents.SelectMany(c => c.Annotations ?? []).Single();
        Assert.Equal(("A", "a", "https://a.example/"), (source.Title, source.Snippet, source.Url!.ToString()));
        Assert.Equal(1, ((TextSpanAnnotatedRegion)source.AnnotatedRegions!.Single()).EndIndex);
    }

    [Theory]
    [InlineData("\"mimeType\":\"audio/wav\",", "audio/wav")]
    [InlineData("\"mimeType\":\"picture\",", "application/octet-stream")]
    [InlineData("", "application/octet-stream")]
    public async Task Bytes_whose_kind_is_not_said_are_bytes(string kind, string expected)
    {
        StreamOutcome outcome = await RunAsync(
            Chunk("{\"inlineData\":{" + kind + "\"data\":\"AQID\"}}"),
            """{"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"}]}""");

        Assert.Null(outcome.Failure);
        DataContent bytes = outcome.Updates.SelectMany(static update => update.Contents).OfType<DataContent>().Single();
        Assert.Equal((expected, 3), (bytes.MediaType, bytes.Data.Length));
    }

    [Theory]
    [InlineData("MALFORMED_FUNCTION_CALL")]
    [InlineData("UNEXPECTED_TOOL_CALL")]
    [InlineData("TOO_MANY_TOOL_CALLS")]
    public async Task A_call_that_cannot_be_used_is_an_invalid_response(string word)
    {
        StreamOutcome outcome = await RunAsync("{\"candidates\":[{\"finishReason\":\"" + word + "\",\"finishMessage\":\"Malformed: f(\"}]}");

        Assert.Equal((LlmErrorKind.InvalidResponse, word), (outcome.Failure!.Kind, outcome.Failure.ErrorCode));
        Assert.Contains("Malformed: f(", outcome.Failure.Message, StringComparison.Ordinal);
    }

    /// <summary>The body of a call that continues the conversation.</summary>
    private static Task<string> BodyAfterAsync(StreamOutcome outcome) =>
        BodyAsync([new(ChatRole.User, "Hello"), .. outcome.Updates.ToChatResponse().Messages, new(ChatRole.User, "And?")]);
}

using LlmStack.Providers;
using LlmStack.Tests.Support;
using Microsoft.Extensions.AI;
using static LlmStack.Tests.Providers.OpenAI.Wire;

namespace LlmStack.Tests.Providers.OpenAI;

/// <summary>What a whole answer carries beside its text.</summary>
public sealed class AnswerTests
{
    private static async Task<ChatResponse> AskAsync(string body)
    {
        await using var server = new RawHttpServer(RawReply.Body(200, body));
        return await Provider(server).ChatAsync(Call(), Hello, null, CancellationToken.None);
    }

    [Fact]
    public async Task Several_choices_are_several_messages()
    {
        ChatResponse response = await AskAsync("""{"id":"c","choices":[{"index":0,"message":{"content":"a"},"finish_reason":"stop"},{"index":1,"message":{"content":"b","tool_calls":[{"id":"t","function":{"name":"f","arguments":"{}"}}]},"finish_reason":"length"}]}""");
        Assert.Equal(["a", "b"], response.Messages.Select(static m => m.Text));
        Assert.Equal([(0, "stop"), (1, "length")], response.Messages.Select(static m => ((int)m.AdditionalProperties!["choice_index"]!, (string)m.AdditionalProperties["finish_reason"]!)));
        Assert.Equal(["c", "c-1"], response.Messages.Select(static m => m.MessageId));
        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
    }

    [Fact]
    public async Task Log_probabilities_are_read_typed()
    {
        ChatResponse response = await AskAsync("""{"choices":[{"message":{"content":"Hi"},"logprobs":{"content":[{"token":"Hi","logprob":-0.25,"bytes":[72,105],"top_logprobs":[{"token":"Hi","logprob":-0.25},{"token":"Yo","logprob":-2}]}],"refusal":null},"finish_reason":"stop"}]}""");
        TokenLogProbability token = Assert.Single(response.GetLogProbabilities()!);
        Assert.Equal(("Hi", -0.25), (token.Token, token.LogProbability));
        Assert.Equal([("Hi", -0.25), ("Yo", -2.0)], token.Alternatives.Select(static a => (a.Token, a.LogProbability!.Value)));
        Assert.Null((await AskAsync("""{"choices":[{"message":{"content":"Hi"},"logprobs":null}]}""")).GetLogProbabilities());
    }

    [Fact]
    public async Task Log_probabilities_of_a_stream_are_joined()
    {
        StreamOutcome outcome = await StreamAsync(RawReply.Stream(Events(
            """{"id":"c","choices":[{"delta":{"content":"H"},"logprobs":{"content":[{"token":"H","logprob":-1}]}}]}""",
            """{"id":"c","choices":[{"delta":{"content":"i"},"logprobs":{"content":[{"token":"i","logprob":-2}],"refusal":null}}]}""",
            Stop,
            "[DONE]")));
        Assert.Equal([("H", -1.0), ("i", -2.0)], outcome.Updates.ToChatResponse().GetLogProbabilities()!.Select(static t => (t.Token, t.LogProbability!.Value)));
    }

    [Fact]
    public async Task A_completions_log_probabilities_are_read_typed()
    {
        await using var server = new RawHttpServer(RawReply.Body(200, """{"choices":[{"text":"Hi","logprobs":{"tokens":["H","i"],"token_logprobs":[null,-0.5],"top_logprobs":[null,{"i":-0.5,"o":-3}],"text_offset":[0,1]},"finish_reason":"stop"}]}"""));
        var completions = (ITextCompletionProvider)Provider(server).GetService(typeof(ITextCompletionProvider))!;
        TextCompletion completion = await completions.CompleteAsync(Call(), "x", null, CancellationToken.None);
        IReadOnlyList<TokenLogProbability> tokens = completion.GetLogProbabilities()!;
        Assert.Equal([("H", null), ("i", -0.5)], tokens.Select(static t => (t.Token, t.LogProbability)));
        Assert.Equal(["i", "o"], tokens[1].Alternatives.Select(static a => a.Token));
    }

    [Fact]
    public async Task Citations_are_annotations_of_the_text()
    {
        ChatResponse response = await AskAsync("""{"choices":[{"message":{"content":"See [1]","annotations":[{"type":"url_citation","url_citation":{"url":"https://example.com/a","title":"A","start_index":4,"end_index":7}},{"type":"other"}]},"finish_reason":"stop"}]}""");
        CitationAnnotation citation = Assert.IsType<CitationAnnotation>(Assert.Single(Assert.IsType<TextContent>(response.Messages[0].Contents[0]).Annotations!));
        Assert.Equal((new Uri("https://example.com/a"), "A"), (citation.Url!, citation.Title));
        ChatResponse searched = await AskAsync("""{"citations":["https://example.com/b","no address"],"search_results":[{"title":"B"}],"choices":[{"message":{"content":"x"}}]}""");
        Assert.Equal(new Uri("https://example.com/b"), Assert.IsType<CitationAnnotation>(Assert.Single(searched.Messages[0].Contents[0].Annotations!)).Url);
        Assert.True(searched.AdditionalProperties!.ContainsKey("search_results"));
    }

    [Fact]
    public async Task Audio_comes_with_its_words_and_goes_back_by_its_id()
    {
        ChatResponse response = await AskAsync("""{"choices":[{"message":{"role":"assistant","content":null,"audio":{"id":"au1","data":"SUQzAA==","transcript":"Hello","expires_at":1}},"finish_reason":"stop"}]}""");
        Assert.Equal("Hello", response.Text);
        DataContent audio = Assert.Single(response.Messages[0].Contents.OfType<DataContent>());
        Assert.Equal("audio/mpeg", audio.MediaType);
        await using var server = new RawHttpServer(RawReply.Body(200, """{"choices":[{"message":{"content":"a"}}]}"""));
        await Provider(server).ChatAsync(Call(), [.. response.Messages], null, CancellationToken.None);
        Assert.StartsWith("""{"messages":[{"role":"assistant","audio":{"id":"au1"},"content":"Hello"}]""", server.LastBody, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Images_of_a_function_result_go_into_a_message_of_the_user()
    {
        await using var server = new RawHttpServer(RawReply.Body(200, """{"choices":[{"message":{"content":"a"}}]}"""));
        ProviderCall call = Call();
        await Provider(server).ChatAsync(
            call,
            [new(ChatRole.Assistant, [new FunctionCallContent("t1", "f"), new FunctionCallContent("t2", "g")]), new(ChatRole.Tool, [new FunctionResultContent("t1", new AIContent[] { new TextContent("chart"), new DataContent(new byte[] { 1, 2, 3 }, "image/png") }), new FunctionResultContent("t2", "b")])],
            null,
            CancellationToken.None);
        Assert.Contains(
            """,{"role":"tool","tool_call_id":"t1","content":"chart\n[attachment 1 follows in the next message of the user]"},{"role":"tool","tool_call_id":"t2","content":"b"},{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AQID"}}]}]""",
            server.LastBody,
            StringComparison.Ordinal);
        Assert.Contains(call.Report.Changes!, static change => change.StartsWith("messages: images", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_refusal_of_a_whole_answer_is_told_apart_from_text()
    {
        ChatResponse response = await AskAsync("""{"choices":[{"message":{"content":null,"refusal":"No."},"finish_reason":"stop"}]}""");
        Assert.Equal("", response.Text);
        Assert.Equal("No.", Assert.IsType<ErrorContent>(Assert.Single(response.Messages[0].Contents)).Message);
    }
}

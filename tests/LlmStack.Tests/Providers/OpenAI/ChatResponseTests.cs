using LlmStack.Catalog;
using LlmStack.Providers;
using LlmStack.Tests.Support;
using Microsoft.Extensions.AI;
using static LlmStack.Tests.Providers.OpenAI.Wire;

namespace LlmStack.Tests.Providers.OpenAI;

public sealed class ChatResponseTests
{
    private static async Task<(ChatResponse Response, AttemptReport Report)> AskAsync(string body, IContentCapture? capture = null)
    {
        await using var server = new RawHttpServer(RawReply.Body(200, body, "x-request-id: req_1", "x-ratelimit-remaining-tokens: 7"));
        ProviderCall call = Call(capture: capture);
        return (await Provider(server).ChatAsync(call, Hello, null, CancellationToken.None), call.Report);
    }

    [Fact]
    public async Task A_whole_answer_is_read()
    {
        const string Message = """{"role":"assistant","content":"Hi \u00fc\n","reasoning_content":"hm","refusal":null}""";
        var capture = new CaptureStub();
        (ChatResponse response, AttemptReport report) = await AskAsync(
            """{"id":"c1","created":1700000000,"model":"gpt-4.1-x","service_tier":"default","choices":[{"index":0,"message":""" + Message + ""","logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":100,"completion_tokens":50,"total_tokens":150,"prompt_tokens_details":{"cached_tokens":30,"cache_write_tokens":20},"completion_tokens_details":{"reasoning_tokens":10}}}""",
            capture);
        Assert.IsType<RoutedChatResponse>(response);
        Assert.Equal("Hi ü\n", response.Text);
        Assert.Equal("hm", Assert.Single(response.Messages[0].Contents.OfType<TextReasoningContent>()).Text);
        Assert.Equal(("c1", "gpt-4.1-x", 1_700_000_000L), (response.ResponseId, response.ModelId, response.CreatedAt!.Value.ToUnixTimeSeconds()));
        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
        UsageBuckets buckets = UsageBuckets.From(response.Usage!);
        Assert.Equal(
            [50, 30, 20, 40, 10],
            new[] { buckets[UsageBucket.Input], buckets[UsageBucket.CacheRead], buckets[UsageBucket.CacheWrite], buckets[UsageBucket.Output], buckets[UsageBucket.Reasoning] });
        Assert.Equal(Message, capture.Output);
        Assert.Equal(("req_1", 200, "stop", "default", 7L), (report.RequestId, report.StatusCode, report.RawFinishReason, report.ServiceTier, report.Headroom.RemainingTokens));
        Assert.True(report.RequestSent);
    }

    [Fact]
    public async Task Tool_calls_are_read_and_mean_tool_calls()
    {
        (ChatResponse response, _) = await AskAsync("""{"choices":[{"message":{"content":null,"tool_calls":[{"id":"t1","type":"function","function":{"name":"f","arguments":"{\"a\":1,\"b\":null}"}},{"id":"t2","function":{"name":"g","arguments":""}},{"id":"t3","function":{"name":"h","arguments":"{oops"}}]},"finish_reason":"stop"}]}""");
        FunctionCallContent[] calls = [.. response.Messages[0].Contents.OfType<FunctionCallContent>()];
        Assert.Equal(["t1", "t2", "t3"], calls.Select(c => c.CallId));
        Assert.Equal("1", calls[0].Arguments!["a"]!.ToString());
        Assert.Null(calls[0].Arguments!["b"]);
        Assert.Empty(calls[1].Arguments!);
        Assert.NotNull(calls[2].Exception);
        Assert.Equal("{oops", calls[2].RawRepresentation);
        Assert.Equal(ChatFinishReason.ToolCalls, response.FinishReason);
    }

    [Fact]
    public async Task A_refusal_is_an_error_content()
    {
        (ChatResponse response, _) = await AskAsync("""{"choices":[{"message":{"content":null,"refusal":"No."},"finish_reason":"stop"}]}""");
        ErrorContent refusal = Assert.IsType<ErrorContent>(Assert.Single(response.Messages[0].Contents));
        Assert.Equal(("No.", "Refusal"), (refusal.Message, refusal.ErrorCode));
    }

    [Fact]
    public async Task Several_choices_are_several_messages()
    {
        (ChatResponse response, _) = await AskAsync("""{"id":"c","choices":[{"index":0,"message":{"content":"a"}},{"index":1,"message":{"content":"b"}}]}""");
        Assert.Equal(["a", "b"], response.Messages.Select(m => m.Text));
        Assert.Null(response.Usage);
    }

    [Fact]
    public async Task Reasoning_outside_the_output_is_added_to_it()
    {
        (ChatResponse response, _) = await AskAsync("""{"choices":[{"message":{"content":"a"}}],"usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":35,"completion_tokens_details":{"reasoning_tokens":20}}}""");
        Assert.Equal(25, response.Usage?.OutputTokenCount);
    }
}

using System.Text;
using LlmStack.Providers;
using LlmStack.Providers.OpenAI;
using LlmStack.Providers.OpenAI.Responses;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;
using static LlmStack.Tests.Providers.OpenAI.Responses.ResponsesWire;

namespace LlmStack.Tests.Providers.OpenAI.Responses;

/// <summary>Whole answers, errors, and the choice between the two wire formats.</summary>
public sealed class ResponsesReaderTests
{
    [Fact]
    public async Task An_answer_keeps_identity_usage_tier_and_finish_reason()
    {
        ProviderCall call = Format.Call();
        ChatResponse response = await Format.ChatAsync(Answer, call: call);

        Assert.Equal(("Hello", "resp_1", "gpt-5.4"), (response.Text, response.ResponseId, response.ModelId));
        Assert.Equal((10, 5, 15, 4, 2), (response.Usage!.InputTokenCount, response.Usage.OutputTokenCount, response.Usage.TotalTokenCount, response.Usage.CachedInputTokenCount, response.Usage.ReasoningTokenCount));
        Assert.Equal((ChatFinishReason.Stop, "completed", "flex"), (response.FinishReason, call.Report.RawFinishReason, call.Report.ServiceTier));
        Assert.Null(response.ConversationId);
    }

    [Fact]
    public async Task Citations_and_log_probabilities_stay_on_the_text()
    {
        const string Part = """{"type":"output_text","text":"See it","annotations":[{"type":"url_citation","start_index":0,"end_index":3,"url":"https://x/","title":"X"},{"type":"file_citation","index":1,"file_id":"file-1","filename":"a.txt"}],"logprobs":[{"token":"See","logprob":-0.1}]}""";
        ChatResponse response = await Format.ChatAsync(Answer.Replace("""{"type":"output_text","text":"Hello","annotations":[]}""", Part, StringComparison.Ordinal));

        var text = (TextContent)response.Messages[0].Contents[0];
        var web = (CitationAnnotation)text.Annotations![0];
        Assert.Equal(("X", "https://x/"), (web.Title, web.Url!.AbsoluteUri));
        Assert.Equal(3, ((TextSpanAnnotatedRegion)web.AnnotatedRegions![0]).EndIndex);
        Assert.Equal(("a.txt", "file-1"), (((CitationAnnotation)text.Annotations[1]).Title, ((CitationAnnotation)text.Annotations[1]).FileId));
        Assert.NotNull(text.AdditionalProperties!["logprobs"]);
    }

    [Theory]
    [InlineData("rate_limit_exceeded", "m", LlmErrorKind.RateLimited)]
    [InlineData("server_error", "m", LlmErrorKind.ServerError)]
    [InlineData("invalid_prompt", "flagged as violating our policy", LlmErrorKind.ContentPolicyViolation)]
    [InlineData("invalid_prompt", "The input was not readable", LlmErrorKind.InvalidRequest)]
    [InlineData("bio_policy", "m", LlmErrorKind.ContentPolicyViolation)]
    [InlineData("image_content_policy_violation", "m", LlmErrorKind.ContentPolicyViolation)]
    [InlineData("data_residency_mismatch", "m", LlmErrorKind.PermissionDenied)]
    [InlineData("vector_store_timeout", "m", LlmErrorKind.Timeout)]
    [InlineData("invalid_image_format", "m", LlmErrorKind.InvalidRequest)]
    [InlineData("image_too_large", "m", LlmErrorKind.InvalidRequest)]
    [InlineData("previous_response_not_found", "m", LlmErrorKind.NotFound)]
    public async Task A_failed_response_has_the_kind_of_its_code(string code, string message, LlmErrorKind kind)
    {
        string answer = $$"""{"id":"resp_1","object":"response","status":"failed","error":{"code":"{{code}}","message":"{{message}}"},"output":[]}""";
        LlmException failure = await Assert.ThrowsAsync<LlmException>(() => Format.ChatAsync(answer));
        StreamOutcome streamed = await Format.StreamAsync(Events(Created, $$"""{"type":"response.failed","response":{{answer}}}"""));

        Assert.Equal((kind, code), (failure.Kind, failure.ErrorCode));
        Assert.Equal((kind, code), (streamed.Failure!.Kind, streamed.Failure.ErrorCode));
    }

    [Theory]
    [InlineData("gpt-5-pro", null, ChatApi.Auto, null, "/v1/responses")]
    [InlineData("gpt-5.4", null, ChatApi.Auto, null, "/v1/chat/completions")]
    [InlineData("gpt-5.4", null, ChatApi.Auto, "resp_1", "/v1/responses")]
    [InlineData("gpt-5.4", null, ChatApi.Responses, null, "/v1/responses")]
    [InlineData("gpt-5.4", ChatApi.Responses, ChatApi.ChatCompletions, null, "/v1/responses")]
    [InlineData("gpt-5-pro", ChatApi.ChatCompletions, ChatApi.Auto, null, "/v1/chat/completions")]
    public async Task The_deployment_the_provider_the_model_and_the_request_decide_which_format_is_spoken(string model, ChatApi? deployment, ChatApi provider, string? conversation, string path)
    {
        var handler = new PathHandler();
        var setup = new ProviderSetup("test", new ProviderOptions { Api = provider }, new Uri("http://test/v1"), new HttpMessageInvoker(handler), new FakeTimeProvider());
        var call = new ProviderCall(model, StaticCredential.None) { Api = deployment };

        await new OpenAIFormat().Create(setup).ChatAsync(call, Wire.Hello, new ChatOptions { ConversationId = conversation }, CancellationToken.None);

        Assert.Equal(path, handler.Path);
    }

    [Fact]
    public async Task A_tool_that_the_provider_runs_needs_responses_at_openai_and_is_refused_where_they_are_unknown()
    {
        var handler = new PathHandler();
        var setup = new ProviderSetup("test", new ProviderOptions(), new Uri("http://test/v1"), new HttpMessageInvoker(handler), new FakeTimeProvider());
        var options = new ChatOptions { Tools = [new HostedWebSearchTool()] };

        await new OpenAIFormat().Create(setup).ChatAsync(Wire.Call(), Wire.Hello, options, CancellationToken.None);

        Assert.Equal("/v1/responses", handler.Path);
        await Assert.ThrowsAsync<LlmException>(async () => await new OpenAICompatibleFormat().Create(setup).ChatAsync(Wire.Call(), Wire.Hello, options, CancellationToken.None));
    }

    private sealed class PathHandler : HttpMessageHandler
    {
        public string? Path { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Path = request.RequestUri!.AbsolutePath;
            string body = Path.EndsWith("responses", StringComparison.Ordinal) ? Answer : """{"choices":[{"message":{"content":"x"},"finish_reason":"stop"}]}""";
            return Task.FromResult(new HttpResponseMessage { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) });
        }
    }
}

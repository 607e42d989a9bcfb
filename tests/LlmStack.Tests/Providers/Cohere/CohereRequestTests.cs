using System.Text;
using System.Text.Json;
using LlmStack.Providers;
using LlmStack.Tests.Providers.OpenAI;
using Microsoft.Extensions.AI;
using static LlmStack.Tests.Providers.Cohere.CohereWire;

namespace LlmStack.Tests.Providers.Cohere;

/// <summary>Golden bodies, whole answers, errors row by row, embeddings and reranking.</summary>
public sealed class CohereRequestTests
{
    private static readonly JsonElement Schema = JsonDocument.Parse("""{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}""").RootElement.Clone();

    private static readonly AIFunctionDeclaration Weather = AIFunctionFactory.CreateDeclaration("weather", "Tells the weather", Schema);

    [Fact]
    public async Task Every_option_has_its_field()
    {
        var options = new ChatOptions
        {
            Instructions = "Be brief",
            Temperature = 0.5f,
            TopP = 0.9f,
            TopK = 40,
            FrequencyPenalty = 0.1f,
            PresencePenalty = 0.2f,
            Seed = 7,
            MaxOutputTokens = 100,
            StopSequences = ["END"],
            ResponseFormat = ChatResponseFormat.ForJsonSchema(Schema),
            Reasoning = new() { Effort = ReasoningEffort.None },
            AdditionalProperties = new() { ["documents"] = new[] { "a" }, ["safety_mode"] = "OFF" },
        };

        Assert.Equal(
            """{"model":"command-a-03-2025","messages":[{"role":"system","content":"Be brief"},{"role":"user","content":"Hello"}],"stream":false,"response_format":{"type":"json_object","json_schema":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}},"temperature":0.5,"p":0.9,"k":40,"frequency_penalty":0.1,"presence_penalty":0.2,"seed":7,"max_tokens":100,"stop_sequences":["END"],"thinking":{"type":"disabled"},"documents":["a"],"safety_mode":"OFF"}""",
            await Format.BodyAsync(Answer.Replace("Hello", """{\"city\":\"Bern\"}""", StringComparison.Ordinal), options));
    }

    [Fact]
    public async Task A_named_tool_is_demanded_by_offering_only_it()
    {
        AIFunctionDeclaration other = AIFunctionFactory.CreateDeclaration("other", "", Schema);
        ProviderCall call = Format.Call();
        string body = await Format.BodyAsync(Answer, new ChatOptions { Tools = [other, Weather], ToolMode = ChatToolMode.RequireSpecific("weather") }, call: call);

        Assert.DoesNotContain("other", body, StringComparison.Ordinal);
        Assert.EndsWith("\"tool_choice\":\"REQUIRED\"}", body, StringComparison.Ordinal);
        Assert.Contains("ToolMode: emulated, only the demanded tool is offered", call.Report.Changes!);
        Assert.Contains("'nobody'", (await Format.RefusalAsync(new ChatOptions { Tools = [Weather], ToolMode = ChatToolMode.RequireSpecific("nobody") })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Images_of_a_result_and_refusals_are_not_lost()
    {
        ChatMessage[] messages =
        [
            new(ChatRole.Assistant, [new FunctionCallContent("t1", "look")]),
            new(ChatRole.Tool, [new FunctionResultContent("t1", new DataContent(new byte[] { 1, 2, 3 }, "image/png"))]),
            new(ChatRole.Assistant, [new ErrorContent("No.") { ErrorCode = "Refusal" }]),
        ];
        ProviderCall call = Format.Call();
        string body = await Format.BodyAsync(Answer, messages: messages, call: call);

        Assert.Contains(
            """{"role":"tool","tool_call_id":"t1","content":"[attachment 1 follows in the next message of the user]"},{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AQID"}}]},{"role":"assistant","content":"No."}]""",
            body,
            StringComparison.Ordinal);
        Assert.Contains("messages: images and files of a function result moved into a message of the user, the format allows only text in a result", call.Report.Changes!);
    }

    [Fact]
    public async Task Calls_plans_results_and_images_have_their_fields()
    {
        ChatMessage[] messages =
        [
            new(ChatRole.User, [new TextContent("Look"), new DataContent(new byte[] { 1, 2, 3 }, "image/png")]),
            new(ChatRole.Assistant, [new TextReasoningContent("I will look"), new FunctionCallContent("t1", "look", new Dictionary<string, object?> { ["a"] = 1 })]),
            new(ChatRole.Tool, [new FunctionResultContent("t1", "a cat")]),
        ];

        Assert.Contains(
            """[{"role":"user","content":[{"type":"text","text":"Look"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AQID"}}]},{"role":"assistant","tool_plan":"I will look","tool_calls":[{"id":"t1","type":"function","function":{"name":"look","arguments":"{\"a\":1}"}}]},{"role":"tool","tool_call_id":"t1","content":"a cat"}],""",
            await Format.BodyAsync(Answer, messages: messages), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_beside_tools_is_asked_for_by_a_tool()
    {
        ProviderCall call = Format.Call();
        string body = await Format.BodyAsync(Answer.Replace("COMPLETE", "MAX_TOKENS", StringComparison.Ordinal), new ChatOptions { Tools = [Weather], ResponseFormat = ChatResponseFormat.ForJsonSchema(Schema) }, call: call);

        Assert.DoesNotContain("response_format", body, StringComparison.Ordinal);
        Assert.Contains("answer_in_json", body, StringComparison.Ordinal);
        Assert.Contains("ResponseFormat: emulated by a tool whose arguments are the answer", call.Report.Changes!);
    }

    [Fact]
    public async Task A_whole_answer_keeps_tokens_and_what_is_billed()
    {
        ProviderCall call = Format.Call();
        ChatResponse response = await Format.ChatAsync(Answer, call: call);

        Assert.Equal(("Hello", "c-1"), (response.Text, response.ResponseId));
        Assert.Equal((10, 5, 15, 3), (response.Usage!.InputTokenCount, response.Usage.OutputTokenCount, response.Usage.TotalTokenCount, response.Usage.CachedInputTokenCount));
        Assert.Equal((4, 2), (response.Usage.AdditionalCounts!["cohere.billed_input_tokens"], response.Usage.AdditionalCounts["cohere.billed_output_tokens"]));
        Assert.Equal((ChatFinishReason.Stop, "COMPLETE"), (response.FinishReason, call.Report.RawFinishReason));
    }

    [Theory]
    [InlineData("COMPLETE", null)]
    [InlineData("STOP_SEQUENCE", null)]
    [InlineData("ERROR_TOXIC", null)]
    [InlineData("ERROR", LlmErrorKind.ServerError)]
    [InlineData("ERROR_LIMIT", LlmErrorKind.ContextWindowExceeded)]
    [InlineData("TIMEOUT", LlmErrorKind.Timeout)]
    public async Task Words_that_stand_for_failures_fail(string word, LlmErrorKind? kind)
    {
        Exception? failure = await Record.ExceptionAsync(() => Format.ChatAsync(Answer.Replace("COMPLETE", word, StringComparison.Ordinal)));

        Assert.Equal(kind, (failure as LlmException)?.Kind);
    }

    [Theory]
    [InlineData(400, "too many tokens: total number of tokens in the prompt cannot exceed 4081", LlmErrorKind.ContextWindowExceeded)]
    [InlineData(400, "invalid request: all elements in history must have a message", LlmErrorKind.InvalidRequest)]
    [InlineData(401, "invalid api token", LlmErrorKind.Authentication)]
    [InlineData(402, "m", LlmErrorKind.QuotaExhausted)]
    [InlineData(403, "m", LlmErrorKind.PermissionDenied)]
    [InlineData(404, "model 'x' not found", LlmErrorKind.NotFound)]
    [InlineData(422, "m", LlmErrorKind.InvalidRequest)]
    [InlineData(429, "Please wait and try again later: 20 API calls / minute", LlmErrorKind.RateLimited)]
    [InlineData(429, "You are using a Trial key, which is limited to 1000 API calls / month.", LlmErrorKind.QuotaExhausted)]
    [InlineData(500, "m", LlmErrorKind.ServerError)]
    [InlineData(503, "m", LlmErrorKind.Overloaded)]
    [InlineData(504, "m", LlmErrorKind.Timeout)]
    public async Task An_error_has_the_kind_of_its_row(int status, string message, LlmErrorKind kind) =>
        Assert.Equal(kind, (await Format.FailureAsync(status, $$"""{"id":"e-1","message":"{{message}}"}""")).Kind);

    [Fact]
    public async Task Embeddings_say_what_they_are_for()
    {
        var handler = new BytesHandler(Encoding.UTF8.GetBytes("""{"id":"e","embeddings":{"float":[[0.5,-1],[2,3]]},"texts":["a","b"],"meta":{"api_version":{"version":"2"},"billed_units":{"input_tokens":7}},"response_type":"embeddings_by_type"}"""));
        var embeddings = (IEmbeddingProvider)Format.Provider(new HttpMessageInvoker(handler)).GetService(typeof(IEmbeddingProvider))!;

        GeneratedEmbeddings<Embedding<float>> result = await embeddings.EmbedAsync(Format.Call(), ["a", "b"], new EmbeddingGenerationOptions { Dimensions = 256, AdditionalProperties = new() { ["input_type"] = "search_query" } }, CancellationToken.None);

        Assert.Equal("""{"model":"command-a-03-2025","texts":["a","b"],"embedding_types":["float"],"output_dimension":256,"input_type":"search_query"}""", handler.LastBody);
        Assert.Equal([2f, 3f], result[1].Vector.ToArray());
        Assert.Equal((7, 96), (result.Usage!.InputTokenCount, embeddings.MaxBatchSize));
    }

    [Fact]
    public async Task Without_a_word_embeddings_are_for_documents()
    {
        var handler = new BytesHandler(Encoding.UTF8.GetBytes("""{"embeddings":{"float":[[1]]}}"""));
        var embeddings = (IEmbeddingProvider)Format.Provider(new HttpMessageInvoker(handler)).GetService(typeof(IEmbeddingProvider))!;
        await embeddings.EmbedAsync(Format.Call(), ["a"], null, CancellationToken.None);

        Assert.Equal("""{"model":"command-a-03-2025","texts":["a"],"input_type":"search_document","embedding_types":["float"]}""", handler.LastBody);
    }

    [Fact]
    public async Task Reranking_counts_searches()
    {
        var handler = new BytesHandler(Encoding.UTF8.GetBytes("""{"id":"r","results":[{"index":1,"relevance_score":0.9},{"index":0,"relevance_score":0.1}],"meta":{"billed_units":{"search_units":1}}}"""));
        var rerank = (IRerankProvider)Format.Provider(new HttpMessageInvoker(handler)).GetService(typeof(IRerankProvider))!;

        RerankResponse response = await rerank.RerankAsync(Format.Call(), "q", ["a", "b"], new RerankOptions { TopN = 2 }, CancellationToken.None);

        Assert.Equal("""{"query":"q","documents":["a","b"],"model":"command-a-03-2025","top_n":2}""", handler.LastBody);
        Assert.Equal([1, 0], response.Results.Select(static result => result.Index));
        Assert.Equal(1, response.Usage!.AdditionalCounts!["search_units"]);
    }
}

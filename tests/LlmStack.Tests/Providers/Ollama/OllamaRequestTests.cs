using System.Text;
using System.Text.Json;
using LlmStack.Providers;
using LlmStack.Providers.Ollama;
using LlmStack.Tests.Providers.OpenAI;
using Microsoft.Extensions.AI;
using static LlmStack.Tests.Providers.Ollama.OllamaWire;

namespace LlmStack.Tests.Providers.Ollama;

/// <summary>Golden bodies, whole answers, errors row by row, embeddings and the address.</summary>
public sealed class OllamaRequestTests
{
    private static readonly JsonElement Schema = JsonDocument.Parse("""{"type":"object","properties":{"city":{"type":"string"}}}""").RootElement.Clone();

    private static readonly AIFunctionDeclaration Weather = AIFunctionFactory.CreateDeclaration("weather", "Tells the weather", Schema);

    [Fact]
    public async Task The_least_body_switches_streaming_off() =>
        Assert.Equal("""{"model":"qwen3","messages":[{"role":"user","content":"Hello"}],"stream":false}""", await Format.BodyAsync(Answer));

    [Fact]
    public async Task Every_option_has_its_place()
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
            Tools = [Weather],
            ResponseFormat = ChatResponseFormat.ForJsonSchema(Schema),
            Reasoning = new() { Effort = ReasoningEffort.Low },
            AdditionalProperties = new() { ["keep_alive"] = "10m", ["num_ctx"] = 8192, ["min_p"] = 0.05 },
        };

        Assert.Equal(
            """{"model":"qwen3","messages":[{"role":"system","content":"Be brief"},{"role":"user","content":"Hello"}],"stream":false,"tools":[{"type":"function","function":{"name":"weather","description":"Tells the weather","parameters":{"type":"object","properties":{"city":{"type":"string"}}}}}],"format":{"type":"object","properties":{"city":{"type":"string"}}},"think":"low","options":{"temperature":0.5,"top_p":0.9,"frequency_penalty":0.1,"presence_penalty":0.2,"top_k":40,"seed":7,"num_predict":100,"stop":["END"],"num_ctx":8192,"min_p":0.05},"keep_alive":"10m"}""",
            await Format.BodyAsync(Answer, options));
    }

    [Fact]
    public async Task Images_are_bare_base64_and_results_are_named_by_their_tool()
    {
        ChatMessage[] messages =
        [
            new(ChatRole.User, [new TextContent("What is it?"), new DataContent(new byte[] { 1, 2, 3 }, "image/png")]),
            new(ChatRole.Assistant, [new TextReasoningContent("Hm"), new FunctionCallContent("c1", "look", new Dictionary<string, object?> { ["a"] = 1 })]),
            new(ChatRole.Tool, [new FunctionResultContent("c1", "a cat")]),
        ];

        Assert.StartsWith(
            """{"model":"qwen3","messages":[{"role":"user","content":"What is it?","images":["AQID"]},{"role":"assistant","content":"","thinking":"Hm","tool_calls":[{"id":"c1","function":{"name":"look","arguments":{"a":1}}}]},{"role":"tool","tool_name":"look","tool_call_id":"c1","content":"a cat"}],""",
            await Format.BodyAsync(Answer, messages: messages), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_without_a_schema_is_a_word() =>
        Assert.Contains("\"format\":\"json\"", await Format.BodyAsync(Answer, new ChatOptions { ResponseFormat = ChatResponseFormat.Json }), StringComparison.Ordinal);

    [Fact]
    public async Task What_the_format_cannot_say_is_refused_by_name()
    {
        Assert.Contains("ToolMode", (await Format.RefusalAsync(new ChatOptions { Tools = [Weather], ToolMode = ChatToolMode.RequireAny })).Message, StringComparison.Ordinal);
        Assert.Contains("ConversationId", (await Format.RefusalAsync(new ChatOptions { ConversationId = "x" })).Message, StringComparison.Ordinal);
        Assert.Contains("Tools", (await Format.RefusalAsync(new ChatOptions { Tools = [new HostedWebSearchTool()] })).Message, StringComparison.Ordinal);
        Assert.Contains("UriContent", (await Format.RefusalAsync(null, [new(ChatRole.User, [new UriContent("http://x/i.png", "image/png")])])).Message, StringComparison.Ordinal);
        Assert.Contains("temperature", (await Format.RefusalAsync(new ChatOptions { Temperature = float.NaN })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Images_of_a_result_and_refusals_are_not_lost()
    {
        ChatMessage[] messages =
        [
            new(ChatRole.Assistant, [new FunctionCallContent("c1", "look")]),
            new(ChatRole.Tool, [new FunctionResultContent("c1", new List<AIContent> { new TextContent("Here"), new DataContent(new byte[] { 1, 2, 3 }, "image/png") })]),
            new(ChatRole.Assistant, [new ErrorContent("No.") { ErrorCode = "Refusal" }]),
        ];
        ProviderCall call = Format.Call();
        string body = await Format.BodyAsync(Answer, messages: messages, call: call);

        Assert.Contains(
            """{"role":"tool","tool_name":"look","tool_call_id":"c1","content":"Here\n[attachment 1 follows in the next message of the user]"},{"role":"user","content":"","images":["AQID"]},{"role":"assistant","content":"No."}]""",
            body,
            StringComparison.Ordinal);
        Assert.Contains("messages: images and files of a function result moved into a message of the user, the format allows only text in a result", call.Report.Changes!);
    }

    [Fact]
    public async Task A_whole_answer_keeps_thought_usage_and_load_time()
    {
        ProviderCall call = Format.Call();
        ChatResponse response = await Format.ChatAsync(Answer, call: call);

        Assert.Equal(("Hello", "Hm"), (response.Text, response.Messages[0].Contents.OfType<TextReasoningContent>().Single().Text));
        Assert.Equal((10, 5, 15), (response.Usage!.InputTokenCount, response.Usage.OutputTokenCount, response.Usage.TotalTokenCount));
        Assert.Equal((ChatFinishReason.Stop, "stop"), (response.FinishReason, call.Report.RawFinishReason));
        Assert.Equal(TimeSpan.FromSeconds(2), response.AdditionalProperties!["ollama.load_duration"]);
    }

    [Theory]
    [InlineData(404, "model 'x' not found, try pulling it first", LlmErrorKind.NotFound)]
    [InlineData(400, "registry.ollama.ai/library/x does not support tools", LlmErrorKind.InvalidRequest)]
    [InlineData(400, "\\\"x\\\" does not support thinking", LlmErrorKind.InvalidRequest)]
    [InlineData(400, "prompt too long; exceeded max context length by 10 tokens", LlmErrorKind.ContextWindowExceeded)]
    [InlineData(503, "server busy, please try again.  maximum pending requests exceeded", LlmErrorKind.Overloaded)]
    [InlineData(500, "model runner has unexpectedly stopped, this may be due to resource limitations", LlmErrorKind.ServerError)]
    [InlineData(500, "model requires more system memory (8 GiB) than is available (2 GiB)", LlmErrorKind.ServerError)]
    [InlineData(401, "unauthorized", LlmErrorKind.Authentication)]
    [InlineData(429, "too many requests", LlmErrorKind.RateLimited)]
    [InlineData(200, "model runner has unexpectedly stopped", LlmErrorKind.ServerError)]
    public async Task An_error_has_the_kind_of_its_row(int status, string message, LlmErrorKind kind) =>
        Assert.Equal(kind, (await Format.FailureAsync(status, $$"""{"error":"{{message}}"}""", "Content-Type: application/json")).Kind);

    [Fact]
    public async Task Embeddings_keep_their_order_and_count()
    {
        var handler = new BytesHandler(Encoding.UTF8.GetBytes("""{"model":"nomic","embeddings":[[0.5,-1],[2,3]],"prompt_eval_count":7}"""));
        var embeddings = (IEmbeddingProvider)Format.Provider(new HttpMessageInvoker(handler)).GetService(typeof(IEmbeddingProvider))!;

        GeneratedEmbeddings<Embedding<float>> result = await embeddings.EmbedAsync(Format.Call(), ["a", "b"], new EmbeddingGenerationOptions { Dimensions = 2 }, CancellationToken.None);

        Assert.Equal("""{"model":"qwen3","input":["a","b"],"dimensions":2}""", handler.LastBody);
        Assert.Equal([2f, 3f], result[1].Vector.ToArray());
        Assert.Equal((7, "nomic"), (result.Usage!.InputTokenCount, result[0].ModelId));
        LlmException few = await Assert.ThrowsAsync<LlmException>(async () => await embeddings.EmbedAsync(Format.Call(), ["a", "b", "c"], null, CancellationToken.None));
        Assert.Equal(LlmErrorKind.InvalidResponse, few.Kind);
    }

    [Theory]
    [InlineData("0.0.0.0", "http://127.0.0.1:11434")]
    [InlineData("myhost", "http://myhost:11434")]
    [InlineData("myhost:8080", "http://myhost:8080")]
    [InlineData(":8080", "http://127.0.0.1:8080")]
    [InlineData("[::]:8080", "http://[::1]:8080")]
    [InlineData("http://myhost", "http://myhost:80")]
    [InlineData("https://ollama.com/", "https://ollama.com")]
    [InlineData("myhost:8080/base", "http://myhost:8080/base")]
    public void The_host_variable_is_read_as_the_server_reads_it(string host, string address) => Assert.Equal(address, OllamaAddress.Of(host));
}

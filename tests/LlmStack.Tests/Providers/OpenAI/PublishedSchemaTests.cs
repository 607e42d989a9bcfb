using System.Text.Json;
using LlmStack.Providers.Http;
using LlmStack.Providers.OpenAI;
using LlmStack.Tests.Support;
using Microsoft.Extensions.AI;
using static LlmStack.Tests.Providers.OpenAI.Wire;

namespace LlmStack.Tests.Providers.OpenAI;

/// <summary>What is sent against the document that OpenAI publishes of its own interface.</summary>
public sealed class PublishedSchemaTests
{
    private static readonly OpenApiSchema Published = OpenApiSchema.Load("openai-requests.json");

    private static readonly JsonElement Schema = JsonDocument.Parse("""{"type":"object","properties":{"city":{"type":"string"}}}""").RootElement.Clone();

    private static readonly AIFunctionDeclaration Weather = AIFunctionFactory.CreateDeclaration("weather", "Tells the weather", Schema);

    private static void Fits(string schema, PooledBuffer body)
    {
        using (body)
        using (var document = JsonDocument.Parse(body.WrittenMemory))
        {
            Assert.Empty(Published.Problems(schema, document.RootElement));
        }
    }

    private static JsonElement Json(string json) => JsonDocument.Parse(json).RootElement.Clone();

    public static TheoryData<string, ChatOptions> Options() => new()
    {
        { "nothing", new ChatOptions() },
        {
            "sampling",
            new ChatOptions { Temperature = 0.5f, TopP = 0.9f, FrequencyPenalty = 1, PresencePenalty = -1, Seed = 7, MaxOutputTokens = 10, StopSequences = ["a", "b"], Instructions = "Be brief" }
        },
        { "a specific tool", new ChatOptions { Tools = [Weather], ToolMode = ChatToolMode.RequireSpecific("weather"), AllowMultipleToolCalls = false } },
        { "any tool", new ChatOptions { Tools = [Weather], ToolMode = ChatToolMode.RequireAny } },
        { "no tool", new ChatOptions { Tools = [Weather], ToolMode = ChatToolMode.None } },
        { "JSON", new ChatOptions { ResponseFormat = ChatResponseFormat.Json } },
        { "text", new ChatOptions { ResponseFormat = ChatResponseFormat.Text } },
        { "a schema", new ChatOptions { ResponseFormat = ChatResponseFormat.ForJsonSchema(Schema, "answer", "An answer"), AdditionalProperties = new() { ["strict"] = true } } },
        { "a strict tool", new ChatOptions { Tools = [AIFunctionFactory.CreateDeclaration("f", "F", Schema)], AdditionalProperties = new() { ["strict"] = true } } },
        {
            "fields of the service",
            new ChatOptions
            {
                AdditionalProperties = new()
                {
                    ["n"] = 2, ["logprobs"] = true, ["top_logprobs"] = 3, ["logit_bias"] = Json("""{"50":-100}"""), ["user"] = "u", ["safety_identifier"] = "s", ["store"] = false,
                    ["metadata"] = Json("""{"a":"b"}"""), ["service_tier"] = "flex", ["prompt_cache_key"] = "k", ["prompt_cache_retention"] = "24h", ["verbosity"] = "low",
                    ["modalities"] = new[] { "text", "audio" }, ["audio"] = Json("""{"voice":"alloy","format":"wav"}"""), ["prediction"] = Json("""{"type":"content","content":"x"}"""),
                    ["web_search_options"] = Json("""{"search_context_size":"low"}"""),
                },
            }
        },
    };

    [Theory]
    [MemberData(nameof(Options))]
    public void Every_option_of_a_chat_fits(string what, ChatOptions options)
    {
        Assert.NotEmpty(what);
        Fits("CreateChatCompletionRequest", ChatRequestWriter.Write(Call(), Hello, options, OpenAIProfile.OpenAI, stream: false));
        Fits("CreateChatCompletionRequest", ChatRequestWriter.Write(Call(), Hello, options, OpenAIProfile.OpenAI, stream: true));
    }

    [Theory]
    [InlineData(ReasoningEffort.None)]
    [InlineData(ReasoningEffort.Low)]
    [InlineData(ReasoningEffort.Medium)]
    [InlineData(ReasoningEffort.High)]
    [InlineData(ReasoningEffort.ExtraHigh)]
    public void Every_effort_fits(ReasoningEffort effort) =>
        Fits("CreateChatCompletionRequest", ChatRequestWriter.Write(Call("gpt-5.4-mini"), Hello, new ChatOptions { Instructions = "I", Reasoning = new() { Effort = effort } }, OpenAIProfile.OpenAI, stream: false));

    [Fact]
    public void Every_content_of_a_conversation_fits()
    {
        ChatMessage[] messages =
        [
            new(ChatRole.System, "Be brief"),
            new(ChatRole.User,
            [
                new TextContent("Look"),
                new DataContent(new byte[] { 1, 2, 3 }, "image/png") { AdditionalProperties = new() { ["detail"] = "low" } },
                new UriContent("https://example.com/a.png", "image/png"),
                new DataContent(new byte[] { 1 }, "audio/wav"),
                new DataContent(new byte[] { 1 }, "application/pdf") { Name = "a.pdf" },
                new HostedFileContent("file-1"),
            ]) { AuthorName = "Ann" },
            new(ChatRole.Assistant, [new TextContent("a"), new FunctionCallContent("t1", "weather", new Dictionary<string, object?> { ["city"] = "Köln" }), new FunctionCallContent("t2", "weather")]),
            new(ChatRole.Tool, [new FunctionResultContent("t1", new AIContent[] { new TextContent("sunny"), new DataContent(new byte[] { 1 }, "image/png") }), new FunctionResultContent("t2", null)]),
            new(ChatRole.Assistant, [new ErrorContent("No.") { ErrorCode = "Refusal" }]),
            new(ChatRole.Assistant, [new TextContent("Hi"), new DataContent(new byte[] { 1 }, "audio/wav") { AdditionalProperties = new() { ["audio_id"] = "au1" } }]),
            new(ChatRole.User, "And?"),
        ];
        Fits("CreateChatCompletionRequest", ChatRequestWriter.Write(Call(), messages, null, OpenAIProfile.OpenAI, stream: false));
    }

    [Fact]
    public void Completions_and_embeddings_fit()
    {
        var completion = new TextCompletionOptions
        {
            MaxOutputTokens = 5,
            Temperature = 1,
            TopP = 1,
            FrequencyPenalty = 0,
            PresencePenalty = 0,
            Seed = 1,
            StopSequences = ["x"],
            Suffix = "s",
            Echo = true,
            AdditionalProperties = new() { ["best_of"] = 2, ["logprobs"] = 5, ["n"] = 2 },
        };
        Fits("CreateCompletionRequest", CompletionRequestWriter.Write(Call("gpt-3.5-turbo-instruct"), "p", completion, OpenAIProfile.OpenAI, stream: false));
        Fits("CreateCompletionRequest", CompletionRequestWriter.Write(Call("gpt-3.5-turbo-instruct"), "p", null, OpenAIProfile.OpenAI, stream: true));
        Fits("CreateEmbeddingRequest", EmbeddingRequestWriter.Write(Call("text-embedding-3-small"), ["a", "b"], new EmbeddingGenerationOptions { Dimensions = 8, AdditionalProperties = new() { ["user"] = "u" } }, OpenAIProfile.OpenAI));
    }

    [Theory]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"a"}],"top_k":3}""", "$.top_k is no field")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"a"}],"temperature":3}""", "$.temperature exceeds maximum 2")]
    [InlineData("""{"model":"m","messages":[]}""", "$.messages exceeds minItems 1")]
    [InlineData("""{"messages":[{"role":"user","content":"a"}]}""", "$.model is missing")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":[{"type":"text","txt":"a"}]}]}""", "$.messages[0].content is Array")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"a"}],"verbosity":"loud"}""", "$.verbosity is loud")]
    public void The_check_sees_what_does_not_fit(string body, string problem) =>
        Assert.Contains(problem, string.Join('\n', Published.Problems("CreateChatCompletionRequest", Json(body))), StringComparison.Ordinal);
}

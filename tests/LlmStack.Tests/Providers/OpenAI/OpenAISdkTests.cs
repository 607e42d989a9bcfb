using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text;
using System.Text.Json;
using LlmStack.Providers;
using LlmStack.Tests.Providers.OpenAI.Responses;
using Microsoft.Extensions.AI;
using OpenAI;
using OpenAI.Chat;
using OpenAI.Embeddings;
using OpenAI.Responses;
using static LlmStack.Tests.Providers.OpenAI.Wire;
using ChatMessage = Microsoft.Extensions.AI.ChatMessage;
using ChatResponseFormat = Microsoft.Extensions.AI.ChatResponseFormat;
using EmbeddingGenerationOptions = Microsoft.Extensions.AI.EmbeddingGenerationOptions;
using Sdk = global::OpenAI.Chat;
using SdkEmbeddings = global::OpenAI.Embeddings;

#pragma warning disable OPENAI001, OPENAICUA001 // Parts of the SDK that are still experimental.

namespace LlmStack.Tests.Providers.OpenAI;

/// <summary>What is sent is what the vendor's SDK sends for the same wish, member by member; and what its types read of an answer is what comes out here.</summary>
public sealed class OpenAISdkTests
{
    private const string ChatAnswer = """{"id":"chatcmpl-1","object":"chat.completion","created":1700000000,"model":"gpt-4.1","choices":[{"index":0,"message":{"role":"assistant","content":"Grüße","refusal":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}}]},"finish_reason":"tool_calls","logprobs":null}],"usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15,"prompt_tokens_details":{"cached_tokens":4,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":2}},"system_fingerprint":"fp"}""";

    private const string EmbeddingAnswer = """{"object":"list","model":"text-embedding-3-small","data":[{"object":"embedding","index":0,"embedding":"AACAPwAAAEA="}],"usage":{"prompt_tokens":2,"total_tokens":2}}""";

    private static readonly JsonElement Schema = RichChats.Json("""{"type":"object","properties":{"city":{"type":"string"}}}""");

    private static readonly AIFunctionDeclaration Weather = AIFunctionFactory.CreateDeclaration("weather", "Tells the weather", Schema);

    private static readonly byte[] Bytes = [1, 2, 3];

    [Fact]
    public async Task A_conversation_is_sent_as_the_SDK_sends_it()
    {
        ChatMessage[] ours =
        [
            new(ChatRole.System, "Be brief"),
            new(ChatRole.User,
            [
                new TextContent("Look"),
                new DataContent(Bytes, "image/png") { AdditionalProperties = new() { ["detail"] = "low" } },
                new UriContent("https://example.com/a.png", "image/png"),
                new DataContent(Bytes, "audio/wav"),
                new DataContent(Bytes, "application/pdf") { Name = "a.pdf" },
                new HostedFileContent("file-1"),
            ]) { AuthorName = "Ann" },
            new(ChatRole.Assistant, [new TextContent("a"), new FunctionCallContent("t1", "weather", new Dictionary<string, object?> { ["city"] = "Köln" }), new FunctionCallContent("t2", "weather")]),
            new(ChatRole.Tool, [new FunctionResultContent("t1", "sunny"), new FunctionResultContent("t2", Schema)]),
            new(ChatRole.Assistant, [new ErrorContent("No.") { ErrorCode = "Refusal" }]),
            new(ChatRole.User, "And?"),
        ];
        var refusal = new AssistantChatMessage("") { Refusal = "No." };
        refusal.Content.Clear();
        Sdk.ChatMessage[] theirs =
        [
            new SystemChatMessage("Be brief"),
            new UserChatMessage(
                ChatMessageContentPart.CreateTextPart("Look"),
                ChatMessageContentPart.CreateImagePart(BinaryData.FromBytes(Bytes), "image/png", ChatImageDetailLevel.Low),
                ChatMessageContentPart.CreateImagePart(new Uri("https://example.com/a.png")),
                ChatMessageContentPart.CreateInputAudioPart(BinaryData.FromBytes(Bytes), ChatInputAudioFormat.Wav),
                ChatMessageContentPart.CreateFilePart(BinaryData.FromBytes(Bytes), "application/pdf", "a.pdf"),
                ChatMessageContentPart.CreateFilePart("file-1")) { ParticipantName = "Ann" },
            new AssistantChatMessage([ChatToolCall.CreateFunctionToolCall("t1", "weather", BinaryData.FromString("""{"city":"Köln"}""")), ChatToolCall.CreateFunctionToolCall("t2", "weather", BinaryData.FromString("{}"))]) { Content = { ChatMessageContentPart.CreateTextPart("a") } },
            new ToolChatMessage("t1", "sunny"),
            new ToolChatMessage("t2", Schema.GetRawText()),
            refusal,
            new UserChatMessage("And?"),
        ];

        await SameChatAsync(ours, null, theirs, new ChatCompletionOptions());
    }

    [Fact]
    public async Task Options_are_sent_as_the_SDK_sends_them()
    {
        var ours = new ChatOptions
        {
            Temperature = 0.5f,
            TopP = 0.25f,
            FrequencyPenalty = 0.5f,
            PresencePenalty = -0.5f,
            Seed = 7,
            MaxOutputTokens = 10,
            StopSequences = ["a", "b"],
            Tools = [Weather],
            ToolMode = ChatToolMode.RequireSpecific("weather"),
            AllowMultipleToolCalls = false,
            ResponseFormat = ChatResponseFormat.ForJsonSchema(Schema, "answer", "An answer"),
            AdditionalProperties = new()
            {
                ["logprobs"] = true,
                ["top_logprobs"] = 3,
                ["logit_bias"] = RichChats.Json("""{"50":-100}"""),
                ["user"] = "u",
                ["store"] = false,
                ["metadata"] = RichChats.Json("""{"a":"b"}"""),
                ["service_tier"] = "default",
                ["safety_identifier"] = "s",
            },
        };
        var theirs = new ChatCompletionOptions
        {
            Temperature = 0.5f,
            TopP = 0.25f,
            FrequencyPenalty = 0.5f,
            PresencePenalty = -0.5f,
            Seed = 7,
            MaxOutputTokenCount = 10,
            StopSequences = { "a", "b" },
            Tools = { ChatTool.CreateFunctionTool("weather", "Tells the weather", BinaryData.FromString(Schema.GetRawText())) },
            ToolChoice = ChatToolChoice.CreateFunctionChoice("weather"),
            AllowParallelToolCalls = false,
            ResponseFormat = Sdk.ChatResponseFormat.CreateJsonSchemaFormat("answer", BinaryData.FromString(Schema.GetRawText()), "An answer"),
            IncludeLogProbabilities = true,
            TopLogProbabilityCount = 3,
            LogitBiases = { [50] = -100 },
            EndUserId = "u",
            StoredOutputEnabled = false,
            Metadata = { ["a"] = "b" },
            ServiceTier = ChatServiceTier.Default,
            SafetyIdentifier = "s",
        };

        await SameChatAsync(Hello, ours, [new UserChatMessage("Hello")], theirs);
    }

    [Theory]
    [InlineData("auto")]
    [InlineData("none")]
    [InlineData("required")]
    public async Task Choices_among_tools_and_formats_are_sent_as_the_SDK_sends_them(string choice)
    {
        var ours = new ChatOptions
        {
            Tools = [Weather],
            ToolMode = choice switch { "auto" => ChatToolMode.Auto, "none" => ChatToolMode.None, _ => ChatToolMode.RequireAny },
            ResponseFormat = choice == "none" ? ChatResponseFormat.Json : null,
            Reasoning = new() { Effort = ReasoningEffort.High },
        };
        var theirs = new ChatCompletionOptions
        {
            Tools = { ChatTool.CreateFunctionTool("weather", "Tells the weather", BinaryData.FromString(Schema.GetRawText())) },
            ToolChoice = choice switch { "auto" => ChatToolChoice.CreateAutoChoice(), "none" => ChatToolChoice.CreateNoneChoice(), _ => ChatToolChoice.CreateRequiredChoice() },
            ResponseFormat = choice == "none" ? Sdk.ChatResponseFormat.CreateJsonObjectFormat() : null,
            ReasoningEffortLevel = ChatReasoningEffortLevel.High,
        };

        await SameChatAsync(Hello, ours, [new UserChatMessage("Hello")], theirs, "o3");
    }

    [Fact]
    public async Task Responses_are_asked_for_as_the_SDK_asks()
    {
        ChatMessage[] ours =
        [
            new(ChatRole.User, [new TextContent("Look"), new DataContent(Bytes, "image/png"), new UriContent("https://example.com/a.png", "image/png"), new DataContent(Bytes, "application/pdf") { Name = "a.pdf" }, new HostedFileContent("file-1")]),
            new(ChatRole.Assistant, [new FunctionCallContent("call_1", "weather", new Dictionary<string, object?> { ["city"] = "Köln" })]),
            new(ChatRole.Tool, [new FunctionResultContent("call_1", "sunny")]),
            new(ChatRole.User, "And?"),
        ];
        var options = new ChatOptions
        {
            Instructions = "Be brief",
            MaxOutputTokens = 100,
            Tools = [Weather, new HostedWebSearchTool()],
            ToolMode = ChatToolMode.RequireSpecific("weather"),
            AllowMultipleToolCalls = false,
            Reasoning = new() { Effort = ReasoningEffort.Low, Output = ReasoningOutput.Summary },
            ResponseFormat = ChatResponseFormat.ForJsonSchema(Schema, "answer"),
            AdditionalProperties = new() { ["metadata"] = RichChats.Json("""{"a":"b"}"""), ["truncation"] = "auto", ["safety_identifier"] = "s" },
        };
        var theirs = new CreateResponseOptions("gpt-5.4",
        [
            ResponseItem.CreateUserMessageItem(
            [
                ResponseContentPart.CreateInputTextPart("Look"),
                ResponseContentPart.CreateInputImagePart(BinaryData.FromBytes(Bytes, "image/png"), ResponseImageDetailLevel.Auto),
                ResponseContentPart.CreateInputImagePart(new Uri("https://example.com/a.png"), ResponseImageDetailLevel.Auto),
                ResponseContentPart.CreateInputFilePart(BinaryData.FromBytes(Bytes), "application/pdf", "a.pdf"),
                ResponseContentPart.CreateInputFilePart("file-1"),
            ]),
            ResponseItem.CreateFunctionCallItem("call_1", "weather", BinaryData.FromString("""{"city":"Köln"}""")),
            ResponseItem.CreateFunctionCallOutputItem("call_1", "sunny"),
            ResponseItem.CreateUserMessageItem("And?"),
        ])
        {
            Instructions = "Be brief",
            MaxOutputTokenCount = 100,
            Tools = { ResponseTool.CreateFunctionTool("weather", BinaryData.FromString(Schema.GetRawText()), strictModeEnabled: false, "Tells the weather"), ResponseTool.CreateWebSearchTool() },
            ToolChoice = ResponseToolChoice.CreateFunctionChoice("weather"),
            ParallelToolCallsEnabled = false,
            StoredOutputEnabled = false,
            IncludedProperties = { IncludedResponseProperty.ReasoningEncryptedContent },
            ReasoningOptions = new() { ReasoningEffortLevel = ResponseReasoningEffortLevel.Low, ReasoningSummaryVerbosity = ResponseReasoningSummaryVerbosity.Auto },
            TextOptions = new() { TextFormat = ResponseTextFormat.CreateJsonSchemaFormat("answer", BinaryData.FromString(Schema.GetRawText()), jsonSchemaIsStrict: false) },
            Metadata = { ["a"] = "b" },
            TruncationMode = ResponseTruncationMode.Auto,
            SafetyIdentifier = "s",
        };
        var handler = new BytesHandler(Encoding.UTF8.GetBytes(ResponsesWire.Answer));
        await new ResponsesClient(new ApiKeyCredential("k"), Over<ResponsesClientOptions>(handler)).CreateResponseAsync(theirs);

        AssertSame(handler.LastBody!, await ResponsesWire.Format.BodyAsync(ResponsesWire.Answer, options, ours));
    }

    [Fact]
    public async Task Embeddings_are_asked_for_as_the_SDK_asks_and_read_as_it_reads()
    {
        var theirs = new BytesHandler(Encoding.UTF8.GetBytes(EmbeddingAnswer));
        OpenAIEmbeddingCollection expected = await new EmbeddingClient("text-embedding-3-small", new ApiKeyCredential("k"), Over<OpenAIClientOptions>(theirs))
            .GenerateEmbeddingsAsync(["a"], new SdkEmbeddings.EmbeddingGenerationOptions { Dimensions = 2, EndUserId = "u" });
        var ours = new BytesHandler(Encoding.UTF8.GetBytes(EmbeddingAnswer));
        var provider = (IEmbeddingProvider)Provider(new HttpMessageInvoker(ours)).GetService(typeof(IEmbeddingProvider))!;
        GeneratedEmbeddings<Embedding<float>> actual = await provider.EmbedAsync(Call("text-embedding-3-small"), ["a"], new EmbeddingGenerationOptions { Dimensions = 2, AdditionalProperties = new() { ["user"] = "u" } }, CancellationToken.None);

        AssertSame(theirs.LastBody!, ours.LastBody!);
        Assert.Equal(expected[0].ToFloats().ToArray(), actual[0].Vector.ToArray());
        Assert.Equal((expected.Usage.InputTokenCount, expected.Model), ((int)actual.Usage!.InputTokenCount!, actual[0].ModelId));
    }

    [Fact]
    public async Task An_answer_is_read_as_the_types_read_it()
    {
        ChatCompletion expected = ModelReaderWriter.Read<ChatCompletion>(BinaryData.FromString(ChatAnswer))!;
        ProviderCall call = Call();
        ChatResponse actual = await Provider(new HttpMessageInvoker(new BytesHandler(Encoding.UTF8.GetBytes(ChatAnswer)))).ChatAsync(call, Hello, null, CancellationToken.None);
        FunctionCallContent function = actual.Messages[0].Contents.OfType<FunctionCallContent>().Single();

        Assert.Equal((expected.Id, expected.Model, expected.CreatedAt), (actual.ResponseId, actual.ModelId, actual.CreatedAt));
        Assert.Equal((expected.Content[0].Text, expected.ToolCalls[0].Id, expected.ToolCalls[0].FunctionName), (actual.Text, function.CallId, function.Name));
        Assert.Equal(JsonDocument.Parse(expected.ToolCalls[0].FunctionArguments).RootElement.GetProperty("x").GetInt32(), Assert.IsType<JsonElement>(function.Arguments!["x"]).GetInt32());
        Assert.Equal((Sdk.ChatFinishReason.ToolCalls, global::Microsoft.Extensions.AI.ChatFinishReason.ToolCalls), (expected.FinishReason, actual.FinishReason));
        Assert.Equal(
            (expected.Usage.InputTokenCount, expected.Usage.OutputTokenCount, expected.Usage.TotalTokenCount, expected.Usage.InputTokenDetails.CachedTokenCount, expected.Usage.OutputTokenDetails.ReasoningTokenCount),
            ((int)actual.Usage!.InputTokenCount!, (int)actual.Usage.OutputTokenCount!, (int)actual.Usage.TotalTokenCount!, (int)actual.Usage.CachedInputTokenCount!, (int)actual.Usage.ReasoningTokenCount!));
    }

    [Fact]
    public void The_check_sees_what_differs()
    {
        Assert.ThrowsAny<Exception>(static () => AssertSame("""{"a":1}""", """{"a":1,"b":2}"""));
        Assert.ThrowsAny<Exception>(static () => AssertSame("""{"a":1,"b":2}""", """{"a":1}"""));
        Assert.ThrowsAny<Exception>(static () => AssertSame("""{"a":[1,2]}""", """{"a":[2,1]}"""));
    }

    private static async Task SameChatAsync(IReadOnlyList<ChatMessage> ours, ChatOptions? options, IReadOnlyList<Sdk.ChatMessage> theirs, ChatCompletionOptions theirOptions, string model = "gpt-4.1")
    {
        var sdk = new BytesHandler(Encoding.UTF8.GetBytes(ChatAnswer));
        await new Sdk.ChatClient(model, new ApiKeyCredential("k"), Over<OpenAIClientOptions>(sdk)).CompleteChatAsync(theirs, theirOptions);
        var handler = new BytesHandler(Encoding.UTF8.GetBytes(ChatAnswer));
        await Provider(new HttpMessageInvoker(handler)).ChatAsync(Call(model), ours, options, CancellationToken.None);

        AssertSame(sdk.LastBody!, handler.LastBody!);
    }

    private static T Over<T>(HttpMessageHandler handler)
        where T : ClientPipelineOptions, new() => new() { Transport = new HttpClientPipelineTransport(new HttpClient(handler)) };

    private static void AssertSame(string expected, string actual) =>
        Assert.True(JsonElement.DeepEquals(RichChats.Json(expected), RichChats.Json(actual)), $"SDK:  {expected}\nOurs: {actual}");
}

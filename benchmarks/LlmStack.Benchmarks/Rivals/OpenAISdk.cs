using System.ClientModel;
using System.ClientModel.Primitives;
using LlmStack.Benchmarks.Canned;
using Microsoft.Extensions.AI;
using OpenAI;

namespace LlmStack.Benchmarks.Rivals;

/// <summary>Microsoft.Extensions.AI over the OpenAI SDK.</summary>
internal static class OpenAISdk
{
    public static readonly Uri DefaultAddress = new("https://api.openai.example/v1/");

    public static IChatClient Chat(HttpMessageHandler handler, Uri? address = null) =>
        Client(handler, address).GetChatClient(Conversation.ChatModel).AsIChatClient();

    /// <summary>The same with its telemetry, content included; <paramref name="source"/> must be listened to.</summary>
    public static IChatClient TracedChat(HttpMessageHandler handler, string source, Uri? address = null) =>
        Chat(handler, address).AsBuilder().UseOpenTelemetry(sourceName: source, configure: static client => client.EnableSensitiveData = true).Build();

    public static IEmbeddingGenerator<string, Embedding<float>> Embeddings(HttpMessageHandler handler) =>
        Client(handler, null).GetEmbeddingClient(Conversation.EmbeddingModel).AsIEmbeddingGenerator();

    private static OpenAIClient Client(HttpMessageHandler handler, Uri? address) => new(
        new ApiKeyCredential(Conversation.ApiKey),
        new OpenAIClientOptions
        {
            Endpoint = address ?? DefaultAddress,
            Transport = new HttpClientPipelineTransport(new HttpClient(handler)),
        });
}

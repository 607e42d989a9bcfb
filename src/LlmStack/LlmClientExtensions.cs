using Microsoft.Extensions.AI;

namespace LlmStack;

/// <summary>Other faces of <see cref="ILlmClient"/>.</summary>
public static class LlmClientExtensions
{
    /// <summary>The client as an <see cref="IChatClient"/> that asks <paramref name="group"/>.</summary>
    /// <param name="client">The client.</param>
    /// <param name="group">Group, alias or <c>provider/model</c>.</param>
    public static IChatClient AsIChatClient(this ILlmClient client, string group) => new Seam(client, group);

    /// <summary>The client as an embedding generator that asks <paramref name="group"/>.</summary>
    /// <param name="client">The client.</param>
    /// <param name="group">Group, alias or <c>provider/model</c>.</param>
    public static IEmbeddingGenerator<string, Embedding<float>> AsIEmbeddingGenerator(this ILlmClient client, string group) => new Seam(client, group);

    private sealed class Seam(ILlmClient client, string group) : IChatClient, IEmbeddingGenerator<string, Embedding<float>>
    {
        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) => client.ChatAsync(group, messages, options, cancellationToken);

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) => client.ChatStreamingAsync(group, messages, options, cancellationToken);

        public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default) => client.EmbedAsync(group, values, options, cancellationToken);

        public object? GetService(Type serviceType, object? serviceKey = null) => serviceType.IsInstanceOfType(this) ? this : null;

        public void Dispose()
        {
        }
    }
}

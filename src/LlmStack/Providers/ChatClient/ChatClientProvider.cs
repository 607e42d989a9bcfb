using Microsoft.Extensions.AI;

namespace LlmStack.Providers.ChatClient;

/// <summary>Any <see cref="IChatClient"/> and/or <see cref="IEmbeddingGenerator"/> as a provider.</summary>
internal sealed class ChatClientProvider(string name, IChatClient? chatClient, IEmbeddingGenerator<string, Embedding<float>>? embeddingGenerator) : ILlmProvider
{
    public string Name { get; } = name;

    public IChatClient? ChatClient { get; } = chatClient;

    public IEmbeddingGenerator<string, Embedding<float>>? EmbeddingGenerator { get; } = embeddingGenerator;

    public ValueTask<ChatResponse> ChatAsync(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken) => throw new NotSupportedException("seam");

    public IAsyncEnumerable<ChatResponseUpdate> ChatStreamingAsync(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken) => throw new NotSupportedException("seam");

    public object? GetService(Type serviceType) => serviceType.IsInstanceOfType(this) ? this : null;
}

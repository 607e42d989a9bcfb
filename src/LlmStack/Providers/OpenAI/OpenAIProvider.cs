using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI;

/// <summary>OpenAI's chat completions, completions and embeddings, and the <c>/rerank</c> of compatible servers.</summary>
internal sealed class OpenAIProvider(ProviderSetup setup) : ILlmProvider
{
    public ProviderSetup Setup { get; } = setup;

    public ValueTask<ChatResponse> ChatAsync(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken) => throw new NotSupportedException("seam");

    public IAsyncEnumerable<ChatResponseUpdate> ChatStreamingAsync(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken) => throw new NotSupportedException("seam");

    public object? GetService(Type serviceType) => serviceType.IsInstanceOfType(this) ? this : null;
}

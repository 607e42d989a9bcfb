using LlmStack.Providers;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Support;

/// <summary>A provider that is only routed to, never called.</summary>
internal sealed class StubProvider(params Type[] faces) : ILlmProvider, IEmbeddingProvider
{
    public int MaxBatchSize => 16;

    public ValueTask<ChatResponse> ChatAsync(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("Routing must not call a provider.");

    public IAsyncEnumerable<ChatResponseUpdate> ChatStreamingAsync(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("Routing must not call a provider.");

    public ValueTask<GeneratedEmbeddings<Embedding<float>>> EmbedAsync(ProviderCall call, IReadOnlyList<string> inputs, EmbeddingGenerationOptions? options, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("Routing must not call a provider.");

    public object? GetService(Type serviceType) => Array.IndexOf(faces, serviceType) >= 0 ? this : null;
}

using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Calls;

/// <summary>What a test of an application puts in the client's place.</summary>
internal sealed class SubstituteClient : ILlmClient
{
    public Task<ChatResponse> ChatAsync(string model, IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public IAsyncEnumerable<ChatResponseUpdate> ChatStreamingAsync(string model, IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<GeneratedEmbeddings<Embedding<float>>> EmbedAsync(string model, IEnumerable<string> inputs, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<TextCompletion> CompleteAsync(string model, string prompt, TextCompletionOptions? options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public IAsyncEnumerable<TextCompletionUpdate> CompleteStreamingAsync(string model, string prompt, TextCompletionOptions? options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<RerankResponse> RerankAsync(string model, string query, IReadOnlyList<string> documents, RerankOptions? options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public object? GetService(Type serviceType, object? serviceKey = null) => null;
}

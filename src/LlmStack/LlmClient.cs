using LlmStack.Calls;
using Microsoft.Extensions.AI;

namespace LlmStack;

/// <summary>Checks arguments and hands every operation to the one request path.</summary>
internal sealed class LlmClient(CallRunner runner, IServiceProvider services) : ILlmClient
{
    public Task<ChatResponse> ChatAsync(string model, IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException("seam" + runner.Parts.Length + services);

    public IAsyncEnumerable<ChatResponseUpdate> ChatStreamingAsync(string model, IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException("seam");

    public Task<GeneratedEmbeddings<Embedding<float>>> EmbedAsync(string model, IEnumerable<string> inputs, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException("seam");

    public Task<TextCompletion> CompleteAsync(string model, string prompt, TextCompletionOptions? options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException("seam");

    public IAsyncEnumerable<TextCompletionUpdate> CompleteStreamingAsync(string model, string prompt, TextCompletionOptions? options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException("seam");

    public Task<RerankResponse> RerankAsync(string model, string query, IReadOnlyList<string> documents, RerankOptions? options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException("seam");

    public object? GetService(Type serviceType, object? serviceKey = null) => throw new NotSupportedException("seam");
}

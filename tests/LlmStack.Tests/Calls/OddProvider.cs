using LlmStack.Providers;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Calls;

/// <summary>A provider of one's own that does what a well-behaved one would not.</summary>
internal sealed class OddProvider : ILlmProvider
{
    public Func<CancellationToken, IAsyncEnumerable<ChatResponseUpdate>>? Stream { get; init; }

    public Func<ProviderCall, CancellationToken, ValueTask<ChatResponse>>? Chat { get; init; }

    public ValueTask<ChatResponse> ChatAsync(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken) =>
        Chat!(call, cancellationToken);

    public IAsyncEnumerable<ChatResponseUpdate> ChatStreamingAsync(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken) =>
        Stream!(cancellationToken);

    public object? GetService(Type serviceType) => null;
}

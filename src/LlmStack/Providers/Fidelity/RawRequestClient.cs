using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Fidelity;

/// <summary>What a <see cref="ChatOptions.RawRepresentationFactory"/> is called with: it can ask for services and cannot call.</summary>
internal sealed class RawRequestClient(ILlmProvider provider) : IChatClient
{
    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) => throw Misuse();

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) => throw Misuse();

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null : serviceType.IsInstanceOfType(this) ? this : provider.GetService(serviceType);
    }

    public void Dispose()
    {
    }

    private static InvalidOperationException Misuse() => new("A RawRepresentationFactory makes the request's fields; it cannot call the provider.");
}

using Microsoft.Extensions.AI;

namespace LlmStack.Calls;

/// <summary>A group as an <see cref="IChatClient"/>. Holds only the name, so a changed configuration is seen at once.</summary>
internal sealed class ChatClientAdapter(ILlmClient client, string model) : IChatClient
{
    private readonly ChatClientMetadata _metadata = new("llmstack", providerUri: null, model);

    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ChatResponse response = await client.ChatAsync(options?.ModelId ?? model, messages, options, cancellationToken).ConfigureAwait(false);

        // Function invocation adds the usage of its later rounds onto the first answer's object; the route's must not grow with it.
        response.GetRoute()?.DetachUsage();
        return response;
    }

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        client.ChatStreamingAsync(options?.ModelId ?? model, messages, options, cancellationToken);

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        if (serviceKey is null)
        {
            if (serviceType == typeof(ChatClientMetadata))
            {
                return _metadata;
            }

            if (serviceType.IsInstanceOfType(this))
            {
                return this;
            }
        }

        return client.GetService(serviceType, serviceKey);
    }

    public void Dispose()
    {
        // The client belongs to the container, not to this name for it.
    }
}

using LlmStack.Providers;
using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Benchmarks.Subjects;

/// <summary>Our own plain call: the adapter without routing, limits, health and traces, its call object reused as the request path reuses it.</summary>
internal sealed class PlainProvider(ProviderEntry entry, WireFormat format)
{
    private readonly ProviderCall _chat = new(format.ChatModel, entry.Credential);
    private readonly ProviderCall _embeddings = new(format.EmbeddingModel, entry.Credential);

    public ValueTask<ChatResponse> ChatAsync(IReadOnlyList<ChatMessage> messages, ChatOptions options)
    {
        _chat.Report.Reset();
        return entry.Provider.ChatAsync(_chat, messages, options, CancellationToken.None);
    }

    public IAsyncEnumerable<ChatResponseUpdate> ChatStreamingAsync(IReadOnlyList<ChatMessage> messages, ChatOptions options)
    {
        _chat.Report.Reset();
        return entry.Provider.ChatStreamingAsync(_chat, messages, options, CancellationToken.None);
    }

    /// <summary>As above, with a call object of its own, for streams that are open at the same time.</summary>
    public IAsyncEnumerable<ChatResponseUpdate> ChatStreamingAsync(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions options) =>
        entry.Provider.ChatStreamingAsync(call, messages, options, CancellationToken.None);

    public ProviderCall NewChatCall() => new(format.ChatModel, entry.Credential);

    public ValueTask<GeneratedEmbeddings<Embedding<float>>> EmbedAsync(IReadOnlyList<string> inputs)
    {
        _embeddings.Report.Reset();
        return entry.Embeddings!.EmbedAsync(_embeddings, inputs, null, CancellationToken.None);
    }
}

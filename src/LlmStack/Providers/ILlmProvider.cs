using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers;

/// <summary>Speaks one wire format: one attempt, no retry, no routing, no tracing.</summary>
/// <remarks>
/// Thread-safe. Failures are thrown as <see cref="LlmException"/> with a kind; an <see cref="OperationCanceledException"/>
/// is only for the token that was passed. A streaming call ends normally only after the format's terminal event.
/// Operations beside chat are offered by implementing <see cref="IEmbeddingProvider"/>, <see cref="ITextCompletionProvider"/>
/// or <see cref="IRerankProvider"/>, found by <see cref="GetService"/>.
/// </remarks>
[Experimental("LLMSTACK001")]
public interface ILlmProvider
{
    /// <summary>Sends a conversation and returns the whole answer.</summary>
    /// <param name="call">The attempt: model, credential, timeouts, where to capture content and report facts.</param>
    /// <param name="messages">The conversation.</param>
    /// <param name="options">Options, already free of routing wishes; not to be modified.</param>
    /// <param name="cancellationToken">Cancels the attempt.</param>
    ValueTask<ChatResponse> ChatAsync(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken);

    /// <summary>Sends a conversation and streams the answer.</summary>
    /// <inheritdoc cref="ChatAsync"/>
    IAsyncEnumerable<ChatResponseUpdate> ChatStreamingAsync(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken);

    /// <summary>Gives another face of the provider, for instance <see cref="IEmbeddingProvider"/>; null when it has none.</summary>
    /// <param name="serviceType">The type asked for.</param>
    object? GetService(Type serviceType);
}

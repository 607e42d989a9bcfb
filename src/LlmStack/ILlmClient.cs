using Microsoft.Extensions.AI;

namespace LlmStack;

/// <summary>
/// One client over every provider. <c>model</c> is the name of a model group, an alias, or <c>provider/model</c>;
/// the router decides who serves the call.
/// </summary>
/// <remarks>
/// Thread-safe; one instance serves the whole process. Failures surface as <see cref="LlmException"/>; the caller's own
/// cancellation surfaces as <see cref="OperationCanceledException"/> with the caller's token.
/// </remarks>
public interface ILlmClient
{
    /// <summary>Sends a conversation and returns the whole answer.</summary>
    /// <param name="model">Group, alias or <c>provider/model</c>. Wins over <see cref="ChatOptions.ModelId"/>.</param>
    /// <param name="messages">The conversation; at least one message. Enumerated once; a list is not to be changed while the call runs.</param>
    /// <param name="options">Options of the call, or null for the provider's defaults. Never modified.</param>
    /// <param name="cancellationToken">Cancels the call and closes the connection.</param>
    /// <exception cref="LlmException">No deployment could serve the call; <see cref="LlmException.Kind"/> says why.</exception>
    Task<ChatResponse> ChatAsync(string model, IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Sends a conversation and streams the answer as it is produced.</summary>
    /// <remarks>
    /// Nothing is sent before the enumeration starts. A failure before the first content moves on to another deployment;
    /// after it the stream fails with <see cref="LlmErrorKind.StreamInterrupted"/>. A stream that ends without its terminal
    /// event is an error. Breaking off the enumeration closes the connection.
    /// </remarks>
    /// <inheritdoc cref="ChatAsync"/>
    IAsyncEnumerable<ChatResponseUpdate> ChatStreamingAsync(string model, IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Turns texts into vectors, one for each input, in the order of the inputs.</summary>
    /// <param name="model">Group, alias or <c>provider/model</c>.</param>
    /// <param name="inputs">The texts; at least one. Enumerated once.</param>
    /// <param name="options">Options of the call, or null.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="LlmException">No deployment could serve the call.</exception>
    Task<GeneratedEmbeddings<Embedding<float>>> EmbedAsync(string model, IEnumerable<string> inputs, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Continues a plain text (the completions operation of base models).</summary>
    /// <param name="model">Group, alias or <c>provider/model</c>.</param>
    /// <param name="prompt">The text to continue; not empty.</param>
    /// <param name="options">Options of the call, or null.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="LlmException">No deployment could serve the call.</exception>
    Task<TextCompletion> CompleteAsync(string model, string prompt, TextCompletionOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Continues a plain text and streams the continuation.</summary>
    /// <inheritdoc cref="CompleteAsync"/>
    IAsyncEnumerable<TextCompletionUpdate> CompleteStreamingAsync(string model, string prompt, TextCompletionOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Orders documents by their relevance to a query.</summary>
    /// <param name="model">Group, alias or <c>provider/model</c>.</param>
    /// <param name="query">The query; not empty.</param>
    /// <param name="documents">The documents; at least one.</param>
    /// <param name="options">Options of the call, or null.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="LlmException">No deployment could serve the call.</exception>
    Task<RerankResponse> RerankAsync(string model, string query, IReadOnlyList<string> documents, RerankOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Gives access to a service behind the client, for instance <c>ILlmRouter</c>; null when there is none.</summary>
    /// <param name="serviceType">The type asked for.</param>
    /// <param name="serviceKey">An optional key.</param>
    object? GetService(Type serviceType, object? serviceKey = null);
}

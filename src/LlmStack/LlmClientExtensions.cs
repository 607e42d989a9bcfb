using System.Diagnostics.CodeAnalysis;
using LlmStack.Calls;
using Microsoft.Extensions.AI;

namespace LlmStack;

/// <summary>Shorter ways to call, and the adapters to Microsoft.Extensions.AI.</summary>
public static class LlmClientExtensions
{
    /// <summary>Asks one question.</summary>
    /// <param name="client">The client.</param>
    /// <param name="model">Group, alias or <c>provider/model</c>.</param>
    /// <param name="prompt">The question, sent as one user message; not empty.</param>
    /// <param name="options">Options of the call, or null.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="LlmException">No deployment could serve the call.</exception>
    public static Task<ChatResponse> ChatAsync(this ILlmClient client, string model, string prompt, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        return client.ChatAsync(model, Single(prompt), options, cancellationToken);
    }

    /// <summary>Asks one question and streams the answer.</summary>
    /// <inheritdoc cref="ChatAsync(ILlmClient, string, string, ChatOptions?, CancellationToken)"/>
    public static IAsyncEnumerable<ChatResponseUpdate> ChatStreamingAsync(this ILlmClient client, string model, string prompt, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        return client.ChatStreamingAsync(model, Single(prompt), options, cancellationToken);
    }

    /// <summary>Turns one text into a vector.</summary>
    /// <param name="client">The client.</param>
    /// <param name="model">Group, alias or <c>provider/model</c>.</param>
    /// <param name="input">The text.</param>
    /// <param name="options">Options of the call, or null.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="LlmException">No deployment could serve the call.</exception>
    public static async Task<Embedding<float>> EmbedAsync(this ILlmClient client, string model, string input, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(input);
        GeneratedEmbeddings<Embedding<float>> all = await client.EmbedAsync(model, (string[])[input], options, cancellationToken).ConfigureAwait(false);
        return all[0];
    }

    /// <summary>A group as an <see cref="IChatClient"/>, for everything built on Microsoft.Extensions.AI.</summary>
    /// <param name="client">The client.</param>
    /// <param name="model">The group; a <see cref="ChatOptions.ModelId"/> that is set on a call overrides it.</param>
    /// <returns>An adapter that holds only the name; disposing it does nothing.</returns>
    public static IChatClient AsIChatClient(this ILlmClient client, string model)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        return new ChatClientAdapter(client, model);
    }

    /// <summary>A group as an <see cref="IEmbeddingGenerator{TInput, TEmbedding}"/>.</summary>
    /// <param name="client">The client.</param>
    /// <param name="model">The group; an <see cref="EmbeddingGenerationOptions.ModelId"/> that is set on a call overrides it.</param>
    /// <returns>An adapter that holds only the name; disposing it does nothing.</returns>
    public static IEmbeddingGenerator<string, Embedding<float>> AsIEmbeddingGenerator(this ILlmClient client, string model)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        return new EmbeddingGeneratorAdapter(client, model);
    }

    /// <summary>A group as an <see cref="IModerator"/>.</summary>
    /// <param name="client">The client.</param>
    /// <param name="model">The group, an alias, or <c>provider/model</c>.</param>
    /// <exception cref="InvalidOperationException">The client is a substitute that has no request path behind it.</exception>
    public static IModerator AsModerator(this ILlmClient client, string model) => new ModeratorAdapter(client, model);

    /// <summary>A group as an <see cref="IImageGenerator"/>, which makes images and edits those it is given.</summary>
    /// <param name="client">The client.</param>
    /// <param name="model">The group; an <see cref="ImageGenerationOptions.ModelId"/> that is set on a call overrides it.</param>
    /// <returns>An adapter that holds only the name; disposing it does nothing.</returns>
    /// <exception cref="InvalidOperationException">The client is a substitute that has no request path behind it.</exception>
    [Experimental("MEAI001")]
    public static IImageGenerator AsImageGenerator(this ILlmClient client, string model) => new ImageGeneratorAdapter(client, model);

    /// <summary>A group as an <see cref="ITextToSpeechClient"/>, whose stream brings the audio piece by piece.</summary>
    /// <param name="client">The client.</param>
    /// <param name="model">The group; a <see cref="TextToSpeechOptions.ModelId"/> that is set on a call overrides it.</param>
    /// <returns>An adapter that holds only the name; disposing it does nothing.</returns>
    /// <exception cref="InvalidOperationException">The client is a substitute that has no request path behind it.</exception>
    [Experimental("MEAI001")]
    public static ITextToSpeechClient AsTextToSpeechClient(this ILlmClient client, string model) => new TextToSpeechAdapter(client, model);

    /// <summary>A group as an <see cref="ISpeechToTextClient"/>, which writes down speech, and translates it where the provider does.</summary>
    /// <param name="client">The client.</param>
    /// <param name="model">The group; a <see cref="SpeechToTextOptions.ModelId"/> that is set on a call overrides it.</param>
    /// <returns>An adapter that holds only the name; disposing it does nothing.</returns>
    /// <exception cref="InvalidOperationException">The client is a substitute that has no request path behind it.</exception>
    [Experimental("MEAI001")]
    public static ISpeechToTextClient AsSpeechToTextClient(this ILlmClient client, string model) => new SpeechToTextAdapter(client, model);

    private static ChatMessage[] Single(string prompt)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        return prompt.Length == 0
            ? throw new LlmException(LlmErrorKind.InvalidRequest, "prompt is empty; it needs at least one character.") { Scope = LlmErrorScope.Caller }
            : [new ChatMessage(ChatRole.User, prompt)];
    }
}

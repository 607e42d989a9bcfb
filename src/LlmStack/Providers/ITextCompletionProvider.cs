using System.Diagnostics.CodeAnalysis;

namespace LlmStack.Providers;

/// <summary>A provider that continues plain texts.</summary>
[Experimental("LLMSTACK001")]
public interface ITextCompletionProvider
{
    /// <summary>Continues a text.</summary>
    /// <param name="call">The attempt.</param>
    /// <param name="prompt">The text.</param>
    /// <param name="options">Options; not to be modified.</param>
    /// <param name="cancellationToken">Cancels the attempt.</param>
    ValueTask<TextCompletion> CompleteAsync(ProviderCall call, string prompt, TextCompletionOptions? options, CancellationToken cancellationToken);

    /// <summary>Continues a text and streams the continuation.</summary>
    /// <inheritdoc cref="CompleteAsync"/>
    IAsyncEnumerable<TextCompletionUpdate> CompleteStreamingAsync(ProviderCall call, string prompt, TextCompletionOptions? options, CancellationToken cancellationToken);
}

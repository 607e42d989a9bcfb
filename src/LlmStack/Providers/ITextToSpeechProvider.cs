using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers;

/// <summary>A provider that speaks texts.</summary>
[Experimental("LLMSTACK001")]
public interface ITextToSpeechProvider
{
    /// <summary>Speaks a text.</summary>
    /// <param name="call">The attempt.</param>
    /// <param name="text">The text; not empty.</param>
    /// <param name="options">Options; not to be modified.</param>
    /// <param name="cancellationToken">Cancels the attempt.</param>
    [Experimental("MEAI001")]
    ValueTask<TextToSpeechResponse> SpeakAsync(ProviderCall call, string text, TextToSpeechOptions? options, CancellationToken cancellationToken);

    /// <summary>Speaks a text and hands the sound on as it comes. The last update is of the kind <c>SessionClose</c> and has the usage, where the provider tells it.</summary>
    /// <param name="call">The attempt.</param>
    /// <param name="text">The text; not empty.</param>
    /// <param name="options">Options; not to be modified.</param>
    /// <param name="cancellationToken">Cancels the attempt.</param>
    [Experimental("MEAI001")]
    IAsyncEnumerable<TextToSpeechResponseUpdate> SpeakStreamingAsync(ProviderCall call, string text, TextToSpeechOptions? options, CancellationToken cancellationToken);
}

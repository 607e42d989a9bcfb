using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers;

/// <summary>A provider that writes down speech.</summary>
[Experimental("LLMSTACK001")]
public interface ISpeechToTextProvider
{
    /// <summary>Writes down speech, or translates it when the options name another language for the text.</summary>
    /// <param name="call">The attempt.</param>
    /// <param name="audio">The sound, with its media type (<c>application/octet-stream</c> when unknown) and a file name; not empty.</param>
    /// <param name="options">Options; not to be modified.</param>
    /// <param name="cancellationToken">Cancels the attempt.</param>
    [Experimental("MEAI001")]
    ValueTask<SpeechToTextResponse> TranscribeAsync(ProviderCall call, DataContent audio, SpeechToTextOptions? options, CancellationToken cancellationToken);

    /// <summary>The same, with the words handed on as they come. The last update is of the kind <c>SessionClose</c> and has the usage, where the provider tells it.</summary>
    /// <param name="call">The attempt.</param>
    /// <param name="audio">The sound, with its media type (<c>application/octet-stream</c> when unknown) and a file name; not empty.</param>
    /// <param name="options">Options; not to be modified.</param>
    /// <param name="cancellationToken">Cancels the attempt.</param>
    [Experimental("MEAI001")]
    IAsyncEnumerable<SpeechToTextResponseUpdate> TranscribeStreamingAsync(ProviderCall call, DataContent audio, SpeechToTextOptions? options, CancellationToken cancellationToken);
}

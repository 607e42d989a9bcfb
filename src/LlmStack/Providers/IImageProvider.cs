using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers;

/// <summary>A provider that makes and edits images.</summary>
[Experimental("LLMSTACK001")]
public interface IImageProvider
{
    /// <summary>Makes images, or edits those of the request.</summary>
    /// <param name="call">The attempt.</param>
    /// <param name="request">The prompt, and the images to edit if any; not to be modified.</param>
    /// <param name="options">Options; not to be modified.</param>
    /// <param name="cancellationToken">Cancels the attempt.</param>
    [Experimental("MEAI001")]
    ValueTask<ImageGenerationResponse> GenerateImagesAsync(ProviderCall call, ImageGenerationRequest request, ImageGenerationOptions? options, CancellationToken cancellationToken);
}

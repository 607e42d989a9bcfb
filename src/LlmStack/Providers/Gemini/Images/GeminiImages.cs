using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Gemini.Images;

/// <summary>Images of the format: <c>predict</c> of the Imagen models, and of all others a chat that answers with images.</summary>
internal sealed class GeminiImages(GeminiProvider provider) : IImageProvider
{
    public async ValueTask<ImageGenerationResponse> GenerateImagesAsync(ProviderCall call, ImageGenerationRequest request, ImageGenerationOptions? options, CancellationToken cancellationToken)
    {
        bool imagen = IsImagen(call.Model);
        var wishes = GeminiImageWishes.Of(call, request, options, imagen, provider.Profile.IsVertex);
        GeminiAddresses addresses = provider.Addresses(call.Model);
        using PooledBuffer body = imagen ? ImagenWire.Write(wishes) : GeminiImageWire.Write(wishes);
        ImageCapture.Input(call.Capture, request);
        using HttpResponseMessage response = await provider.Http.SendAsync(call, imagen ? addresses.Predict : addresses.Generate, body, stream: false, cancellationToken).ConfigureAwait(false);
        using PooledBuffer answer = await provider.Http.ReadBodyAsync(response, call, ProviderHttp.MaxMediaBytes, cancellationToken).ConfigureAwait(false);
        ImageGenerationResponse images = imagen ? ImagenWire.Read(answer, provider.Http, call) : GeminiImageWire.Read(answer, provider.Http, call);
        ImageCapture.Output(call.Capture, images.Contents);
        return images;
    }

    /// <summary>By the name behind the last slash: a caller may name the collection as well.</summary>
    private static bool IsImagen(string model) => model.AsSpan(model.LastIndexOf('/') + 1).StartsWith("imagen", StringComparison.OrdinalIgnoreCase);
}

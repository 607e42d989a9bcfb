using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI.Media;

/// <summary>The format's <c>/images/generations</c> and <c>/images/edits</c>.</summary>
internal sealed class OpenAIImages(ProviderHttp http, OperationAddress generations, OperationAddress edits) : IImageProvider
{
    public async ValueTask<ImageGenerationResponse> GenerateImagesAsync(ProviderCall call, ImageGenerationRequest request, ImageGenerationOptions? options, CancellationToken cancellationToken)
    {
        ImageFields fields = ImageFields.Of(call, request, options);
        ImageCapture.Input(call.Capture, request);
        using HttpResponseMessage response = request.OriginalImages is null
            ? await GenerateAsync(call, fields, cancellationToken).ConfigureAwait(false)
            : await EditAsync(call, fields, request.OriginalImages, cancellationToken).ConfigureAwait(false);
        using PooledBuffer answer = await http.ReadBodyAsync(response, call, ProviderHttp.MaxMediaBytes, cancellationToken).ConfigureAwait(false);
        return ImageWire.Read(answer, http, call);
    }

    private async ValueTask<HttpResponseMessage> GenerateAsync(ProviderCall call, ImageFields fields, CancellationToken cancellationToken)
    {
        using PooledBuffer body = ImageWire.Write(fields);
        return await http.SendAsync(call, generations.Of(call.Model), body, stream: false, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<HttpResponseMessage> EditAsync(ProviderCall call, ImageFields fields, IEnumerable<AIContent> images, CancellationToken cancellationToken)
    {
        using MultipartBody body = ImageWire.WriteEdit(fields, images);
        return await http.SendAsync(call, edits.Of(call.Model), body.Buffer, new MediaTypes(body.MediaType, MediaTypes.Json), cancellationToken).ConfigureAwait(false);
    }
}

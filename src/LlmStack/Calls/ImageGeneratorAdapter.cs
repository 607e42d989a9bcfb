using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Calls;

/// <summary>A group as an <see cref="IImageGenerator"/>.</summary>
internal sealed class ImageGeneratorAdapter(ILlmClient client, string model) : IImageGenerator
{
    private readonly GroupRunner _group = new(client, model);
    private readonly ImageGeneratorMetadata _metadata = new("llmstack", providerUri: null, model);

    public Task<ImageGenerationResponse> GenerateAsync(ImageGenerationRequest request, ImageGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        Check(request);
        Check(options);
        string? own = options?.ModelId;
        IReadOnlyList<AIContent>? originals = request.OriginalImages is null ? null : [.. request.OriginalImages];
        for (int i = 0; i < originals?.Count; i++)
        {
            if (originals[i] is not DataContent data || !data.HasTopLevelMediaType("image"))
            {
                throw CallArguments.Invalid($"ImageGenerationRequest.OriginalImages[{i}] is a {originals[i]?.GetType().Name ?? "null"}; allowed are images as DataContent.");
            }
        }

        RoutingOptions? routing = CallArguments.TakeRouting(ref options, static given => given.AdditionalProperties, static given => given.Clone());
        var once = new ImageGenerationRequest { Prompt = request.Prompt, OriginalImages = originals };
        return _group.CallAsync<ImageOperation, ImageGenerationResponse>(new ImageOperation(once, options), own, routing, cancellationToken);
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => _group.GetService(this, _metadata, serviceType, serviceKey);

    public void Dispose()
    {
        // The client belongs to the container, not to this name for it.
    }

    private static void Check(ImageGenerationRequest request)
    {
        if (string.IsNullOrEmpty(request.Prompt))
        {
            throw CallArguments.Invalid("ImageGenerationRequest.Prompt is empty; it needs at least one character.");
        }
    }

    private static void Check(ImageGenerationOptions? options)
    {
        if (options is null)
        {
            return;
        }

        CallArguments.CheckNoFactory(options.RawRepresentationFactory, nameof(ImageGenerationOptions));
        if (options.Count is <= 0)
        {
            throw CallArguments.Invalid($"ImageGenerationOptions.Count is {options.Count}; allowed is 1 or more, or null for one.");
        }

        if (options.ImageSize is { } size && (size.Width <= 0 || size.Height <= 0))
        {
            throw CallArguments.Invalid($"ImageGenerationOptions.ImageSize is {size.Width}x{size.Height}; allowed are 1 or more pixels each way, or null for the provider's default.");
        }

        if (options.MediaType is not (null or "image/png" or "image/jpeg" or "image/webp"))
        {
            throw CallArguments.Invalid($"ImageGenerationOptions.MediaType is '{options.MediaType}'; allowed are image/png, image/jpeg, image/webp, or null for the provider's default.");
        }

        if (options.ResponseFormat is ImageGenerationResponseFormat.Hosted)
        {
            throw CallArguments.Invalid("ImageGenerationOptions.ResponseFormat is Hosted; allowed are Data, Uri, or null for the provider's default.");
        }
    }
}

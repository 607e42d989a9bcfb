using System.Globalization;
using LlmStack.Providers.Fidelity;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Gemini.Images;

/// <summary>What an image call can say in this format; what it cannot is refused or listed.</summary>
internal sealed record GeminiImageWishes(string Prompt, IReadOnlyList<AIContent> Originals, int? Count, string? AspectRatio, string? MediaType, AdditionalPropertiesDictionary? More)
{
    public static GeminiImageWishes Of(ProviderCall call, ImageGenerationRequest request, ImageGenerationOptions? options, bool imagen, bool vertex)
    {
        IReadOnlyList<AIContent> originals = request.OriginalImages is null ? [] : request.OriginalImages as IReadOnlyList<AIContent> ?? [.. request.OriginalImages];
        if (imagen && originals.Count > 0)
        {
            throw FieldPolicy.Refusal("OriginalImages", $"not supported by model '{call.Model}', which makes images and edits none; allowed is a prompt alone, or a Gemini model with images");
        }

        if (options?.ResponseFormat is ImageGenerationResponseFormat.Uri)
        {
            FieldPolicy.Unsupported(call, "ResponseFormat", FieldEffect.Meaning, "the format answers with data only", "Uri");
        }

        if (options?.StreamingCount is > 0)
        {
            FieldPolicy.Unsupported(call, "StreamingCount", FieldEffect.Sampling, "the answer comes as a whole");
        }

        return new GeminiImageWishes(
            request.Prompt!,
            originals,
            CountOf(call, options?.Count, imagen),
            options?.ImageSize is { } size ? ImageRatio.Of(call, size, imagen) : null,
            MediaTypeOf(call, options?.MediaType, imagen, vertex),
            options?.AdditionalProperties);
    }

    private static int? CountOf(ProviderCall call, int? count, bool imagen)
    {
        if (imagen || count is null or 1)
        {
            return count;
        }

        FieldPolicy.Unsupported(call, "Count", FieldEffect.Meaning, "the model is asked for one image at a time", count.Value.ToString(CultureInfo.InvariantCulture));
        return null;
    }

    private static string? MediaTypeOf(ProviderCall call, string? mediaType, bool imagen, bool vertex)
    {
        if (mediaType is null)
        {
            return null;
        }

        if (!imagen && !vertex)
        {
            FieldPolicy.Unsupported(call, "MediaType", FieldEffect.Meaning, "the model decides about the kind of image", mediaType);
            return null;
        }

        if (mediaType is not ("image/png" or "image/jpeg"))
        {
            FieldPolicy.Unsupported(call, "MediaType", FieldEffect.Meaning, "allowed are image/png and image/jpeg", mediaType);
            return null;
        }

        return mediaType;
    }
}

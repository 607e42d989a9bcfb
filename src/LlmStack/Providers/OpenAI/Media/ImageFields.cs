using System.Globalization;
using LlmStack.Providers.Fidelity;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI.Media;

/// <summary>The fields of an image request that its two bodies share.</summary>
internal sealed record ImageFields(string Prompt, string Model, int? Count, string? Size, string? OutputFormat, string? ResponseFormat, AdditionalPropertiesDictionary? More)
{
    public static ImageFields Of(ProviderCall call, ImageGenerationRequest request, ImageGenerationOptions? options)
    {
        if (options?.StreamingCount is > 0)
        {
            FieldPolicy.Unsupported(call, "StreamingCount", FieldEffect.Sampling, "the answer comes as a whole");
        }

        string? responseFormat = options?.ResponseFormat switch
        {
            ImageGenerationResponseFormat.Data => "b64_json",
            ImageGenerationResponseFormat.Uri => "url",
            _ => null,
        };
        if (responseFormat is not null && call.Model.Contains("gpt-image", StringComparison.OrdinalIgnoreCase))
        {
            // These models always answer with data, and refuse the field.
            if (responseFormat == "url")
            {
                FieldPolicy.Unsupported(call, "ResponseFormat", FieldEffect.Meaning, "the model answers with data only", "Uri");
            }

            responseFormat = null;
        }

        return new ImageFields(
            request.Prompt!,
            call.Model,
            options?.Count,
            options?.ImageSize is { } size ? string.Create(CultureInfo.InvariantCulture, $"{size.Width}x{size.Height}") : null,
            options?.MediaType?["image/".Length..],
            responseFormat,
            options?.AdditionalProperties);
    }

    /// <summary>Whether a further field of the caller's would be there twice.</summary>
    public bool Has(string field) => field switch
    {
        "prompt" or "model" or "image" or "image[]" => true,
        "n" => Count is not null,
        "size" => Size is not null,
        "output_format" => OutputFormat is not null,
        "response_format" => ResponseFormat is not null,
        _ => false,
    };
}

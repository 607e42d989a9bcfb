using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Gemini.Images;

/// <summary>The bodies of <c>predict</c>.</summary>
internal static class ImagenWire
{
    public static PooledBuffer Write(GeminiImageWishes wishes) => JsonBody.Write(wishes, static (writer, wishes) =>
    {
        writer.WriteStartArray("instances"u8);
        writer.WriteStartObject();
        writer.WriteString("prompt"u8, wishes.Prompt);
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteStartObject("parameters"u8);
        writer.WriteNumber("sampleCount"u8, wishes.Count ?? 1);
        if (wishes.AspectRatio is { } ratio)
        {
            writer.WriteString("aspectRatio"u8, ratio);
        }

        if (wishes.MediaType is { } mediaType)
        {
            writer.WriteStartObject("outputOptions"u8);
            writer.WriteString("mimeType"u8, mediaType);
            writer.WriteEndObject();
        }

        if (!ExtraFields.Has(wishes.More, "includeRaiReason"))
        {
            // Filtered images are left out without a word otherwise.
            writer.WriteBoolean("includeRaiReason"u8, true);
        }

        ExtraFields.Write(writer, wishes.More, wishes, Has, static (_, _) => false);
        writer.WriteEndObject();
    });

    public static ImageGenerationResponse Read(PooledBuffer body, ProviderHttp http, ProviderCall call)
    {
        var document = new ImagenDocument();
        BodyCheck.Read(body, document, http, call);
        if (document.Images.Count == 0 && document is { HasError: false, FilterReason: { } reason })
        {
            throw new LlmException(LlmErrorKind.ContentPolicyViolation, $"Provider '{http.Name}' filtered every image: {ErrorFactory.Clean(reason, null)}")
            {
                Provider = http.Name,
                StatusCode = call.Report.StatusCode,
                RequestId = call.Report.RequestId,
            };
        }

        if (document.HasError || document.Images.Count == 0)
        {
            throw BodyCheck.ErrorOf(body.WrittenMemory, document.HasError, "predictions", http, call);
        }

        if (document.FilterReason is { } some)
        {
            call.Report.AddChange($"images: some were filtered, {ErrorFactory.Clean(some, null)}");
        }

        return new ImageGenerationResponse(document.Images);
    }

    private static bool Has(GeminiImageWishes wishes, string field) => field switch
    {
        "sampleCount" => true,
        "aspectRatio" => wishes.AspectRatio is not null,
        "outputOptions" => wishes.MediaType is not null,
        _ => false,
    };
}

using System.Text.Json;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Gemini.Images;

/// <summary>The bodies of a chat that answers with images.</summary>
internal static class GeminiImageWire
{
    private static readonly string[] ImageFields = ["aspectRatio", "imageSize", "personGeneration", "prominentPeople", "imageOutputOptions"];

    private static readonly string[] ConfigFields = ["responseModalities", "imageConfig", "temperature", "topP", "topK", "seed", "maxOutputTokens", "mediaResolution", "thinkingConfig"];

    public static PooledBuffer Write(GeminiImageWishes wishes) => JsonBody.Write(wishes, static (writer, wishes) =>
    {
        WriteContents(writer, wishes);
        writer.WriteStartObject("generationConfig"u8);
        if (!ExtraFields.Has(wishes.More, "responseModalities"))
        {
            writer.WriteStartArray("responseModalities"u8);
            writer.WriteStringValue("TEXT"u8);
            writer.WriteStringValue("IMAGE"u8);
            writer.WriteEndArray();
        }

        if (HasImageConfig(wishes))
        {
            WriteImageConfig(writer, wishes);
        }

        ExtraFields.Write(writer, wishes.More, wishes, static (wishes, key) => key == "imageConfig" && HasImageConfig(wishes), static (_, key) => !IsOf(ConfigFields, key));
        writer.WriteEndObject();
        ExtraFields.Write(writer, wishes.More, 0, static (_, key) => key is "contents" or "generationConfig", static (_, key) => IsOf(ConfigFields, key) || IsOf(ImageFields, key));
    });

    public static ImageGenerationResponse Read(PooledBuffer body, ProviderHttp http, ProviderCall call)
    {
        using var document = new GeminiDocument(call.Model);
        GeminiResponseReader.Parse(body, document, http, call);
        call.Report.RawFinishReason = document.FinishReason;
        call.Report.ServiceTier = document.ServiceTier;
        List<AIContent> contents = [];
        bool any = false;
        for (int i = 0; i < document.PartCount; i++)
        {
            ref GeminiPart part = ref document.PartAt(i);
            if (part.IsThought)
            {
                // Drafts that the model made on its way; they are not the answer.
                continue;
            }

            if (part.Data is { Length: > 0 } data)
            {
                any = true;
                contents.Add(new DataContent(data, ImageMediaType.Of(part.MediaType)));
            }
            else if (part.Text is { Length: > 0 } text)
            {
                contents.Add(new TextContent(SurrogateCarry.Repair(text)));
            }
        }

        if (!any)
        {
            LlmErrorKind kind = GeminiFinishReasons.Map(document.FinishReason, hasToolCalls: false) == ChatFinishReason.ContentFilter ? LlmErrorKind.ContentPolicyViolation : LlmErrorKind.InvalidResponse;
            throw GeminiResponseReader.Failure(kind, "answered without an image", document.FinishReason ?? "FINISH_REASON_UNSPECIFIED", document.FinishMessage, document, http, call);
        }

        return new ImageGenerationResponse(contents) { Usage = document.Usage() };
    }

    private static void WriteContents(Utf8JsonWriter writer, GeminiImageWishes wishes)
    {
        writer.WriteStartArray("contents"u8);
        writer.WriteStartObject();
        writer.WriteString("role"u8, "user"u8);
        writer.WriteStartArray("parts"u8);
        GeminiPartWriter.WriteText(writer, wishes.Prompt, state: null);
        for (int i = 0; i < wishes.Originals.Count; i++)
        {
            writer.WriteStartObject();
            GeminiPartWriter.WriteInline(writer, (DataContent)wishes.Originals[i]);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndArray();
    }

    private static void WriteImageConfig(Utf8JsonWriter writer, GeminiImageWishes wishes)
    {
        writer.WriteStartObject("imageConfig"u8);
        if (wishes.AspectRatio is { } ratio)
        {
            writer.WriteString("aspectRatio"u8, ratio);
        }

        if (wishes.MediaType is { } mediaType)
        {
            writer.WriteStartObject("imageOutputOptions"u8);
            writer.WriteString("mimeType"u8, mediaType);
            writer.WriteEndObject();
        }

        ExtraFields.Write(
            writer,
            wishes.More,
            wishes,
            static (wishes, key) => (key == "aspectRatio" && wishes.AspectRatio is not null) || (key == "imageOutputOptions" && wishes.MediaType is not null),
            static (_, key) => !IsOf(ImageFields, key));
        writer.WriteEndObject();
    }

    private static bool HasImageConfig(GeminiImageWishes wishes) =>
        wishes.AspectRatio is not null || wishes.MediaType is not null || Array.Exists(ImageFields, field => ExtraFields.Has(wishes.More, field));

    private static bool IsOf(string[] fields, string key) => Array.IndexOf(fields, key) >= 0;
}

using System.Text.Json;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Http;

/// <summary>What traces hold of an image call: words as they are, of images the kind and the size.</summary>
internal static class ImageCapture
{
    public static void Input(IContentCapture capture, ImageGenerationRequest request) => JsonCapture.Input(capture, request, static (writer, request) =>
    {
        writer.WriteStartObject();
        writer.WriteString("prompt"u8, request.Prompt);
        if (request.OriginalImages is { } images)
        {
            writer.WritePropertyName("images"u8);
            Write(writer, images);
        }

        writer.WriteEndObject();
    });

    public static void Output(IContentCapture capture, IEnumerable<AIContent> contents) => JsonCapture.Output(capture, contents, Write);

    private static void Write(Utf8JsonWriter writer, IEnumerable<AIContent> contents)
    {
        writer.WriteStartArray();
        foreach (AIContent content in contents)
        {
            switch (content)
            {
                case DataContent data:
                    MediaCapture.Write(writer, data.MediaType, data.Data.Length);
                    break;
                case UriContent uri:
                    WriteOne(writer, "url", uri.Uri.AbsoluteUri);
                    break;
                case TextContent text:
                    WriteOne(writer, "text", text.Text);
                    break;
                default:
                    break;
            }
        }

        writer.WriteEndArray();
    }

    private static void WriteOne(Utf8JsonWriter writer, string name, string value)
    {
        writer.WriteStartObject();
        writer.WriteString(name, value);
        writer.WriteEndObject();
    }
}

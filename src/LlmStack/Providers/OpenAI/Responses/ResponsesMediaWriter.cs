using System.Text.Json;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI.Responses;

/// <summary>Writes images, audio and files as parts of a message.</summary>
internal static class ResponsesMediaWriter
{
    public static void Write(Utf8JsonWriter writer, AIContent content)
    {
        writer.WriteStartObject();
        switch (content)
        {
            case HostedFileContent file:
                writer.WriteString("type"u8, file.MediaType?.StartsWith("image/", StringComparison.OrdinalIgnoreCase) == true ? "input_image"u8 : "input_file"u8);
                writer.WriteString("file_id"u8, file.FileId);
                break;
            case UriContent uri when uri.HasTopLevelMediaType("image"):
                writer.WriteString("type"u8, "input_image"u8);
                writer.WriteString("image_url"u8, uri.Uri.AbsoluteUri);
                MediaWriter.WriteDetail(writer, uri);
                break;
            case UriContent uri:
                writer.WriteString("type"u8, "input_file"u8);
                writer.WriteString("file_url"u8, uri.Uri.AbsoluteUri);
                break;
            case DataContent data when data.HasTopLevelMediaType("image"):
                writer.WriteString("type"u8, "input_image"u8);
                writer.WritePropertyName("image_url"u8);
                MediaWriter.WriteDataUri(writer, data);
                MediaWriter.WriteDetail(writer, data);
                break;
            case DataContent data when MediaWriter.AudioFormat(data.MediaType) is { } format:
                writer.WriteString("type"u8, "input_audio"u8);
                writer.WriteStartObject("input_audio"u8);
                writer.WriteBase64String("data"u8, data.Data.Span);
                writer.WriteString("format"u8, format);
                writer.WriteEndObject();
                break;
            case DataContent data when !data.HasTopLevelMediaType("audio") && !data.HasTopLevelMediaType("video"):
                writer.WriteString("type"u8, "input_file"u8);
                writer.WriteString("filename"u8, string.IsNullOrEmpty(data.Name) ? "document.pdf" : data.Name);
                writer.WritePropertyName("file_data"u8);
                MediaWriter.WriteDataUri(writer, data);
                break;
            default:
                string mediaType = (content as DataContent)?.MediaType ?? "";
                throw ErrorFactory.Unsupported($"Messages: a {content.GetType().Name} of media type '{mediaType}' cannot be sent in this format; allowed are images and files (data or address), and wav and mp3 as data.");
        }

        writer.WriteEndObject();
    }
}

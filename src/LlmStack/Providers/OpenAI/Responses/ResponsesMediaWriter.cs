using System.Text.Json;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI.Responses;

/// <summary>Writes images and files as parts of a message. Sounds are left to the other format, which has a part for them.</summary>
internal static class ResponsesMediaWriter
{
    public static void Write(Utf8JsonWriter writer, AIContent content)
    {
        writer.WriteStartObject();
        switch (content)
        {
            case HostedFileContent file:
                bool image = file.MediaType?.StartsWith("image/", StringComparison.OrdinalIgnoreCase) == true;
                writer.WriteString("type"u8, image ? "input_image"u8 : "input_file"u8);
                writer.WriteString("file_id"u8, file.FileId);
                if (image)
                {
                    WriteDetail(writer, file);
                }

                break;
            case UriContent uri when uri.HasTopLevelMediaType("image"):
                writer.WriteString("type"u8, "input_image"u8);
                writer.WriteString("image_url"u8, uri.Uri.AbsoluteUri);
                WriteDetail(writer, uri);
                break;
            case UriContent uri when !uri.HasTopLevelMediaType("audio") && !uri.HasTopLevelMediaType("video"):
                writer.WriteString("type"u8, "input_file"u8);
                writer.WriteString("file_url"u8, uri.Uri.AbsoluteUri);
                break;
            case DataContent data when data.HasTopLevelMediaType("image"):
                writer.WriteString("type"u8, "input_image"u8);
                writer.WritePropertyName("image_url"u8);
                MediaWriter.WriteDataUri(writer, data);
                WriteDetail(writer, data);
                break;
            case DataContent data when !data.HasTopLevelMediaType("audio") && !data.HasTopLevelMediaType("video"):
                writer.WriteString("type"u8, "input_file"u8);
                writer.WriteString("filename"u8, string.IsNullOrEmpty(data.Name) ? "document.pdf" : data.Name);
                writer.WritePropertyName("file_data"u8);
                MediaWriter.WriteDataUri(writer, data);
                break;
            default:
                string? mediaType = (content as DataContent)?.MediaType ?? (content as UriContent)?.MediaType;
                throw ErrorFactory.Unsupported($"Messages: a {content.GetType().Name} of media type '{mediaType}' cannot be sent in this format; allowed are images and files (data or address).");
        }

        writer.WriteEndObject();
    }

    /// <summary>The format wants to be told even what it does anyway.</summary>
    private static void WriteDetail(Utf8JsonWriter writer, AIContent content)
    {
        string? detail = content.AdditionalProperties is { } more && more.TryGetValue("detail", out object? word) ? word as string : null;
        writer.WriteString("detail"u8, detail ?? "auto");
    }
}

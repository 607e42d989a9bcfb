using System.Text.Json;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI;

/// <summary>Writes the parts that Mistral has of its own.</summary>
internal static class MistralMediaWriter
{
    /// <summary>Writes a sound, a document or a stored file; false for anything else, which is then written as everywhere.</summary>
    public static bool TryWrite(Utf8JsonWriter writer, AIContent content)
    {
        switch (content)
        {
            case HostedFileContent file:
                writer.WriteStartObject();
                writer.WriteString("type"u8, "file"u8);
                writer.WriteString("file_id"u8, file.FileId);
                break;
            case DataContent data when data.HasTopLevelMediaType("audio"):
                writer.WriteStartObject();
                writer.WriteString("type"u8, "input_audio"u8);
                writer.WriteBase64String("input_audio"u8, data.Data.Span);
                break;
            case UriContent uri when uri.HasTopLevelMediaType("audio"):
                writer.WriteStartObject();
                writer.WriteString("type"u8, "input_audio"u8);
                writer.WriteString("input_audio"u8, uri.Uri.AbsoluteUri);
                break;
            case DataContent data when IsPdf(data.MediaType):
                writer.WriteStartObject();
                writer.WriteString("type"u8, "document_url"u8);
                writer.WritePropertyName("document_url"u8);
                MediaWriter.WriteDataUri(writer, data);
                if (!string.IsNullOrEmpty(data.Name))
                {
                    writer.WriteString("document_name"u8, data.Name);
                }

                break;
            case UriContent uri when IsPdf(uri.MediaType):
                writer.WriteStartObject();
                writer.WriteString("type"u8, "document_url"u8);
                writer.WriteString("document_url"u8, uri.Uri.AbsoluteUri);
                break;
            default:
                return false;
        }

        writer.WriteEndObject();
        return true;
    }

    private static bool IsPdf(string mediaType) => mediaType.Equals("application/pdf", StringComparison.OrdinalIgnoreCase);
}

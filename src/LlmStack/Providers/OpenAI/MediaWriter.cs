using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI;

/// <summary>Writes images, audio and files as content parts.</summary>
internal static class MediaWriter
{
    public static void Write(Utf8JsonWriter writer, AIContent content, MediaParts parts = MediaParts.OpenAI)
    {
        if (parts == MediaParts.Mistral && MistralMediaWriter.TryWrite(writer, content))
        {
            return;
        }

        writer.WriteStartObject();
        switch (content)
        {
            case HostedFileContent file:
                writer.WriteString("type"u8, "file"u8);
                writer.WriteStartObject("file"u8);
                writer.WriteString("file_id"u8, file.FileId);
                writer.WriteEndObject();
                break;
            case UriContent uri when uri.HasTopLevelMediaType("image"):
                writer.WriteString("type"u8, "image_url"u8);
                writer.WriteStartObject("image_url"u8);
                writer.WriteString("url"u8, uri.Uri.AbsoluteUri);
                WriteDetail(writer, uri);
                writer.WriteEndObject();
                break;
            case DataContent data when data.HasTopLevelMediaType("image"):
                writer.WriteString("type"u8, "image_url"u8);
                writer.WriteStartObject("image_url"u8);
                writer.WritePropertyName("url"u8);
                WriteDataUri(writer, data);
                WriteDetail(writer, data);
                writer.WriteEndObject();
                break;
            case DataContent data when AudioFormat(data.MediaType) is { } format:
                writer.WriteString("type"u8, "input_audio"u8);
                writer.WriteStartObject("input_audio"u8);
                writer.WriteBase64String("data"u8, data.Data.Span);
                writer.WriteString("format"u8, format);
                writer.WriteEndObject();
                break;
            case DataContent data when data.MediaType.Equals("application/pdf", StringComparison.OrdinalIgnoreCase):
                writer.WriteString("type"u8, "file"u8);
                writer.WriteStartObject("file"u8);
                writer.WriteString("filename"u8, string.IsNullOrEmpty(data.Name) ? "document.pdf" : data.Name);
                writer.WritePropertyName("file_data"u8);
                WriteDataUri(writer, data);
                writer.WriteEndObject();
                break;
            default:
                string mediaType = content is DataContent d ? d.MediaType : ((UriContent)content).MediaType;
                throw MessageWriter.Unsupported($"Messages: a {content.GetType().Name} of media type '{mediaType}' cannot be sent in this format; allowed are images (data or address), and {(parts == MediaParts.Mistral ? "sounds and PDF (data or address)" : "wav, mp3 and PDF as data")}.");
        }

        writer.WriteEndObject();
    }

    private static void WriteDetail(Utf8JsonWriter writer, AIContent content)
    {
        if (content.AdditionalProperties is { } more && more.TryGetValue("detail", out object? detail) && detail is string word)
        {
            writer.WriteString("detail"u8, word);
        }
    }

    public static string? AudioFormat(string mediaType) => mediaType.ToLowerInvariant() switch
    {
        "audio/wav" or "audio/x-wav" or "audio/wave" or "audio/vnd.wave" => "wav",
        "audio/mpeg" or "audio/mp3" => "mp3",
        _ => null,
    };

    public static void WriteDataUri(Utf8JsonWriter writer, DataContent content)
    {
        ReadOnlySpan<byte> data = content.Data.Span;
        string prefix = $"data:{content.MediaType};base64,";
        int start = Encoding.UTF8.GetByteCount(prefix);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(start + Base64.GetMaxEncodedToUtf8Length(data.Length));
        Encoding.UTF8.GetBytes(prefix, buffer);
        Base64.EncodeToUtf8(data, buffer.AsSpan(start), out _, out int written);
        writer.WriteStringValue(buffer.AsSpan(0, start + written));
        ArrayPool<byte>.Shared.Return(buffer);
    }
}

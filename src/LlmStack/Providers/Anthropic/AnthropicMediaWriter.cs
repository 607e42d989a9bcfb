using System.Text;
using System.Text.Json;
using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Anthropic;

/// <summary>Writes images and documents.</summary>
internal static class AnthropicMediaWriter
{
    private const string Pdf = "application/pdf";
    private const string PlainText = "text/plain";

    public static void Write(Utf8JsonWriter writer, AIContent content, CacheMarks marks)
    {
        string mediaType = MediaTypeOf(content);
        bool image = mediaType.StartsWith("image/", StringComparison.OrdinalIgnoreCase);
        if (!image && !CanBeDocument(content, mediaType))
        {
            throw ErrorFactory.Unsupported($"Messages: a {content.GetType().Name} of media type '{mediaType}' cannot be sent in this format; allowed are images, PDF and plain text.");
        }

        writer.WriteStartObject();
        writer.WriteString("type"u8, image ? "image"u8 : "document"u8);
        writer.WriteStartObject("source"u8);
        WriteSource(writer, content, mediaType);
        writer.WriteEndObject();
        if (!image)
        {
            WriteDocumentFields(writer, content);
        }

        marks.Write(writer, content.AdditionalProperties);

        writer.WriteEndObject();
    }

    private static bool CanBeDocument(AIContent content, string mediaType) =>
        content is HostedFileContent || Is(mediaType, Pdf) || (Is(mediaType, PlainText) && content is DataContent);

    private static string MediaTypeOf(AIContent content) => content switch
    {
        DataContent data => data.MediaType,
        UriContent uri => uri.MediaType,
        HostedFileContent file => file.MediaType ?? Pdf,
        _ => "",
    };

    private static void WriteSource(Utf8JsonWriter writer, AIContent content, string mediaType)
    {
        switch (content)
        {
            case HostedFileContent file:
                writer.WriteString("type"u8, "file"u8);
                writer.WriteString("file_id"u8, file.FileId);
                break;
            case UriContent uri:
                writer.WriteString("type"u8, "url"u8);
                writer.WriteString("url"u8, uri.Uri.AbsoluteUri);
                break;
            case DataContent data when Is(mediaType, PlainText):
                writer.WriteString("type"u8, "text"u8);
                writer.WriteString("media_type"u8, PlainText);
                writer.WriteString("data"u8, Encoding.UTF8.GetString(data.Data.Span));
                break;
            case DataContent data:
                writer.WriteString("type"u8, "base64"u8);
                writer.WriteString("media_type"u8, mediaType.Equals("image/jpg", StringComparison.OrdinalIgnoreCase) ? "image/jpeg" : mediaType.ToLowerInvariant());
                writer.WriteBase64String("data"u8, data.Data.Span);
                break;
        }
    }

    /// <summary>What a document has beside its source: its name, and what the caller set as additional properties.</summary>
    private static void WriteDocumentFields(Utf8JsonWriter writer, AIContent content)
    {
        AdditionalPropertiesDictionary? more = content.AdditionalProperties;
        string? title = more?.TryGetValue("title", out object? set) == true ? set as string : (content as DataContent)?.Name;
        if (!string.IsNullOrEmpty(title))
        {
            writer.WriteString("title"u8, title);
        }

        if (more?.TryGetValue("context", out object? context) == true && context is string text)
        {
            writer.WriteString("context"u8, text);
        }

        if (more?.TryGetValue("citations", out object? citations) == true && citations is true)
        {
            writer.WriteStartObject("citations"u8);
            writer.WriteBoolean("enabled"u8, true);
            writer.WriteEndObject();
        }
    }

    private static bool Is(string mediaType, string other) => mediaType.Equals(other, StringComparison.OrdinalIgnoreCase);
}

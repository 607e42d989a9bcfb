using System.Text.Json;
using LlmStack.Providers.Fidelity;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Bedrock;

/// <summary>Writes images, documents, videos and sounds as blocks. Documents of one request need different names.</summary>
internal sealed class BedrockMediaWriter(Utf8JsonWriter writer, ProviderCall call)
{
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    /// <summary>Writes one.</summary>
    /// <param name="content">The content.</param>
    /// <param name="isResult">Whether it stands inside the result of a function, where no sound may.</param>
    public void Write(AIContent content, bool isResult = false)
    {
        string mediaType = content is DataContent data ? data.MediaType : ((UriContent)content).MediaType;
        bool stored = content is UriContent { Uri.Scheme: "s3" };
        if (FormatOf(mediaType, out string kind) is not { } format || (content is UriContent && !stored) || (isResult && kind == "audio"))
        {
            FieldPolicy.Unsupported(call, "Messages", FieldEffect.Meaning, $"a {content.GetType().Name} of media type '{mediaType}' cannot be sent in this format; allowed are images, documents, videos and, outside of results, sounds as data, or at an s3:// address");
            return;
        }

        writer.WriteStartObject();
        writer.WriteStartObject(kind);
        writer.WriteString("format"u8, format);
        if (kind == "document")
        {
            writer.WriteString("name"u8, NameOf((content as DataContent)?.Name));
        }

        writer.WriteStartObject("source"u8);
        if (content is DataContent bytes)
        {
            writer.WriteBase64String("bytes"u8, bytes.Data.Span);
        }
        else
        {
            writer.WriteStartObject("s3Location"u8);
            writer.WriteString("uri"u8, ((UriContent)content).Uri.OriginalString);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static string? FormatOf(string mediaType, out string kind)
    {
        string type = mediaType.ToLowerInvariant();
        kind = type.StartsWith("image/", StringComparison.Ordinal) ? "image"
            : type.StartsWith("video/", StringComparison.Ordinal) ? "video"
            : type.StartsWith("audio/", StringComparison.Ordinal) ? "audio"
            : "document";
        return type switch
        {
            "image/png" or "image/jpeg" or "image/gif" or "image/webp" => type[6..],
            "image/jpg" => "jpeg",
            "video/mp4" or "video/webm" or "video/mpeg" => type[6..],
            "video/quicktime" => "mov",
            "video/x-matroska" => "mkv",
            "audio/mpeg" or "audio/mp3" => "mp3",
            "audio/wav" or "audio/x-wav" or "audio/wave" or "audio/vnd.wave" => "wav",
            "audio/mp4" or "audio/x-m4a" => "m4a",
            "audio/aac" or "audio/flac" or "audio/ogg" or "audio/opus" or "audio/webm" => type[6..],
            "application/pdf" => "pdf",
            "text/csv" => "csv",
            "text/html" => "html",
            "text/plain" => "txt",
            "text/markdown" => "md",
            "application/msword" => "doc",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => "docx",
            "application/vnd.ms-excel" => "xls",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => "xlsx",
            _ => null,
        };
    }

    /// <summary>Letters, digits, single spaces, hyphens and brackets are allowed.</summary>
    private string NameOf(string? given)
    {
        Span<char> clean = stackalloc char[Math.Min(given?.Length ?? 0, 150)];
        int length = 0;
        for (int i = 0; i < clean.Length; i++)
        {
            char c = char.IsAsciiLetterOrDigit(given![i]) || given[i] is '-' or '(' or ')' or '[' or ']' or ' ' ? given[i] : '-';
            if (c != ' ' || (length > 0 && clean[length - 1] != ' '))
            {
                clean[length++] = c;
            }
        }

        string name = length == 0 ? "document" : new string(clean[..length]);
        string unique = name;
        for (int i = 2; !_names.Add(unique); i++)
        {
            unique = $"{name}-{i}";
        }

        return unique;
    }
}

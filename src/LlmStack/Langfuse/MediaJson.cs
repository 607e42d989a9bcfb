using System.Buffers;
using System.Collections.Frozen;
using System.Net.Http.Headers;
using System.Text.Json;
using LlmStack.Tracing.Media;

namespace LlmStack.Langfuse;

/// <summary>The bodies of the media endpoints.</summary>
internal static class MediaJson
{
    private const string AnyBytes = "application/octet-stream";

    /// <summary>The server takes these types and refuses others.</summary>
    private static readonly FrozenSet<string> Types = FrozenSet.Create(
        StringComparer.Ordinal,
        "image/png", "image/jpeg", "image/jpg", "image/webp", "image/gif", "image/svg+xml", "image/tiff", "image/bmp", "image/avif", "image/heic",
        "audio/mpeg", "audio/mp3", "audio/wav", "audio/ogg", "audio/oga", "audio/aac", "audio/mp4", "audio/flac", "audio/opus", "audio/webm",
        "video/mp4", "video/webm", "video/ogg", "video/mpeg", "video/quicktime", "video/x-msvideo", "video/x-matroska",
        "text/plain", "text/html", "text/css", "text/csv", "text/markdown",
        "application/pdf", "application/json", "application/xml", "application/zip", "application/msword", "application/vnd.ms-excel",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation", AnyBytes);

    /// <summary>The type under which the server takes a file.</summary>
    public static string Accepted(string contentType) => Types.Contains(contentType) ? contentType : AnyBytes;

    public static HttpContent Question(MediaUpload upload) => Content(upload, static (writer, upload) =>
    {
        writer.WriteString("traceId"u8, upload.TraceId.ToString());
        writer.WriteString("observationId"u8, upload.SpanId.ToString());
        writer.WriteString("contentType"u8, Accepted(upload.Item.ContentType));
        writer.WriteNumber("contentLength"u8, upload.Item.Bytes.Length);
        writer.WriteBase64String("sha256Hash"u8, upload.Item.Sha256);
        writer.WriteString("field"u8, upload.Item.Field == MediaField.Input ? "input"u8 : "output"u8);
    });

    public static HttpContent Outcome(MediaUpload upload) => Content(upload, static (writer, upload) =>
    {
        writer.WriteString("uploadedAt"u8, ScoreEncoder.Timestamp(upload.UploadedAt));
        writer.WriteNumber("uploadHttpStatus"u8, upload.UploadStatus);
        if (upload.UploadError is { } error)
        {
            writer.WriteString("uploadHttpError"u8, error);
        }

        writer.WriteNumber("uploadTimeMs"u8, (long)upload.UploadTime.TotalMilliseconds);
    });

    /// <summary>Where the bytes are wanted; null when they are there already.</summary>
    public static Uri? UploadUrl(byte[] body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            return document.RootElement.TryGetProperty("uploadUrl"u8, out JsonElement url) && url.ValueKind == JsonValueKind.String
                && Uri.TryCreate(url.GetString(), UriKind.Absolute, out Uri? address)
                ? address
                : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static ByteArrayContent Content(MediaUpload upload, Action<Utf8JsonWriter, MediaUpload> write)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            write(writer, upload);
            writer.WriteEndObject();
        }

        var content = new ByteArrayContent(buffer.WrittenSpan.ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }
}

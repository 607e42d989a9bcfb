using System.Text.Json;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Http;

/// <summary>Traces hold what kind of media it was and how large, not its bytes.</summary>
internal static class MediaCapture
{
    public static void Write(Utf8JsonWriter writer, string? mediaType, long bytes)
    {
        writer.WriteStartObject();
        writer.WriteString("media_type"u8, mediaType);
        writer.WriteNumber("bytes"u8, bytes);
        writer.WriteEndObject();
    }

    public static void Output(IContentCapture capture, string? mediaType, long bytes) =>
        JsonCapture.Output(capture, (MediaType: mediaType, Bytes: bytes), static (writer, media) => Write(writer, media.MediaType, media.Bytes));

    public static void Input(IContentCapture capture, DataContent media) => JsonCapture.Input(capture, media, static (writer, media) =>
    {
        writer.WriteStartObject();
        writer.WriteString("file"u8, media.Name);
        writer.WriteString("media_type"u8, media.MediaType);
        writer.WriteNumber("bytes"u8, media.Data.Length);
        writer.WriteEndObject();
    });
}

using System.Buffers;
using System.Text;

namespace LlmStack.Tracing.Media;

/// <summary>MIME types as they stand in contents.</summary>
internal static class MediaTypes
{
    private const int MaxLength = 100;
    private static readonly SearchValues<byte> Allowed = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$&^_.+-/"u8);

    /// <summary>The type without its parameters, lower case; null when it is none.</summary>
    public static string? Parse(ReadOnlySpan<byte> text)
    {
        int end = text.IndexOf((byte)';');
        text = end < 0 ? text : text[..end];
        int slash = text.IndexOf((byte)'/');
        return slash > 0 && slash < text.Length - 1 && text.Length <= MaxLength && !text.ContainsAnyExcept(Allowed)
            ? Encoding.ASCII.GetString(text).ToLowerInvariant()
            : null;
    }

    /// <summary>The type behind the <c>format</c> of an audio part.</summary>
    public static string? OfAudioFormat(ReadOnlySpan<byte> format) =>
        format.SequenceEqual("wav"u8) ? "audio/wav"
        : format.SequenceEqual("mp3"u8) ? "audio/mpeg"
        : format.SequenceEqual("flac"u8) ? "audio/flac"
        : format.SequenceEqual("opus"u8) ? "audio/opus"
        : format.SequenceEqual("aac"u8) ? "audio/aac"
        : format.SequenceEqual("ogg"u8) ? "audio/ogg"
        : null;
}

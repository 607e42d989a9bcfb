using Microsoft.Extensions.AI;

namespace LlmStack.Calls;

/// <summary>Reads the sound of a call once, so that every attempt can send it, and finds out what it is.</summary>
internal static class AudioInput
{
    /// <summary>No service takes more; a stream without end must not fill the memory.</summary>
    public const int MaxBytes = 256 * 1024 * 1024;

    public static async ValueTask<DataContent> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        if (!stream.CanRead)
        {
            throw CallArguments.Invalid("audioSpeechStream cannot be read; it is closed, or for writing only.");
        }

        long known = stream.CanSeek ? stream.Length - stream.Position : 0;
        if (known > MaxBytes)
        {
            throw TooLong(known);
        }

        var bytes = new MemoryStream((int)Math.Max(known, 0));
        byte[] piece = new byte[(int)Math.Clamp(known + 1, 4096, 128 * 1024)];
        int read;
        while ((read = await stream.ReadAsync(piece, cancellationToken).ConfigureAwait(false)) > 0)
        {
            if (bytes.Length + read > MaxBytes)
            {
                throw TooLong(bytes.Length + read);
            }

            bytes.Write(piece, 0, read);
        }

        if (bytes.Length == 0)
        {
            throw CallArguments.Invalid("audioSpeechStream is empty; it needs at least one byte, and is read from its position on.");
        }

        ReadOnlyMemory<byte> sound = bytes.GetBuffer().AsMemory(0, (int)bytes.Length);
        string name = stream is FileStream file ? Path.GetFileName(file.Name) : "";
        AudioFormat? format = AudioFormat.Of(sound.Span) ?? AudioFormat.Named(name);
        if (!Path.HasExtension(name))
        {
            // Services go by the ending.
            name = (name.Length == 0 ? "audio" : name) + (format is null ? "" : "." + format.Extension);
        }

        return new DataContent(sound, format?.MediaType ?? "application/octet-stream") { Name = name };
    }

    private static LlmException TooLong(long length) =>
        CallArguments.Invalid($"audioSpeechStream holds {length} bytes or more; allowed are at most {MaxBytes}.");
}

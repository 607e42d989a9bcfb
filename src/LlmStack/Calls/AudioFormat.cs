namespace LlmStack.Calls;

/// <summary>A container of sound, known by its first bytes or by the ending of a file's name.</summary>
internal sealed record AudioFormat(string MediaType, string Extension)
{
    private static readonly AudioFormat Wav = new("audio/wav", "wav");
    private static readonly AudioFormat Mp3 = new("audio/mpeg", "mp3");
    private static readonly AudioFormat Mp4 = new("audio/mp4", "m4a");
    private static readonly AudioFormat Ogg = new("audio/ogg", "ogg");
    private static readonly AudioFormat Flac = new("audio/flac", "flac");
    private static readonly AudioFormat WebM = new("audio/webm", "webm");

    /// <summary>The format that the bytes begin like; null when none.</summary>
    public static AudioFormat? Of(ReadOnlySpan<byte> bytes) =>
        bytes.StartsWith("RIFF"u8) && bytes.Length >= 12 && bytes[8..].StartsWith("WAVE"u8) ? Wav
        : bytes.StartsWith("fLaC"u8) ? Flac
        : bytes.StartsWith("OggS"u8) ? Ogg
        : bytes.StartsWith((ReadOnlySpan<byte>)[0x1A, 0x45, 0xDF, 0xA3]) ? WebM
        : bytes.Length >= 8 && bytes[4..].StartsWith("ftyp"u8) ? Mp4
        : bytes.StartsWith("ID3"u8) || (bytes.Length >= 2 && bytes[0] == 0xFF && (bytes[1] & 0xE0) == 0xE0) ? Mp3
        : null;

    /// <summary>The format that a file's name ends like; null when none.</summary>
    public static AudioFormat? Named(string fileName) => Path.GetExtension(fileName).ToLowerInvariant() switch
    {
        ".wav" => Wav,
        ".mp3" or ".mpga" or ".mpeg" => Mp3,
        ".m4a" or ".mp4" => Mp4,
        ".ogg" or ".oga" or ".opus" => Ogg,
        ".flac" => Flac,
        ".webm" => WebM,
        _ => null,
    };
}

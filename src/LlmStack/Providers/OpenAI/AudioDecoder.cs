using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI;

/// <summary>Turns base64 that was cut anywhere into audio contents; the letters that are left over wait for the next piece.</summary>
internal sealed class AudioDecoder
{
    /// <summary>Where an audio content keeps the id by which it is referred to in later requests.</summary>
    public const string IdKey = "audio_id";

    private string _rest = "";
    private string? _id;
    private string? _mediaType;

    /// <summary>The audio of a piece; null when it has none that is whole.</summary>
    /// <exception cref="FormatException">The data is no base64.</exception>
    public DataContent? Take(AudioPiece piece)
    {
        _id ??= piece.Id;
        string all = _rest + piece.Data;
        int whole = all.Length / 4 * 4;
        _rest = all[whole..];
        if (whole == 0)
        {
            return null;
        }

        byte[] bytes = Convert.FromBase64String(all[..whole]);
        _mediaType ??= MediaTypeOf(bytes);
        var content = new DataContent(bytes, _mediaType);
        if (_id is not null)
        {
            content.AdditionalProperties = new AdditionalPropertiesDictionary { [IdKey] = _id };
        }

        return content;
    }

    /// <summary>The format is told by the request alone, so it is read off the data, of which the first piece has three bytes or more; without a header it is raw samples.</summary>
    private static string MediaTypeOf(ReadOnlySpan<byte> bytes) =>
        bytes.StartsWith("RIF"u8) ? "audio/wav"
        : bytes.StartsWith("fLa"u8) ? "audio/flac"
        : bytes.StartsWith("Ogg"u8) ? "audio/ogg"
        : bytes.StartsWith("ID3"u8) || (bytes.Length > 1 && bytes[0] == 0xFF && (bytes[1] & 0xE0) == 0xE0) ? "audio/mpeg"
        : "audio/pcm";
}

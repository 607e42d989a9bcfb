using System.Buffers;
using System.Text;
using System.Text.Unicode;
using LlmStack.Providers.Http;

namespace LlmStack.Providers.OpenAI;

/// <summary>
/// Most chunks of a stream repeat the one before in everything but the text. The bytes around the text are remembered, and a chunk that
/// starts and ends with them is not parsed again: comparing them costs a tenth of reading them.
/// </summary>
/// <remarks>
/// Exact, not a guess: a JSON string between the same two byte strings can only change the value of that one string. OpenAI's padding
/// (<c>obfuscation</c>), which hides the length of a chunk and is read by nobody, may vary as well. Everything else is read in full.
/// </remarks>
internal sealed class ChunkTemplate
{
    /// <summary>Servers that vary each chunk otherwise (running counts) are not learned from for ever.</summary>
    private const int MaxMisses = 8;

    /// <summary>What ends or escapes a JSON string, and what may not stand in one.</summary>
    private static readonly SearchValues<byte> Special = SearchValues.Create(
        [(byte)'"', (byte)'\\', .. Enumerable.Range(0, 32).Select(static i => (byte)i)]);

    private byte[] _prefix = [];
    private byte[] _middle = [];
    private byte[]? _tail;
    private int _misses;

    private static ReadOnlySpan<byte> Padding => "\"obfuscation\":\""u8;

    /// <summary>The chunk's text as it stands in the chunk, when the chunk differs from the template in nothing else.</summary>
    public bool TryMatch(ReadOnlySpan<byte> chunk, out ReadOnlySpan<byte> text, out bool isEscaped)
    {
        text = default;
        isEscaped = false;
        if (_prefix.Length == 0 || !chunk.StartsWith(_prefix))
        {
            return false;
        }

        chunk = chunk[_prefix.Length..];
        int length = StringLength(chunk, out isEscaped);
        if (length < 0 || !EndsLikeTemplate(chunk[length..]))
        {
            return false;
        }

        text = chunk[..length];
        return Ascii.IsValid(text) || Utf8.IsValid(text);
    }

    /// <summary>Takes a chunk that was read in full as the new template, if it is an ordinary one.</summary>
    public void Learn(ReadOnlySpan<byte> chunk, ChatDocument document)
    {
        if (_misses >= MaxMisses
            || document is not { PieceCount: 1, FinishReason: null, HasError: false, HasMessage: false, Fragments.Count: 0 }
            || document.PieceAt(0) is not { Choice: 0, Text: { Length: > 0 } known, Reasoning: null, Refusal: null, HasToolCalls: false, Audio: null, Citations: null, ContentFilter: null } piece
            || !piece.LogProbabilities.Equals(default))
        {
            return;
        }

        _misses++;
        if (!TryFindText(chunk, "\"content\":\""u8, out int start, out int length, out bool escaped) && !TryFindText(chunk, "\"content\": \""u8, out start, out length, out escaped))
        {
            return;
        }

        ReadOnlySpan<byte> text = chunk.Slice(start, length);
        if (!Utf8.IsValid(text) || !string.Equals(escaped ? JsonText.Unescape(text) : Encoding.UTF8.GetString(text), known, StringComparison.Ordinal))
        {
            return;
        }

        ReadOnlySpan<byte> rest = chunk[(start + length)..];
        int padding = rest.IndexOf(Padding);
        int paddingStart = padding + Padding.Length;
        int paddingLength = padding < 0 ? -1 : rest[paddingStart..].IndexOfAny(Special);
        _prefix = chunk[..start].ToArray();
        _middle = paddingLength < 0 ? rest.ToArray() : rest[..paddingStart].ToArray();
        _tail = paddingLength < 0 ? null : rest[(paddingStart + paddingLength)..].ToArray();
    }

    private bool EndsLikeTemplate(ReadOnlySpan<byte> rest)
    {
        if (_tail is null)
        {
            return rest.SequenceEqual(_middle);
        }

        if (!rest.StartsWith(_middle))
        {
            return false;
        }

        rest = rest[_middle.Length..];
        int end = rest.IndexOfAny(Special);
        return end >= 0 && rest[end] == (byte)'"' && rest[end..].SequenceEqual(_tail);
    }

    /// <summary>Finds the one text behind <paramref name="marker"/>.</summary>
    private static bool TryFindText(ReadOnlySpan<byte> chunk, ReadOnlySpan<byte> marker, out int start, out int length, out bool isEscaped)
    {
        length = 0;
        isEscaped = false;
        int at = chunk.IndexOf(marker);
        start = at + marker.Length;
        if (at < 0 || chunk[start..].IndexOf(marker) >= 0)
        {
            return false;
        }

        length = StringLength(chunk[start..], out isEscaped);
        return length >= 0;
    }

    /// <summary>The length of the JSON string whose inside begins here; -1 when it has no end or an escape that JSON does not know.</summary>
    private static int StringLength(ReadOnlySpan<byte> bytes, out bool isEscaped)
    {
        isEscaped = false;
        int at = 0;
        while (true)
        {
            int found = bytes[at..].IndexOfAny(Special);
            if (found < 0)
            {
                return -1;
            }

            at += found;
            if (bytes[at] == (byte)'"')
            {
                return at;
            }

            int escape = bytes[at] == (byte)'\\' ? EscapeLength(bytes[at..]) : 0;
            if (escape == 0)
            {
                return -1;
            }

            isEscaped = true;
            at += escape;
        }
    }

    private static int EscapeLength(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 2)
        {
            return 0;
        }

        if (bytes[1] != (byte)'u')
        {
            return "\"\\/bfnrt"u8.Contains(bytes[1]) ? 2 : 0;
        }

        for (int i = 2; i < 6; i++)
        {
            if (i >= bytes.Length || !char.IsAsciiHexDigit((char)bytes[i]))
            {
                return 0;
            }
        }

        return 6;
    }
}

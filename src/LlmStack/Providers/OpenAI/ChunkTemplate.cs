using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace LlmStack.Providers.OpenAI;

/// <summary>
/// Most chunks of a stream repeat the one before in everything but the text. The bytes around the text are remembered, and a chunk that
/// starts and ends with them is not parsed again: comparing them costs a tenth of reading them.
/// </summary>
/// <remarks>
/// Exact, not a guess: bytes without quote, escape and control character between the same two byte strings can only change the value of
/// that one JSON string. Everything else is read in full.
/// </remarks>
internal sealed class ChunkTemplate
{
    /// <summary>Servers that vary each chunk (padding, running counts) are not learned from for ever.</summary>
    private const int MaxMisses = 8;

    /// <summary>What ends or escapes a JSON string, and what may not stand in one.</summary>
    private static readonly SearchValues<byte> Special = SearchValues.Create(
        [(byte)'"', (byte)'\\', .. Enumerable.Range(0, 32).Select(static i => (byte)i)]);

    private byte[] _prefix = [];
    private byte[] _suffix = [];
    private int _misses;

    /// <summary>The chunk's text, when it differs from the template in nothing else.</summary>
    public bool TryMatch(ReadOnlySpan<byte> chunk, out ReadOnlySpan<byte> text)
    {
        if (_prefix.Length > 0 && chunk.Length >= _prefix.Length + _suffix.Length && chunk.EndsWith(_suffix) && chunk.StartsWith(_prefix))
        {
            text = chunk[_prefix.Length..^_suffix.Length];
            if (text.IndexOfAny(Special) < 0 && (Ascii.IsValid(text) || Utf8.IsValid(text)))
            {
                return true;
            }
        }

        text = default;
        return false;
    }

    /// <summary>Takes a chunk that was read in full as the new template, if it is an ordinary one.</summary>
    public void Learn(ReadOnlySpan<byte> chunk, ChatDocument document)
    {
        if (_misses >= MaxMisses
            || document is not { PieceCount: 1, FinishReason: null, HasError: false, HasMessage: false, Fragments.Count: 0 }
            || document.PieceAt(0) is not { Choice: 0, Text: { Length: > 0 } known, Reasoning: null, Refusal: null, HasToolCalls: false })
        {
            return;
        }

        _misses++;
        if (!TryFindText(chunk, "\"content\":\""u8, out int start, out int length) && !TryFindText(chunk, "\"content\": \""u8, out start, out length))
        {
            return;
        }

        ReadOnlySpan<byte> text = chunk.Slice(start, length);
        if (!Utf8.IsValid(text) || !string.Equals(Encoding.UTF8.GetString(text), known, StringComparison.Ordinal))
        {
            return;
        }

        _prefix = chunk[..start].ToArray();
        _suffix = chunk[(start + length)..].ToArray();
    }

    /// <summary>Finds the one unescaped text behind <paramref name="marker"/>.</summary>
    private static bool TryFindText(ReadOnlySpan<byte> chunk, ReadOnlySpan<byte> marker, out int start, out int length)
    {
        length = 0;
        int at = chunk.IndexOf(marker);
        start = at + marker.Length;
        if (at < 0 || chunk[start..].IndexOf(marker) >= 0)
        {
            return false;
        }

        length = chunk[start..].IndexOfAny(Special);
        return length >= 0 && chunk[start + length] == (byte)'"';
    }
}

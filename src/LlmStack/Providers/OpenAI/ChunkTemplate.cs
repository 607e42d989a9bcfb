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
        int length = JsonStringBytes.Length(chunk, out isEscaped);
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
            || !piece.LogProbabilities.Equals(default)
            || !piece.ReasoningState.Equals(default))
        {
            return;
        }

        _misses++;
        if (!JsonStringBytes.TryFind(chunk, "\"content\":\""u8, out int start, out int length, out bool escaped) && !JsonStringBytes.TryFind(chunk, "\"content\": \""u8, out start, out length, out escaped))
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
        int paddingLength = padding < 0 ? -1 : rest[paddingStart..].IndexOfAny(JsonStringBytes.Special);
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
        int end = rest.IndexOfAny(JsonStringBytes.Special);
        return end >= 0 && rest[end] == (byte)'"' && rest[end..].SequenceEqual(_tail);
    }
}

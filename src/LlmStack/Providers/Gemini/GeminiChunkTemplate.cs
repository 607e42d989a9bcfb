using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using LlmStack.Providers.Http;

namespace LlmStack.Providers.Gemini;

/// <summary>
/// The chunks of a stream repeat each other in everything but the text and the counts of tokens so far. The bytes around the text are
/// remembered, and a chunk that has them is not parsed again: its text is taken out, its counts are kept as they are until they are
/// needed, for those of the next chunk replace them.
/// </summary>
/// <remarks>
/// Exact, not a guess: a JSON string between the same bytes can only change the value of that one string, and digits in the place of
/// digits within <c>usageMetadata</c> only the values of its numbers. Everything else is read in full.
/// </remarks>
internal sealed class GeminiChunkTemplate
{
    /// <summary>Streams that vary each chunk otherwise are not learned from for ever.</summary>
    private const int MaxMisses = 8;

    private byte[] _prefix = [];
    private byte[] _tail = [];
    private Range _usage;
    private int _misses;

    /// <summary>Whether the template's text is a thought.</summary>
    public bool IsThought { get; private set; }

    /// <summary>The chunk's text, and the bytes of its usage, when it differs from the template in nothing else.</summary>
    public bool TryMatch(ReadOnlySpan<byte> chunk, out ReadOnlySpan<byte> text, out bool isEscaped, out ReadOnlySpan<byte> usage)
    {
        text = usage = default;
        isEscaped = false;
        if (_prefix.Length == 0 || !chunk.StartsWith(_prefix))
        {
            return false;
        }

        chunk = chunk[_prefix.Length..];
        int length = JsonStringBytes.Length(chunk, out isEscaped);
        if (length <= 0 || !TailFits(chunk[length..], out usage))
        {
            return false;
        }

        text = chunk[..length];
        return Ascii.IsValid(text) || Utf8.IsValid(text);
    }

    /// <summary>Takes a chunk that was read in full as the new template, if it is an ordinary one.</summary>
    public void Learn(ReadOnlySpan<byte> chunk, GeminiDocument document)
    {
        if (_misses >= MaxMisses || document.PlainText is not { } known)
        {
            return;
        }

        _misses++;
        if (!JsonStringBytes.TryFind(chunk, "\"text\": \""u8, out int start, out int length, out bool escaped) && !JsonStringBytes.TryFind(chunk, "\"text\":\""u8, out start, out length, out escaped))
        {
            return;
        }

        ReadOnlySpan<byte> text = chunk.Slice(start, length);
        if (!Utf8.IsValid(text) || !string.Equals(escaped ? JsonText.Unescape(text) : Encoding.UTF8.GetString(text), known, StringComparison.Ordinal))
        {
            return;
        }

        _prefix = chunk[..start].ToArray();
        _tail = chunk[(start + length)..].ToArray();
        _usage = UsageIn(_tail);
        IsThought = document.PartAt(0).IsThought;
    }

    private static Range UsageIn(ReadOnlySpan<byte> tail)
    {
        ReadOnlySpan<byte> name = "\"usageMetadata\""u8;
        int at = tail.IndexOf(name);
        int open = at < 0 ? -1 : tail[(at + name.Length)..].IndexOf((byte)'{');
        if (open < 0 || tail[(at + name.Length)..].IndexOf(name) >= 0)
        {
            return default;
        }

        open += at + name.Length;
        var reader = new WireReader(tail[open..]);
        reader.Read();
        reader.Skip();
        return open..(open + reader.BytesConsumed);
    }

    /// <summary>Compares with the template's bytes; within the usage, digits in the place of digits are the same.</summary>
    private bool TailFits(ReadOnlySpan<byte> chunk, out ReadOnlySpan<byte> usage)
    {
        ReadOnlySpan<byte> known = _tail;
        int usageStart = _usage.Start.Value;
        int usageEnd = _usage.End.Value;
        int at = 0;
        int ahead = 0;
        int skipped = 0;
        usage = default;
        while (true)
        {
            at += known[at..].CommonPrefixLength(chunk[(at + ahead)..]);
            if (at == known.Length)
            {
                // The bytes before the usage are the same, so that it begins at the same place.
                usage = chunk[usageStart..(usageEnd + ahead)];
                return at + ahead == chunk.Length;
            }

            while (at > skipped && char.IsAsciiDigit((char)known[at - 1]))
            {
                at--;
            }

            int count = DigitsAt(known[at..]);
            int other = DigitsAt(chunk[(at + ahead)..]);
            bool isNumber = at >= usageStart && at + count < usageEnd && count > 0 && other > 0 && (other == 1 || chunk[at + ahead] != (byte)'0');
            if (!isNumber)
            {
                return false;
            }

            at += count;
            ahead += other - count;
            skipped = at;
        }
    }

    private static int DigitsAt(ReadOnlySpan<byte> bytes)
    {
        int count = 0;
        while (count < bytes.Length && char.IsAsciiDigit((char)bytes[count]))
        {
            count++;
        }

        return count;
    }
}

using System.Buffers;
using System.Text.Json;

namespace LlmStack.Providers.Http;

/// <summary>Writes long texts as JSON strings: between characters that need an escape whole stretches are copied.</summary>
/// <remarks><see cref="Utf8JsonWriter"/> goes on character by character behind the first one, and most answers have a line break early.</remarks>
internal static class EscapedText
{
    private static readonly SearchValues<byte> Escaped = SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(static code => (byte)code), (byte)'"', (byte)'\\', 0x7F]);

    /// <param name="writer">Where a value may come.</param>
    /// <param name="utf8">Valid UTF-8, as made from a string.</param>
    public static void Write(Utf8JsonWriter writer, ReadOnlySpan<byte> utf8)
    {
        int next = utf8.IndexOfAny(Escaped);
        if (next < 0)
        {
            writer.WriteStringValue(utf8);
            return;
        }

        using var text = new PooledBuffer(utf8.Length + (utf8.Length / 8) + 16);
        Append(text, "\""u8);
        for (ReadOnlySpan<byte> rest = utf8; ; next = rest.IndexOfAny(Escaped))
        {
            Append(text, next < 0 ? rest : rest[..next]);
            if (next < 0)
            {
                break;
            }

            Escape(text, rest[next]);
            rest = rest[(next + 1)..];
        }

        Append(text, "\""u8);
        writer.WriteRawValue(text.WrittenSpan, skipInputValidation: true);
    }

    private static void Escape(PooledBuffer text, byte code)
    {
        switch (code)
        {
            case (byte)'\n':
                Append(text, "\\n"u8);
                break;
            case (byte)'"':
                Append(text, "\\\""u8);
                break;
            case (byte)'\\':
                Append(text, "\\\\"u8);
                break;
            case (byte)'\t':
                Append(text, "\\t"u8);
                break;
            case (byte)'\r':
                Append(text, "\\r"u8);
                break;
            default:
                ReadOnlySpan<byte> digits = "0123456789abcdef"u8;
                Append(text, [(byte)'\\', (byte)'u', (byte)'0', (byte)'0', digits[code >> 4], digits[code & 15]]);
                break;
        }
    }

    private static void Append(PooledBuffer text, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(text.GetSpan(bytes.Length));
        text.Advance(bytes.Length);
    }
}

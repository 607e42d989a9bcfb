using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace LlmStack.Providers.Http;

/// <summary>Reads JSON values the way servers really write them: broken UTF-8, split surrogates, numbers as strings.</summary>
internal static class JsonText
{
    public static readonly JsonReaderOptions Lenient = new() { AllowTrailingCommas = true, MaxDepth = 256, AllowMultipleValues = true };

    /// <summary>The string at the reader, or null for a JSON null. Invalid bytes become U+FFFD, half surrogates stay as they are.</summary>
    public static string? GetString(ref WireReader reader)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            return null;
        }

        ReadOnlySpan<byte> raw = reader.ValueSpan;
        return reader.ValueIsEscaped ? Unescape(raw) : Encoding.UTF8.GetString(raw);
    }

    /// <summary>The text of a member; null when there is none. Half surrogates, at which the element itself throws, stay as they are.</summary>
    public static string? TextOf(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? TextOf(value) : null;

    /// <inheritdoc cref="TextOf(JsonElement, string)"/>
    public static string TextOf(JsonElement text)
    {
        ReadOnlySpan<byte> raw = JsonMarshal.GetRawUtf8Value(text)[1..^1];
        return raw.Contains((byte)'\\') ? Unescape(raw) : Encoding.UTF8.GetString(raw);
    }

    /// <summary>The string at the reader; when it equals <paramref name="known"/>, that very instance.</summary>
    public static string? GetString(ref WireReader reader, string? known) =>
        known is not null && reader.TokenType == JsonTokenType.String && !reader.ValueIsEscaped && EqualsAscii(reader.ValueSpan, known) ? known : GetString(ref reader);

    /// <summary>A whole number written as number, float or string; null when it is none, or negative.</summary>
    public static long? GetCount(ref WireReader reader)
    {
        if (reader.TokenType is not (JsonTokenType.Number or JsonTokenType.String))
        {
            return null;
        }

        ReadOnlySpan<byte> raw = reader.ValueSpan;
        if (long.TryParse(raw, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole))
        {
            return whole >= 0 ? whole : null;
        }

        return double.TryParse(raw, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && number is >= 0 and < 9e18 ? (long)number : null;
    }

    /// <summary>Reads the value behind a property name; what is no count leaves <paramref name="field"/> as it is.</summary>
    public static void TakeCount(ref WireReader reader, ref long? field)
    {
        reader.Read();
        field = GetCount(ref reader) ?? field;
        reader.Skip();
    }

    public static double? GetNumber(ref WireReader reader) =>
        reader.TokenType is JsonTokenType.Number or JsonTokenType.String
        && double.TryParse(reader.ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            ? number
            : null;

    /// <summary>An amount of money; null when it is none, negative, or beyond what a call can cost.</summary>
    public static decimal? GetAmount(ref WireReader reader) =>
        reader.TokenType is JsonTokenType.Number or JsonTokenType.String
        && decimal.TryParse(reader.ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal amount)
        && amount is >= 0 and < 1_000_000_000_000_000
            ? amount
            : null;

    /// <summary>Replaces bare NaN and Infinity outside strings by an empty text, which reads as no number, in place. Done only after a document failed to parse.</summary>
    public static bool PatchNonFinite(Span<byte> json)
    {
        bool inString = false;
        bool changed = false;
        for (int i = 0; i < json.Length; i++)
        {
            if (inString)
            {
                if (json[i] == (byte)'\\')
                {
                    i++;
                }
                else if (json[i] == (byte)'"')
                {
                    inString = false;
                }

                continue;
            }

            if (json[i] == (byte)'"')
            {
                inString = true;
                continue;
            }

            Span<byte> rest = json[i..];
            int length = rest.StartsWith("NaN"u8) ? 3 : rest.StartsWith("Infinity"u8) ? 8 : rest.StartsWith("-Infinity"u8) ? 9 : 0;
            if (length > 0)
            {
                rest[..length].Fill((byte)' ');
                rest[0] = rest[1] = (byte)'"';
                i += length - 1;
                changed = true;
            }
        }

        return changed;
    }

    private static bool EqualsAscii(ReadOnlySpan<byte> utf8, string text) => Ascii.Equals(utf8, text);

    /// <summary>The text of the inside of a JSON string.</summary>
    // A kilobyte would be cleared on every call, and is written before it is read.
    [SkipLocalsInit]
    public static string Unescape(ReadOnlySpan<byte> raw)
    {
        char[]? rented = null;
        Span<char> chars = raw.Length <= 512 ? stackalloc char[512] : (rented = ArrayPool<char>.Shared.Rent(raw.Length));
        int length = 0;
        while (!raw.IsEmpty)
        {
            int plain = raw.IndexOf((byte)'\\');
            if (plain < 0)
            {
                length += Encoding.UTF8.GetChars(raw, chars[length..]);
                break;
            }

            length += Encoding.UTF8.GetChars(raw[..plain], chars[length..]);
            raw = raw[plain..];
            if (raw.Length < 2)
            {
                break;
            }

            int taken = 2;
            chars[length++] = (char)raw[1] switch
            {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                'b' => '\b',
                'f' => '\f',
                'u' => Hex(raw, out taken),
                char other => other,
            };
            raw = raw[taken..];
        }

        string text = new(chars[..length]);
        if (rented is not null)
        {
            ArrayPool<char>.Shared.Return(rented);
        }

        return text;
    }

    private static char Hex(ReadOnlySpan<byte> raw, out int taken)
    {
        taken = Math.Min(6, raw.Length);
        return ushort.TryParse(raw[2..taken], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort code) ? (char)code : '\uFFFD';
    }
}

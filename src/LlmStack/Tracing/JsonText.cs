using System.Buffers;
using System.Globalization;
using System.Text;

namespace LlmStack.Tracing;

/// <summary>Text to the inside of a JSON string, UTF-8, without allocation. Only what JSON demands is escaped, so text stays readable and short.</summary>
internal static class JsonText
{
    private const string Controls = "\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000b\f\r\u000e\u000f\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f";
    private static readonly SearchValues<char> Special = SearchValues.Create("\"\\" + Controls);
    private static readonly SearchValues<byte> SpecialBytes = SearchValues.Create(Encoding.ASCII.GetBytes("\"\\" + Controls));

    /// <summary>Appends <paramref name="text"/>, escaped. Lone surrogates become U+FFFD.</summary>
    public static void Append(ContentBuffer buffer, ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            if (buffer.IsOverLimit)
            {
                buffer.CountOnly(Encoding.UTF8.GetByteCount(text));
                return;
            }

            int plain = text.IndexOfAny(Special);
            int run = plain < 0 ? text.Length : plain;
            if (run > 0)
            {
                AppendPlain(buffer, text[..run]);
            }

            if (plain < 0)
            {
                return;
            }

            AppendEscape(buffer, (byte)text[plain]);
            text = text[(plain + 1)..];
        }
    }

    /// <summary>Appends well-formed UTF-8, escaped.</summary>
    public static void Append(ContentBuffer buffer, ReadOnlySpan<byte> utf8)
    {
        while (!utf8.IsEmpty)
        {
            int plain = utf8.IndexOfAny(SpecialBytes);
            buffer.Write(plain < 0 ? utf8 : utf8[..plain]);
            if (plain < 0)
            {
                return;
            }

            AppendEscape(buffer, utf8[plain]);
            utf8 = utf8[(plain + 1)..];
        }
    }

    /// <summary>Appends <paramref name="text"/> as a whole JSON string, with its quotes.</summary>
    public static void AppendString(ContentBuffer buffer, ReadOnlySpan<char> text)
    {
        buffer.Write("\""u8);
        Append(buffer, text);
        buffer.Write("\""u8);
    }

    /// <summary>A piece of JSON text with its escapes resolved, as far as they are whole.</summary>
    public static string Unescape(string json)
    {
        int escape = json.IndexOf('\\', StringComparison.Ordinal);
        if (escape < 0)
        {
            return json;
        }

        var text = new StringBuilder(json.Length);
        int copied = 0;
        while (escape >= 0 && escape + 1 < json.Length)
        {
            text.Append(json, copied, escape - copied);
            char kind = json[escape + 1];
            copied = escape + 2;
            if (kind == 'u' && escape + 6 <= json.Length && ushort.TryParse(json.AsSpan(escape + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort code))
            {
                text.Append((char)code);
                copied = escape + 6;
            }
            else
            {
                text.Append(kind switch { 'n' => '\n', 'r' => '\r', 't' => '\t', 'b' => '\b', 'f' => '\f', _ => kind });
            }

            escape = json.IndexOf('\\', copied);
        }

        return text.Append(json, copied, json.Length - copied).ToString();
    }

    /// <summary>The longest prefix of <paramref name="utf8"/> of at most <paramref name="length"/> bytes that does not cut a character.</summary>
    public static ReadOnlySpan<byte> Prefix(ReadOnlySpan<byte> utf8, int length)
    {
        if (length >= utf8.Length)
        {
            return utf8;
        }

        while (length > 0 && (utf8[length] & 0xC0) == 0x80)
        {
            length--;
        }

        return utf8[..Math.Max(length, 0)];
    }

    private static void AppendPlain(ContentBuffer buffer, ReadOnlySpan<char> text)
    {
        const int Slice = 16 * 1024;
        while (text.Length > Slice)
        {
            int take = char.IsHighSurrogate(text[Slice - 1]) ? Slice - 1 : Slice;
            buffer.Advance(Encoding.UTF8.GetBytes(text[..take], buffer.GetSpan(take * 3)));
            text = text[take..];
            if (buffer.IsOverLimit)
            {
                buffer.CountOnly(Encoding.UTF8.GetByteCount(text));
                return;
            }
        }

        buffer.Advance(Encoding.UTF8.GetBytes(text, buffer.GetSpan(text.Length * 3)));
    }

    private static void AppendEscape(ContentBuffer buffer, byte value)
    {
        switch (value)
        {
            case (byte)'"': buffer.Write("\\\""u8); break;
            case (byte)'\\': buffer.Write("\\\\"u8); break;
            case (byte)'\n': buffer.Write("\\n"u8); break;
            case (byte)'\r': buffer.Write("\\r"u8); break;
            case (byte)'\t': buffer.Write("\\t"u8); break;
            default:
                ReadOnlySpan<byte> hex = "0123456789abcdef"u8;
                buffer.Write([(byte)'\\', (byte)'u', (byte)'0', (byte)'0', hex[value >> 4], hex[value & 15]]);
                break;
        }
    }
}

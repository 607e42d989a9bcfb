using System.Buffers;

namespace LlmStack.Providers.Http;

/// <summary>Finds JSON strings in bytes that are not parsed: for events that repeat each other in everything but a text.</summary>
internal static class JsonStringBytes
{
    /// <summary>What ends or escapes a JSON string, and what may not stand in one.</summary>
    public static readonly SearchValues<byte> Special = SearchValues.Create(
        [(byte)'"', (byte)'\\', .. Enumerable.Range(0, 32).Select(static i => (byte)i)]);

    /// <summary>The length of the JSON string whose inside begins here; -1 when it has no end or an escape that JSON does not know.</summary>
    public static int Length(ReadOnlySpan<byte> bytes, out bool isEscaped)
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

    /// <summary>Finds the one text behind <paramref name="marker"/>; false when there is none, or a second.</summary>
    public static bool TryFind(ReadOnlySpan<byte> json, ReadOnlySpan<byte> marker, out int start, out int length, out bool isEscaped)
    {
        length = 0;
        isEscaped = false;
        int at = json.IndexOf(marker);
        start = at + marker.Length;
        if (at < 0 || json[start..].IndexOf(marker) >= 0)
        {
            return false;
        }

        length = Length(json[start..], out isEscaped);
        return length >= 0;
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

using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace LlmStack.Providers.Http;

/// <summary>Finds where things end in JSON. Where one is broken the answer is the complement of the place, a negative number.</summary>
internal static class WireScanner
{
    /// <summary>The next place that is no white space.</summary>
    public static int SkipSpace(ReadOnlySpan<byte> json, int at)
    {
        while ((uint)at < (uint)json.Length && json[at] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
        {
            at++;
        }

        return at;
    }

    /// <summary>The next place of what ends a text, begins an escape, or must not be in a text; the length when there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Special(ReadOnlySpan<byte> json, int at)
    {
        if (Vector128.IsHardwareAccelerated)
        {
            ref byte start = ref MemoryMarshal.GetReference(json);
            while (at <= json.Length - Vector128<byte>.Count)
            {
                var bytes = Vector128.LoadUnsafe(ref start, (nuint)at);
                Vector128<byte> special = Vector128.Equals(bytes, Vector128.Create((byte)'"'))
                    | Vector128.Equals(bytes, Vector128.Create((byte)'\\'))
                    | Vector128.Equals(Vector128.Min(bytes, Vector128.Create((byte)0x1F)), bytes);
                uint places = special.ExtractMostSignificantBits();
                if (places != 0)
                {
                    return at + BitOperations.TrailingZeroCount(places);
                }

                at += Vector128<byte>.Count;
            }
        }

        while ((uint)at < (uint)json.Length && json[at] is not ((byte)'"' or (byte)'\\' or < 0x20))
        {
            at++;
        }

        return at;
    }

    /// <summary>The place behind an escape.</summary>
    public static int EscapeEnd(ReadOnlySpan<byte> json, int backslash)
    {
        int at = backslash + 1;
        if ((uint)at >= (uint)json.Length)
        {
            return ~at;
        }

        switch (json[at])
        {
            case (byte)'"' or (byte)'\\' or (byte)'/' or (byte)'b' or (byte)'f' or (byte)'n' or (byte)'r' or (byte)'t':
                return at + 1;
            case (byte)'u':
                for (int i = 1; i <= 4; i++)
                {
                    if (at + i >= json.Length || !char.IsAsciiHexDigit((char)json[at + i]))
                    {
                        return ~(at + i);
                    }
                }

                return at + 5;
            default:
                return ~at;
        }
    }

    /// <summary>The place behind a number, where something must follow that may stand behind one, or nothing.</summary>
    public static int NumberEnd(ReadOnlySpan<byte> json, int start)
    {
        int whole = json[start] == (byte)'-' ? start + 1 : start;
        int at = Digits(json, whole);
        if (at > whole + 1 && json[whole] == (byte)'0')
        {
            return ~(whole + 1);
        }

        if (at >= 0 && at < json.Length && json[at] == (byte)'.')
        {
            at = Digits(json, at + 1);
        }

        if (at >= 0 && at < json.Length && (json[at] | 0x20) == 'e')
        {
            at++;
            if (at < json.Length && json[at] is (byte)'+' or (byte)'-')
            {
                at++;
            }

            at = Digits(json, at);
        }

        bool ends = at < 0 || at >= json.Length
            || json[at] is (byte)',' or (byte)'}' or (byte)']' or (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t' or (byte)'/';
        return ends ? at : ~at;
    }

    /// <summary>The end of at least one digit.</summary>
    private static int Digits(ReadOnlySpan<byte> json, int start)
    {
        int at = start;
        while ((uint)at < (uint)json.Length && (uint)(json[at] - '0') <= 9)
        {
            at++;
        }

        return at == start ? ~at : at;
    }
}

using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;

namespace LlmStack.Providers.Http;

/// <summary>Reads a plain JSON list of numbers straight from its bytes: the vectors of providers that have no shorter form.</summary>
/// <remarks>
/// Exact: each number is the float nearest to what is written. Up to nineteen digits are taken as one whole number and scaled by a power
/// of ten in double precision, whose error is far below half a step between floats. Where the result lies so near the middle between two
/// floats that this error could decide, and outside the usual range, the library's own parser reads the number.
/// </remarks>
internal static class FloatScanner
{
    /// <summary>The largest power of ten that a double holds exactly.</summary>
    private const int ExactPowers = 22;

    /// <summary>What separates a double from the middle between two floats, in the bits that a float does not have.</summary>
    private const long Middle = 0x1000_0000;

    /// <summary>More than the error of three roundings, in steps between doubles.</summary>
    private const long Margin = 4;

    private static readonly double[] Powers = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22];

    /// <summary>Reads numbers up to the bracket that closes the list. False when anything else is in it; what was read then counts for nothing.</summary>
    /// <param name="json">What follows the opening bracket.</param>
    /// <param name="buffer">Where the numbers go; replaced by a larger one from the same pool when it is full.</param>
    /// <param name="length">How many numbers there are.</param>
    /// <param name="end">Where the closing bracket is.</param>
    public static bool TryScan(ReadOnlySpan<byte> json, ref float[] buffer, out int length, out int end)
    {
        length = 0;
        end = 0;
        int at = 0;
        while (true)
        {
            SkipBlanks(json, ref at);
            if (!TryRead(json, ref at, out float number))
            {
                return false;
            }

            if (length == buffer.Length)
            {
                float[] larger = ArrayPool<float>.Shared.Rent(buffer.Length * 2);
                buffer.AsSpan(0, length).CopyTo(larger);
                ArrayPool<float>.Shared.Return(buffer);
                buffer = larger;
            }

            buffer[length++] = number;
            SkipBlanks(json, ref at);
            if ((uint)at >= (uint)json.Length)
            {
                return false;
            }

            byte next = json[at];
            if (next == (byte)',')
            {
                at++;
            }
            else
            {
                end = at;
                return next == (byte)']';
            }
        }
    }

    /// <summary>Reads one JSON number; false when there is none.</summary>
    public static bool TryRead(ReadOnlySpan<byte> json, ref int at, out float number)
    {
        int start = at;
        number = 0;
        bool isNegative = (uint)at < (uint)json.Length && json[at] == (byte)'-';
        at += isNegative ? 1 : 0;
        long digits = 0;
        int exponent = 0;
        int first = at;
        TakeDigits(json, ref at, ref digits, ref exponent, step: 0);
        if (at == first || (json[first] == (byte)'0' && at > first + 1))
        {
            return false;
        }

        if ((uint)at < (uint)json.Length && json[at] == (byte)'.')
        {
            first = ++at;
            TakeEights(json, ref at, ref digits, ref exponent);
            TakeDigits(json, ref at, ref digits, ref exponent, step: -1);
            if (at == first)
            {
                return false;
            }
        }

        if ((uint)at < (uint)json.Length && (json[at] | 0x20) == (byte)'e' && !TryTakeExponent(json, ref at, ref exponent))
        {
            return false;
        }

        if (TryScale(digits, exponent, out number))
        {
            number = isNegative ? -number : number;
            return true;
        }

        return float.TryParse(json[start..at], NumberStyles.Float, CultureInfo.InvariantCulture, out number);
    }

    private static bool TryScale(long digits, int exponent, out float number)
    {
        number = 0;
        if (digits == 0)
        {
            return true;
        }

        double value = digits;
        if (exponent < 0)
        {
            if (exponent < -2 * ExactPowers)
            {
                return false;
            }

            value /= Powers[Math.Min(-exponent, ExactPowers)];
            value = exponent < -ExactPowers ? value / Powers[-exponent - ExactPowers] : value;
        }
        else if (exponent > 0)
        {
            if (exponent > ExactPowers)
            {
                return false;
            }

            value *= Powers[exponent];
        }

        long below = (BitConverter.DoubleToInt64Bits(value) & 0x1FFF_FFFF) - Middle;
        number = (float)value;

        // Outside of this range floats have fewer digits, or end.
        return below is < -Margin or > Margin && value is > 1.2e-38 and < 3.4e38;
    }

    private static void SkipBlanks(ReadOnlySpan<byte> json, ref int at)
    {
        while ((uint)at < (uint)json.Length && json[at] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
        {
            at++;
        }
    }

    /// <summary>Takes eight digits at once, as often as they fit.</summary>
    private static void TakeEights(ReadOnlySpan<byte> json, ref int at, ref long digits, ref int exponent)
    {
        while (digits < 90_000_000_000 && json.Length - at >= sizeof(ulong))
        {
            ulong eight = BinaryPrimitives.ReadUInt64LittleEndian(json[at..]);
            if (((eight & 0xF0F0_F0F0_F0F0_F0F0) | (((eight + 0x0606_0606_0606_0606) & 0xF0F0_F0F0_F0F0_F0F0) >> 4)) != 0x3333_3333_3333_3333)
            {
                return;
            }

            eight -= 0x3030_3030_3030_3030;
            eight = (eight * 10) + (eight >> 8);
            eight = (((eight & 0x0000_00FF_0000_00FF) * 0x000F_4240_0000_0064) + (((eight >> 16) & 0x0000_00FF_0000_00FF) * 0x0000_2710_0000_0001)) >> 32;
            digits = (digits * 100_000_000) + (uint)eight;
            exponent -= 8;
            at += 8;
        }
    }

    /// <summary>Takes digits one by one; those beyond the nineteenth decide nothing that the margin would not catch.</summary>
    /// <param name="json">The bytes.</param>
    /// <param name="at">Where they begin; behind them afterwards.</param>
    /// <param name="digits">The digits so far, as a whole number.</param>
    /// <param name="exponent">By which power of ten it is to be scaled.</param>
    /// <param name="step">What a digit that is taken adds to the exponent; before the point 0, and 1 for one that is left out.</param>
    private static void TakeDigits(ReadOnlySpan<byte> json, ref int at, ref long digits, ref int exponent, int step)
    {
        while ((uint)at < (uint)json.Length && (uint)(json[at] - '0') <= 9)
        {
            if (digits < 900_000_000_000_000_000)
            {
                digits = (digits * 10) + (json[at] - '0');
                exponent += step;
            }
            else
            {
                exponent += step + 1;
            }

            at++;
        }
    }

    private static bool TryTakeExponent(ReadOnlySpan<byte> json, ref int at, ref int exponent)
    {
        at++;
        bool isNegative = (uint)at < (uint)json.Length && json[at] == (byte)'-';
        if (isNegative || ((uint)at < (uint)json.Length && json[at] == (byte)'+'))
        {
            at++;
        }

        int first = at;
        int power = 0;
        while ((uint)at < (uint)json.Length && (uint)(json[at] - '0') <= 9)
        {
            power = Math.Min((power * 10) + (json[at] - '0'), 100_000);
            at++;
        }

        exponent += isNegative ? -power : power;
        return at > first;
    }
}

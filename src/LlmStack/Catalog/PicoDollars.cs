namespace LlmStack.Catalog;

/// <summary>
/// Amounts as integers of 10⁻¹² US dollars: what a token costs at a price of up to six decimals per million is a whole number of them.
/// </summary>
internal static class PicoDollars
{
    /// <summary>The decimals of a dollar.</summary>
    public const int Decimals = 12;

    private const int ScaleShift = 16;

    private static readonly ulong[] PowersOfTen =
    [
        1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000, 100_000_000_000, 1_000_000_000_000,
    ];

    /// <summary>A decimal times ten to the <paramref name="power"/>, 0 to 12; false when that is negative, no whole number, or too large.</summary>
    public static bool TryScale(decimal value, int power, out long scaled)
    {
        Span<int> parts = stackalloc int[4];
        decimal.GetBits(value, parts);
        int scale = (parts[3] >> ScaleShift) & 0xFF;
        ulong digits = ((ulong)(uint)parts[1] << 32) | (uint)parts[0];
        scaled = 0;
        if (parts[2] != 0 || parts[3] < 0 || scale - power > Decimals)
        {
            return false;
        }

        if (scale <= power)
        {
            ulong high = Math.BigMul(digits, PowersOfTen[power - scale], out ulong low);
            scaled = (long)low;
            return high == 0 && low <= long.MaxValue;
        }

        (ulong quotient, ulong rest) = Math.DivRem(digits, PowersOfTen[scale - power]);
        scaled = (long)quotient;
        return rest == 0 && quotient <= long.MaxValue;
    }

    /// <summary>The amount in dollars, without zeros at the end.</summary>
    public static decimal ToDecimal(long amount)
    {
        int scale = Decimals;
        while (scale > 0 && amount % 10 == 0)
        {
            amount /= 10;
            scale--;
        }

        return new decimal((int)amount, (int)(amount >> 32), 0, isNegative: false, (byte)scale);
    }
}

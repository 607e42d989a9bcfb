using System.Collections.Frozen;
using System.Text;

namespace LlmStack.Tracing;

/// <summary>Finds international bank account numbers (ISO 13616), written together or grouped by blanks.</summary>
internal static class BankAccounts
{
    // Lengths as the SWIFT IBAN registry lists them.
    private static readonly FrozenDictionary<int, int> Lengths = Parse(
        "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27DK18DO28EE20EG29ES24FI18FK18FO18FR27GB22GE22GI23GL18GR27GT28HN28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20"
        + "LB28LC32LI21LT20LU20LV21LY25MC27MD24ME22MK19MN20MR27MT31MU30NI28NL18NO15OM23PK24PL28PS29PT25QA29RO24RS22RU33SA24SC31SD18SE24SI19SK24SM27SO23ST25SV28TL23TN24TR26UA29VA22VG24XK20YE30");

    public static string Mask(string text)
    {
        StringBuilder? masked = null;
        int copied = 0;
        for (int i = 0; i + 14 < text.Length; i++)
        {
            if (!char.IsAsciiLetter(text[i]) || !char.IsAsciiLetter(text[i + 1]) || !char.IsAsciiDigit(text[i + 2]) || !char.IsAsciiDigit(text[i + 3]) || (i > 0 && char.IsLetterOrDigit(text[i - 1])))
            {
                continue;
            }

            int length = LengthAt(text, i);
            if (length > 0)
            {
                (masked ??= new StringBuilder(text.Length)).Append(text, copied, i - copied).Append("[IBAN]");
                copied = i + length;
                i = copied - 1;
            }
        }

        return masked is null ? text : masked.Append(text, copied, text.Length - copied).ToString();
    }

    private static int LengthAt(string text, int start)
    {
        if (!Lengths.TryGetValue(Country(text[start], text[start + 1]), out int length))
        {
            return 0;
        }

        Span<char> compact = stackalloc char[length];
        int count = 0;
        int i = start;
        for (; i < text.Length && count < length; i++)
        {
            if (char.IsAsciiLetterOrDigit(text[i]))
            {
                compact[count++] = char.ToUpperInvariant(text[i]);
            }
            else if (text[i] is not (' ' or '-') || i + 1 == text.Length || !char.IsAsciiLetterOrDigit(text[i + 1]))
            {
                return 0;
            }
        }

        return count == length && (i == text.Length || !char.IsLetterOrDigit(text[i])) && Remainder(compact) == 1 ? i - start : 0;
    }

    /// <summary>ISO 7064 MOD 97-10 over the number with its first four characters moved to the end; letters count 10 to 35.</summary>
    private static int Remainder(ReadOnlySpan<char> compact)
    {
        int remainder = 0;
        for (int i = 0; i < compact.Length; i++)
        {
            char c = compact[(i + 4) % compact.Length];
            remainder = char.IsAsciiDigit(c) ? ((remainder * 10) + (c - '0')) % 97 : ((remainder * 100) + (c - 'A' + 10)) % 97;
        }

        return remainder;
    }

    private static int Country(char first, char second) => (char.ToUpperInvariant(first) << 8) | char.ToUpperInvariant(second);

    private static FrozenDictionary<int, int> Parse(string list)
    {
        var lengths = new Dictionary<int, int>();
        for (int i = 0; i < list.Length; i += 4)
        {
            lengths[Country(list[i], list[i + 1])] = int.Parse(list.AsSpan(i + 2, 2), System.Globalization.CultureInfo.InvariantCulture);
        }

        return lengths.ToFrozenDictionary();
    }
}

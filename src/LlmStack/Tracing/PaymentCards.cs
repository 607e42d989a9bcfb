using System.Text;

namespace LlmStack.Tracing;

/// <summary>Finds numbers of payment cards among digits that may be grouped by single blanks or hyphens.</summary>
internal static class PaymentCards
{
    private const int Shortest = 13;
    private const int Longest = 19;

    public static string Mask(string text)
    {
        StringBuilder? masked = null;
        int copied = 0;
        int position = 0;
        while (NextRun(text, position) is (int start, int end))
        {
            position = end;
            int at = start;
            while (at < end)
            {
                int length = FindAt(text.AsSpan(at, end - at));
                if (length > 0)
                {
                    (masked ??= new StringBuilder(text.Length)).Append(text, copied, at - copied).Append("[CARD]");
                    copied = at += length;
                }
                else
                {
                    at = NextGroup(text, at, end);
                }
            }
        }

        return masked is null ? text : masked.Append(text, copied, text.Length - copied).ToString();
    }

    /// <summary>The next stretch of digits and single separators that is long enough.</summary>
    private static (int Start, int End)? NextRun(string text, int from)
    {
        int i = from;
        while (i < text.Length)
        {
            if (!char.IsAsciiDigit(text[i]))
            {
                i++;
                continue;
            }

            int start = i;
            while (i < text.Length && (char.IsAsciiDigit(text[i]) || (text[i] is ' ' or '-' && i + 1 < text.Length && char.IsAsciiDigit(text[i + 1]))))
            {
                i++;
            }

            if (i - start >= Shortest)
            {
                return (start, i);
            }
        }

        return null;
    }

    private static int NextGroup(string text, int at, int end)
    {
        while (at < end && char.IsAsciiDigit(text[at]))
        {
            at++;
        }

        return at + 1;
    }

    /// <summary>The length of the card number with which <paramref name="run"/> begins and a group of digits ends; 0 when there is none.</summary>
    private static int FindAt(ReadOnlySpan<char> run)
    {
        Span<int> digits = stackalloc int[Longest];
        int count = 0;
        int found = 0;
        for (int i = 0; i < run.Length && count < Longest; i++)
        {
            if (!char.IsAsciiDigit(run[i]))
            {
                continue;
            }

            digits[count++] = run[i] - '0';
            bool groupEnds = i + 1 == run.Length || !char.IsAsciiDigit(run[i + 1]);
            if (groupEnds && count >= Shortest && IsCard(digits[..count]))
            {
                found = i + 1;
            }
        }

        return found;
    }

    // First digits as ISO/IEC 7812 gives them to payment networks, and its check digit.
    private static bool IsCard(ReadOnlySpan<int> digits)
    {
        if (digits[0] is not (2 or 3 or 4 or 5 or 6))
        {
            return false;
        }

        int sum = 0;
        for (int i = 0; i < digits.Length; i++)
        {
            int digit = digits[digits.Length - 1 - i];
            int doubled = digit * 2;
            sum += (i & 1) == 0 ? digit : doubled > 9 ? doubled - 9 : doubled;
        }

        return sum % 10 == 0;
    }
}

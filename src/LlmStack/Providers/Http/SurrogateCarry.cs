using System.Buffers;

namespace LlmStack.Providers.Http;

/// <summary>Keeps characters whole that a server cut in two: a half surrogate waits for its other half.</summary>
internal struct SurrogateCarry
{
    private static readonly SearchValues<char> Halves = SearchValues.Create([.. Enumerable.Range(0xD800, 0x800).Select(static code => (char)code)]);

    private char _high;

    /// <summary>The text that can be handed on now; null when there is none.</summary>
    public string? Take(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        bool endsHigh = char.IsHighSurrogate(text[^1]);
        if (_high == 0 && !endsHigh)
        {
            return Repair(text);
        }

        string joined = _high == 0 ? text : _high + text;
        _high = '\0';
        if (!endsHigh)
        {
            return Repair(joined);
        }

        _high = joined[^1];
        return joined.Length == 1 ? null : Repair(joined[..^1]);
    }

    /// <summary>What is left at the end: U+FFFD for a half that stayed alone.</summary>
    public string? Flush()
    {
        if (_high == 0)
        {
            return null;
        }

        _high = '\0';
        return "\uFFFD";
    }

    /// <summary>Replaces half surrogates that have no other half.</summary>
    public static string Repair(string text)
    {
        int first = text.AsSpan().IndexOfAny(Halves);
        for (int i = first < 0 ? text.Length : first; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
            {
                continue;
            }

            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
                continue;
            }

            return Replaced(text);
        }

        return text;
    }

    private static string Replaced(string text)
    {
        char[] chars = text.ToCharArray();
        for (int i = 0; i < chars.Length; i++)
        {
            if (char.IsHighSurrogate(chars[i]) && i + 1 < chars.Length && char.IsLowSurrogate(chars[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(chars[i]))
            {
                chars[i] = '\uFFFD';
            }
        }

        return new string(chars);
    }
}

using System.Buffers;

namespace LlmStack.Routing.Rules;

/// <summary>A piece of a condition.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">The text; of a quoted one without its quotes.</param>
/// <param name="Start">Where it begins, from 0.</param>
internal readonly record struct RuleToken(RuleTokenKind Kind, string Text, int Start)
{
    private static readonly SearchValues<char> WordCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-");
    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.eE+-");
    private static readonly string[] Symbols = ["==", "!=", "<=", ">=", "<", ">", "~", "(", ")", ","];

    /// <exception cref="FormatException">Nothing begins with this character, or a quote is not closed.</exception>
    public static RuleToken Read(string text, ref int next)
    {
        while (next < text.Length && char.IsWhiteSpace(text[next]))
        {
            next++;
        }
        int start = next;
        if (start == text.Length)
        {
            return new RuleToken(RuleTokenKind.End, "", start);
        }
        char first = text[start];
        if (first is '"' or '\'')
        {
            int end = text.IndexOf(first, start + 1);
            if (end < 0)
            {
                throw new FormatException($"has a quote at {start} that is not closed");
            }
            next = end + 1;
            return new RuleToken(RuleTokenKind.Text, text[(start + 1)..end], start);
        }
        if (char.IsAsciiDigit(first) || (first == '-' && start + 1 < text.Length && char.IsAsciiDigit(text[start + 1])))
        {
            return new RuleToken(RuleTokenKind.Number, Run(text, NumberCharacters, ref next), start);
        }
        if (char.IsAsciiLetter(first))
        {
            return new RuleToken(RuleTokenKind.Word, Run(text, WordCharacters, ref next), start);
        }
        foreach (string symbol in Symbols)
        {
            if (string.CompareOrdinal(text, start, symbol, 0, symbol.Length) == 0)
            {
                next += symbol.Length;
                return new RuleToken(RuleTokenKind.Symbol, symbol, start);
            }
        }
        throw new FormatException($"has '{first}' at {start}; allowed there: a field, a text in quotes, a number or one of {string.Join(' ', Symbols)}");
    }

    private static string Run(string text, SearchValues<char> characters, ref int next)
    {
        ReadOnlySpan<char> rest = text.AsSpan(next);
        int length = rest.IndexOfAnyExcept(characters) is >= 0 and var end ? end : rest.Length;
        next += length;
        return new string(rest[..length]);
    }
}

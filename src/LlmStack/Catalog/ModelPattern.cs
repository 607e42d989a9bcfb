using System.Buffers;

namespace LlmStack.Catalog;

/// <summary>
/// A pattern over model ids: <c>^</c> prefix, <c>$</c> suffix, <c>*</c> contains, <c>~</c> expression. Of an expression only what
/// catalogues need is understood: anchors, literals, escaped signs, <c>\d</c> and <c>\d{n}</c>. So a refreshed catalogue can
/// neither fail nor stall a lookup.
/// </summary>
internal sealed class ModelPattern
{
    private const char Digit = '\0';
    private static readonly SearchValues<char> Unsupported = SearchValues.Create("[](){}*+?|.");
    private readonly string _text;
    private readonly bool _start;
    private readonly bool _end;

    private ModelPattern(string text, bool start, bool end)
    {
        _text = text;
        _start = start;
        _end = end;
        Literals = text.Count(static c => c != Digit);
    }

    /// <summary>How many signs are given literally; the longest wins.</summary>
    public int Literals { get; }

    /// <summary>Null when the pattern is of no known kind.</summary>
    public static ModelPattern? TryParse(string pattern)
    {
        if (pattern.Length < 2)
        {
            return null;
        }

        string text = pattern[1..];
        return pattern[0] switch
        {
            '^' => new ModelPattern(text, start: true, end: false),
            '$' => new ModelPattern(text, start: false, end: true),
            '*' => new ModelPattern(text, start: false, end: false),
            '~' => Expression(text),
            _ => null,
        };
    }

    public bool IsMatch(ReadOnlySpan<char> model)
    {
        if (_start)
        {
            return MatchesAt(model) && (!_end || model.Length == _text.Length);
        }

        int last = model.Length - _text.Length;
        for (int at = _end ? Math.Max(0, last) : 0; at <= last; at++)
        {
            if (MatchesAt(model[at..]))
            {
                return true;
            }
        }

        return false;
    }

    private static ModelPattern? Expression(string text)
    {
        bool start = text.StartsWith('^');
        bool end = text.EndsWith('$');
        string body = text[(start ? 1 : 0)..^(end ? 1 : 0)];
        var plain = new System.Text.StringBuilder(body.Length);
        for (int i = 0; i < body.Length; i++)
        {
            if (body[i] != '\\')
            {
                if (Unsupported.Contains(body[i]))
                {
                    return null;
                }

                plain.Append(body[i]);
                continue;
            }

            if (++i == body.Length)
            {
                return null;
            }

            if (body[i] != 'd')
            {
                plain.Append(body[i]);
                continue;
            }

            int count = 1;
            if (i + 3 < body.Length && body[i + 1] == '{' && char.IsAsciiDigit(body[i + 2]) && body[i + 3] == '}')
            {
                count = body[i + 2] - '0';
                i += 3;
            }

            plain.Append(Digit, count);
        }

        return plain.Length == 0 ? null : new ModelPattern(plain.ToString(), start, end);
    }

    private bool MatchesAt(ReadOnlySpan<char> model)
    {
        if (model.Length < _text.Length)
        {
            return false;
        }

        for (int i = 0; i < _text.Length; i++)
        {
            bool same = _text[i] == Digit ? char.IsAsciiDigit(model[i]) : char.ToLowerInvariant(_text[i]) == char.ToLowerInvariant(model[i]);
            if (!same)
            {
                return false;
            }
        }

        return true;
    }
}

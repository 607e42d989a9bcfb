using System.Globalization;
using System.Text.RegularExpressions;

namespace LlmStack.Routing.Rules;

/// <summary>
/// Parses conditions such as <c>feature == "search" and (tag in ("vip", "gold") or tokens > 2000) and not user ~ "^bot-"</c>. Every
/// mistake is a <see cref="FormatException"/> that says where and what is allowed there.
/// </summary>
internal ref struct RuleParser
{
    private const int DeepestNesting = 32;
    private const int LongestPattern = 1000;

    private readonly string _text;
    private RuleToken _token;
    private int _next;
    private int _depth;

    private RuleParser(string text)
    {
        _text = text;
        Advance();
    }

    /// <exception cref="FormatException">The text is no condition.</exception>
    public static RuleExpression Parse(string text)
    {
        var parser = new RuleParser(text);
        RuleExpression whole = parser.Any();
        return parser._token.Kind == RuleTokenKind.End ? whole : throw parser.Expected("'and', 'or' or the end");
    }

    private RuleExpression Any()
    {
        if (++_depth > DeepestNesting)
        {
            throw new FormatException($"nests deeper than {DeepestNesting}");
        }
        var parts = new List<RuleExpression> { All() };
        while (TakeWord("or"))
        {
            parts.Add(All());
        }
        _depth--;
        return parts.Count == 1 ? parts[0] : new Connective(all: false, [.. parts]);
    }

    private RuleExpression All()
    {
        var parts = new List<RuleExpression> { One() };
        while (TakeWord("and"))
        {
            parts.Add(One());
        }
        return parts.Count == 1 ? parts[0] : new Connective(all: true, [.. parts]);
    }

    private RuleExpression One()
    {
        bool negated = false;
        while (TakeWord("not"))
        {
            negated = !negated;
        }
        RuleExpression part = TakeSymbol("(") ? Grouped() : Test();
        return negated ? new Negation(part) : part;
    }

    private RuleExpression Grouped()
    {
        RuleExpression inner = Any();
        return TakeSymbol(")") ? inner : throw Expected("')'");
    }

    private RuleExpression Test()
    {
        if (_token.Kind != RuleTokenKind.Word)
        {
            throw Expected("a field");
        }
        string name = _token.Text;
        if (RuleFields.Flag(name) is { } flag)
        {
            Advance();
            return new FlagTest(flag);
        }
        if (RuleFields.Number(name) is { } number)
        {
            Advance();
            return new NumberTest(number, TakeOperator("==", "!=", "<", "<=", ">", ">="), TakeNumber());
        }
        if (RuleFields.Text(name) is { } text)
        {
            Advance();
            return TextTest(text);
        }
        throw new FormatException($"has the unknown field '{name}' at {_token.Start}; allowed are {RuleFields.Names}");
    }

    private RuleExpression TextTest(TextField field)
    {
        if (TakeWord("in"))
        {
            return new TextTest(field, TakeList(), null);
        }
        switch (TakeOperator("==", "!=", "~", "in"))
        {
            case "~":
                return new TextTest(field, [], Pattern(TakeText()));
            case "!=":
                return new Negation(new TextTest(field, [TakeText()], null));
            default:
                return new TextTest(field, [TakeText()], null);
        }
    }

    /// <summary>Without backtracking, so that no text makes a pattern slow.</summary>
    private static Regex Pattern(string pattern)
    {
        if (pattern.Length > LongestPattern)
        {
            throw new FormatException($"has a pattern of {pattern.Length} characters; allowed are {LongestPattern}");
        }
        try
        {
            return new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            throw new FormatException($"has the pattern '{pattern}', which cannot be used: {exception.Message}", exception);
        }
    }

    private string[] TakeList()
    {
        if (!TakeSymbol("("))
        {
            throw Expected("'('");
        }
        var values = new List<string> { TakeText() };
        while (TakeSymbol(","))
        {
            values.Add(TakeText());
        }
        return TakeSymbol(")") ? [.. values] : throw Expected("',' or ')'");
    }

    private string TakeText()
    {
        if (_token.Kind != RuleTokenKind.Text)
        {
            throw Expected("a text in quotes");
        }
        string text = _token.Text;
        Advance();
        return text;
    }

    private double TakeNumber()
    {
        if (_token.Kind != RuleTokenKind.Number || !double.TryParse(_token.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value))
        {
            throw Expected("a number");
        }
        Advance();
        return value;
    }

    private string TakeOperator(params ReadOnlySpan<string> allowed)
    {
        string found = _token.Text;
        if (_token.Kind != RuleTokenKind.Symbol || !allowed.Contains(found))
        {
            throw Expected("one of " + string.Join(' ', allowed!));
        }
        Advance();
        return found;
    }

    private bool TakeWord(string word) => Take(_token.Kind == RuleTokenKind.Word && string.Equals(_token.Text, word, StringComparison.OrdinalIgnoreCase));

    private bool TakeSymbol(string symbol) => Take(_token.Kind == RuleTokenKind.Symbol && _token.Text == symbol);

    private bool Take(bool found)
    {
        if (found)
        {
            Advance();
        }
        return found;
    }

    private void Advance() => _token = RuleToken.Read(_text, ref _next);

    private readonly FormatException Expected(string allowed) =>
        new($"has {(_token.Kind == RuleTokenKind.End ? "its end" : $"'{_token.Text}'")} at {_token.Start}; allowed there: {allowed}");
}

namespace LlmStack.Routing;

/// <summary>A name with stars, taken apart once. Each star stands for any text, also none; literals are compared without regard to case.</summary>
internal sealed class NamePattern
{
    /// <summary>More stars than this are refused at start.</summary>
    public const int MaxStars = 8;

    private readonly string[] _literals;

    public NamePattern(string text)
    {
        Text = text;
        _literals = text.Split('*');
        LiteralLength = text.Length - Stars;
    }

    public string Text { get; }

    public int Stars => _literals.Length - 1;

    /// <summary>Of several patterns that match, the one with most literal text wins.</summary>
    public int LiteralLength { get; }

    public static bool HasStar(string? text) => text is not null && text.Contains('*', StringComparison.Ordinal);

    /// <summary>What each star stands for, as written in <paramref name="name"/>; null when the pattern does not match.</summary>
    public string[]? Match(string name)
    {
        string first = _literals[0];
        string last = _literals[^1];
        if (Stars == 0)
        {
            return string.Equals(name, Text, StringComparison.OrdinalIgnoreCase) ? [] : null;
        }
        int end = name.Length - last.Length;
        if (end < first.Length || !name.StartsWith(first, StringComparison.OrdinalIgnoreCase) || !name.EndsWith(last, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }
        var captures = new string[Stars];
        int from = first.Length;
        for (int i = 1; i < Stars; i++)
        {
            // The leftmost place for a literal in the middle is never wrong: what follows only has more room.
            int at = name.AsSpan(from, end - from).IndexOf(_literals[i], StringComparison.OrdinalIgnoreCase);
            if (at < 0)
            {
                return null;
            }
            captures[i - 1] = name.Substring(from, at);
            from += at + _literals[i].Length;
        }
        captures[^1] = name[from..end];
        return captures;
    }

    /// <summary>Whether every name that <paramref name="other"/> stands for matches here as well: its stars can only be part of what ours stand for.</summary>
    public bool Covers(NamePattern other) => Match(other.Text) is not null;

    /// <summary>
    /// Fills this pattern as a target: its n-th star receives the n-th capture. Without stars it stands as it is; with fewer stars than
    /// there are captures it takes the requested name whole, without that name's provider.
    /// </summary>
    public string Fill(string requested, string[] captures)
    {
        if (Stars == 0)
        {
            return Text;
        }
        if (Stars < captures.Length)
        {
            int slash = Text.IndexOf('/', StringComparison.Ordinal);
            return Text[..(slash + 1)] + requested[(requested.IndexOf('/', StringComparison.Ordinal) + 1)..];
        }
        var text = new System.Text.StringBuilder(_literals[0]);
        for (int i = 0; i < Stars; i++)
        {
            text.Append(captures[i]).Append(_literals[i + 1]);
        }
        return text.ToString();
    }

    public override string ToString() => Text;
}

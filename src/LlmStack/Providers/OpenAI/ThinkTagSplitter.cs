namespace LlmStack.Providers.OpenAI;

/// <summary>
/// Takes the thoughts out of a text that begins with <c>&lt;think&gt;</c>: only there, because later the same letters are text about it. A
/// tag may be cut anywhere, so what could still become one is held back.
/// </summary>
internal struct ThinkTagSplitter
{
    private const string Open = "<think>";
    private const string Close = "</think>";

    private State _state;
    private string? _held;

    private enum State
    {
        BeforeText,
        Thinking,
        AfterThinking,
        Text,
    }

    /// <summary>Splits the next piece; either part may be null.</summary>
    public void Take(string piece, out string? thought, out string? text)
    {
        thought = null;
        text = null;
        if (_state == State.Text)
        {
            text = piece;
            return;
        }

        string rest = _held is null ? piece : _held + piece;
        _held = null;
        if (_state == State.BeforeText)
        {
            ReadOnlySpan<char> start = rest.AsSpan().TrimStart();
            if (start.Length < Open.Length && Open.StartsWith(start, StringComparison.Ordinal))
            {
                _held = rest;
                return;
            }

            if (!start.StartsWith(Open, StringComparison.Ordinal))
            {
                _state = State.Text;
                text = rest;
                return;
            }

            _state = State.Thinking;
            rest = start[Open.Length..].ToString();
        }

        if (_state == State.Thinking)
        {
            int end = rest.IndexOf(Close, StringComparison.Ordinal);
            if (end < 0)
            {
                int keep = HalfTagLength(rest);
                thought = Filled(rest[..^keep]);
                _held = Filled(rest[^keep..]);
                return;
            }

            thought = Filled(rest[..end]);
            rest = rest[(end + Close.Length)..];
            _state = State.AfterThinking;
        }

        // The line breaks between the thoughts and the answer belong to neither.
        string trimmed = rest.TrimStart();
        if (trimmed.Length > 0)
        {
            _state = State.Text;
            text = trimmed;
        }
    }

    /// <summary>What is held back at the end.</summary>
    public void Flush(out string? thought, out string? text)
    {
        thought = _state == State.Thinking ? _held : null;
        text = _state == State.BeforeText ? _held : null;
        _held = null;
    }

    /// <summary>How many letters at the end could be the beginning of the closing tag.</summary>
    private static int HalfTagLength(string text)
    {
        for (int length = Math.Min(Close.Length - 1, text.Length); length > 0; length--)
        {
            if (text.EndsWith(Close[..length], StringComparison.Ordinal))
            {
                return length;
            }
        }

        return 0;
    }

    private static string? Filled(string text) => text.Length == 0 ? null : text;
}

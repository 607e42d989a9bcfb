using System.Buffers;

namespace LlmStack.Calls;

/// <summary>Collects a stream's text in one pooled buffer: for the partial text of an interrupted stream and the trace's output.</summary>
internal sealed class TextAccumulator
{
    /// <summary>About the text of a 256 K token answer; what is beyond is not kept, only counted.</summary>
    private const int MaxChars = 1024 * 1024;

    private char[] _buffer = [];
    private int _length;

    public ReadOnlySpan<char> Text => _buffer.AsSpan(0, _length);

    public bool IsEmpty => _length == 0;

    public void Append(ReadOnlySpan<char> text)
    {
        int take = Math.Min(text.Length, MaxChars - _length);
        if (take <= 0)
        {
            return;
        }

        if (_length + take > _buffer.Length)
        {
            Grow(_length + take);
        }

        text[..take].CopyTo(_buffer.AsSpan(_length));
        _length += take;
    }

    public void Clear()
    {
        _length = 0;
        if (_buffer.Length > 64 * 1024)
        {
            // One long answer must not pin a large buffer to a pooled call.
            ArrayPool<char>.Shared.Return(_buffer);
            _buffer = [];
        }
    }

    public override string ToString() => Text.ToString();

    private void Grow(int needed)
    {
        char[] larger = ArrayPool<char>.Shared.Rent(Math.Max(needed, Math.Max(1024, _buffer.Length * 2)));
        Text.CopyTo(larger);
        if (_buffer.Length > 0)
        {
            ArrayPool<char>.Shared.Return(_buffer);
        }

        _buffer = larger;
    }
}

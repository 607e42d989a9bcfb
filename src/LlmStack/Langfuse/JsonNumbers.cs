using System.Buffers.Text;

namespace LlmStack.Langfuse;

/// <summary>A flat JSON object of numbers, written straight into a buffer that is large enough for every bucket there is.</summary>
/// <remarks>Each span has two of these; a general JSON writer took a third of the time a span takes.</remarks>
internal ref struct JsonNumbers(byte[] buffer)
{
    private readonly Span<byte> _buffer = buffer;
    private int _length;

    public void Add(scoped ReadOnlySpan<byte> name, long value)
    {
        Name(name);
        Utf8Formatter.TryFormat(value, _buffer[_length..], out int written);
        _length += written;
    }

    public void Add(scoped ReadOnlySpan<byte> name, decimal value)
    {
        Name(name);
        Utf8Formatter.TryFormat(value, _buffer[_length..], out int written);
        _length += written;
    }

    public void AddNonZero(scoped ReadOnlySpan<byte> name, long value)
    {
        if (value != 0)
        {
            Add(name, value);
        }
    }

    public void AddNonZero(scoped ReadOnlySpan<byte> name, decimal value)
    {
        if (value != 0)
        {
            Add(name, OtlpJson.Round(value));
        }
    }

    public ReadOnlySpan<byte> End()
    {
        _buffer[_length++] = (byte)'}';
        return _buffer[.._length];
    }

    private void Name(scoped ReadOnlySpan<byte> name)
    {
        name.CopyTo(_buffer[_length..]);
        _length += name.Length;
    }
}

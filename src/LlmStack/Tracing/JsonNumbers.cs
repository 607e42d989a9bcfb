using System.Buffers.Text;
using LlmStack.Catalog;

namespace LlmStack.Tracing;

/// <summary>A flat JSON object of numbers, written straight into a buffer that is large enough for every bucket there is.</summary>
/// <remarks>Each span has two of these; a general JSON writer took a third of the time a span takes.</remarks>
internal ref struct JsonNumbers(byte[] buffer)
{
    private const long OnePico = 1_000_000_000_000;

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

    /// <summary>An amount of 10⁻¹² US dollars, in dollars.</summary>
    public void AddDollars(scoped ReadOnlySpan<byte> name, long amount)
    {
        (long dollars, long rest) = Math.DivRem(amount, OnePico);
        Add(name, dollars);
        if (rest == 0)
        {
            return;
        }

        _buffer[_length++] = (byte)'.';
        Span<byte> decimals = _buffer.Slice(_length, PicoDollars.Decimals);
        int used = 0;
        for (int i = PicoDollars.Decimals - 1; i >= 0; i--)
        {
            (rest, long digit) = Math.DivRem(rest, 10);
            decimals[i] = (byte)('0' + digit);
            used = used == 0 && digit != 0 ? i + 1 : used;
        }

        _length += used;
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
            Add(name, SpanJson.Round(value));
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

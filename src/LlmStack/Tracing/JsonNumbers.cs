using System.Buffers.Text;
using LlmStack.Catalog;

namespace LlmStack.Tracing;

/// <summary>A flat JSON object of numbers, written straight into a buffer that is large enough for every bucket there is.</summary>
/// <remarks>Each span has two of these; a general JSON writer took a third of the time a span takes.</remarks>
internal ref struct JsonNumbers(byte[] buffer)
{
    private const long OnePico = 1_000_000_000_000;
    private const long OneMicro = 1_000_000;
    private const int SixDigits = 6;

    private readonly Span<byte> _buffer = buffer;
    private int _length;

    public void Add(scoped ReadOnlySpan<byte> name, long value)
    {
        Name(name);
        if ((ulong)value < 10)
        {
            _buffer[_length++] = (byte)('0' + value);
            return;
        }

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
        Pairs((uint)(rest / OneMicro), decimals[..SixDigits]);
        Pairs((uint)(rest % OneMicro), decimals[SixDigits..]);
        _length += decimals.LastIndexOfAnyExcept((byte)'0') + 1;
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

    /// <summary>Writes six digits.</summary>
    private static void Pairs(uint value, Span<byte> to)
    {
        for (int i = SixDigits - 2; i >= 0; i -= 2)
        {
            (value, uint pair) = Math.DivRem(value, 100);
            to[i] = (byte)('0' + (pair / 10));
            to[i + 1] = (byte)('0' + (pair % 10));
        }
    }

    private void Name(scoped ReadOnlySpan<byte> name)
    {
        name.CopyTo(_buffer[_length..]);
        _length += name.Length;
    }
}

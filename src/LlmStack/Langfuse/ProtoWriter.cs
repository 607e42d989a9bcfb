using System.Buffers.Binary;
using System.Text;

namespace LlmStack.Langfuse;

/// <summary>Writes protobuf fields behind the committed spans of a batch. Field numbers are those of OTLP's <c>Span</c> and <c>KeyValue</c>.</summary>
internal ref struct ProtoWriter
{
    /// <summary>The most bytes that a UTF-16 unit becomes.</summary>
    private const int MostUtf8 = 3;

    /// <summary>Tags and lengths of an attribute.</summary>
    private const int ShortOverhead = 8;

    private const byte Varint = 0;
    private const byte Fixed64 = 1;
    private const byte Bytes = 2;
    private const byte AttributeTag = (9 << 3) | Bytes;
    private const byte KeyTag = (1 << 3) | Bytes;
    private const byte ValueTag = (2 << 3) | Bytes;
    private const byte StringValueTag = (1 << 3) | Bytes;
    private const byte BoolValueTag = (2 << 3) | Varint;
    private const byte IntValueTag = (3 << 3) | Varint;
    private const byte ArrayValueTag = (5 << 3) | Bytes;
    private const byte ArrayItemTag = (1 << 3) | Bytes;
    private readonly IEncodeBuffer _buffer;
    private Span<byte> _free;
    private int _written;

    public ProtoWriter(IEncodeBuffer buffer)
    {
        _buffer = buffer;
        _free = buffer.GetFree(512);
    }

    public readonly int Written => _written;

    public readonly ReadOnlySpan<byte> WrittenBytes => _free[.._written];

    /// <summary>Opens a nested message of unknown length; four bytes hold it, as a padded varint, which every protobuf reader accepts.</summary>
    public int Open(int field)
    {
        Ensure(5);
        _free[_written++] = (byte)((field << 3) | Bytes);
        _written += 4;
        return _written;
    }

    public readonly void Close(int mark)
    {
        uint length = (uint)(_written - mark);
        Span<byte> slot = _free.Slice(mark - 4, 4);
        slot[0] = (byte)(length | 0x80);
        slot[1] = (byte)((length >> 7) | 0x80);
        slot[2] = (byte)((length >> 14) | 0x80);
        slot[3] = (byte)((length >> 21) & 0x7F);
    }

    public void TraceId(Tracing.TraceId id)
    {
        Ensure(18);
        _free[_written++] = (1 << 3) | Bytes;
        _free[_written++] = 16;
        id.CopyTo(_free.Slice(_written, 16));
        _written += 16;
    }

    public void SpanId(int field, Tracing.SpanId id)
    {
        Ensure(10);
        _free[_written++] = (byte)((field << 3) | Bytes);
        _free[_written++] = 8;
        id.CopyTo(_free.Slice(_written, 8));
        _written += 8;
    }

    public void Fixed(int field, long value)
    {
        Ensure(9);
        _free[_written++] = (byte)((field << 3) | Fixed64);
        BinaryPrimitives.WriteInt64LittleEndian(_free[_written..], value);
        _written += 8;
    }

    public void Number(int field, int value)
    {
        Ensure(11);
        _free[_written++] = (byte)((field << 3) | Varint);
        WriteVarint((ulong)value);
    }

    public void String(int field, scoped ReadOnlySpan<char> value)
    {
        int length = Encoding.UTF8.GetByteCount(value);
        Ensure(6 + length);
        _free[_written++] = (byte)((field << 3) | Bytes);
        WriteVarint((uint)length);
        _written += Encoding.UTF8.GetBytes(value, _free[_written..]);
    }

    /// <summary>The tag and length of a nested message whose bytes follow.</summary>
    public void Prefix(int field, int length)
    {
        Ensure(11);
        _free[_written++] = (byte)((field << 3) | Bytes);
        WriteVarint((uint)length);
    }

    /// <summary>Copies fields that were encoded before.</summary>
    public void Raw(scoped ReadOnlySpan<byte> encoded)
    {
        Ensure(encoded.Length);
        encoded.CopyTo(_free[_written..]);
        _written += encoded.Length;
    }

    public void Attribute(scoped ReadOnlySpan<byte> key, scoped ReadOnlySpan<char> value)
    {
        if (key.Length + (MostUtf8 * value.Length) + ShortOverhead < 0x80)
        {
            ShortAttribute(key, value);
            return;
        }

        int length = Encoding.UTF8.GetByteCount(value);
        AttributeHeader(key, default, 0, length);
        _written += Encoding.UTF8.GetBytes(value, _free[_written..]);
    }

    public void Attribute(scoped ReadOnlySpan<byte> keyPrefix, scoped ReadOnlySpan<char> key, scoped ReadOnlySpan<char> value)
    {
        int length = Encoding.UTF8.GetByteCount(value);
        AttributeHeader(keyPrefix, key, Encoding.UTF8.GetByteCount(key), length);
        _written += Encoding.UTF8.GetBytes(value, _free[_written..]);
    }

    public void Attribute(scoped ReadOnlySpan<byte> key, scoped ReadOnlySpan<byte> utf8Value)
    {
        AttributeHeader(key, default, 0, utf8Value.Length);
        utf8Value.CopyTo(_free[_written..]);
        _written += utf8Value.Length;
    }

    public void Attribute(scoped ReadOnlySpan<byte> key, bool value)
    {
        KeyOf(key, default, 0, 2);
        _free[_written++] = BoolValueTag;
        _free[_written++] = value ? (byte)1 : (byte)0;
    }

    public void Attribute(scoped ReadOnlySpan<byte> key, long value)
    {
        KeyOf(key, default, 0, 1 + VarintSize((ulong)value));
        _free[_written++] = IntValueTag;
        WriteVarint((ulong)value);
    }

    /// <summary>
    /// An array of strings: items that <see cref="ArrayItem"/> encoded, and one more text. Never call it with neither: an empty array
    /// arrives as a junk string.
    /// </summary>
    public void ArrayAttribute(scoped ReadOnlySpan<byte> key, scoped ReadOnlySpan<byte> items, scoped ReadOnlySpan<byte> lastItem = default)
    {
        int lastAny = 1 + VarintSize((uint)lastItem.Length) + lastItem.Length;
        int length = items.Length + (lastItem.IsEmpty ? 0 : 1 + VarintSize((uint)lastAny) + lastAny);
        KeyOf(key, default, 0, 1 + VarintSize((uint)length) + length);
        _free[_written++] = ArrayValueTag;
        WriteVarint((uint)length);
        items.CopyTo(_free[_written..]);
        _written += items.Length;
        if (!lastItem.IsEmpty)
        {
            _free[_written++] = ArrayItemTag;
            WriteVarint((uint)lastAny);
            _free[_written++] = StringValueTag;
            WriteVarint((uint)lastItem.Length);
            lastItem.CopyTo(_free[_written..]);
            _written += lastItem.Length;
        }
    }

    public void ArrayItem(scoped ReadOnlySpan<char> value)
    {
        int length = Encoding.UTF8.GetByteCount(value);
        int any = 1 + VarintSize((uint)length) + length;
        Ensure(6 + any);
        _free[_written++] = ArrayItemTag;
        WriteVarint((uint)any);
        _free[_written++] = StringValueTag;
        WriteVarint((uint)length);
        _written += Encoding.UTF8.GetBytes(value, _free[_written..]);
    }

    internal static int VarintSize(ulong value) => (70 - System.Numerics.BitOperations.LeadingZeroCount(value | 1)) / 7;

    /// <summary>Every length fits one byte, so that it can be filled in when the value is there: the text is looked at once.</summary>
    private void ShortAttribute(scoped ReadOnlySpan<byte> key, scoped ReadOnlySpan<char> value)
    {
        Ensure(0x80 + 2);
        Span<byte> to = _free[_written..];
        to[0] = AttributeTag;
        to[2] = KeyTag;
        to[3] = (byte)key.Length;
        key.CopyTo(to[4..]);
        int at = 4 + key.Length;
        int length = Encoding.UTF8.GetBytes(value, to[(at + 4)..]);
        to[at] = ValueTag;
        to[at + 1] = (byte)(length + 2);
        to[at + 2] = StringValueTag;
        to[at + 3] = (byte)length;
        to[1] = (byte)(at + 2 + length);
        _written += at + 4 + length;
    }

    private void AttributeHeader(scoped ReadOnlySpan<byte> keyPrefix, scoped ReadOnlySpan<char> key, int keyBytes, int valueLength)
    {
        KeyOf(keyPrefix, key, keyBytes, 1 + VarintSize((uint)valueLength) + valueLength);
        _free[_written++] = StringValueTag;
        WriteVarint((uint)valueLength);
    }

    private void KeyOf(scoped ReadOnlySpan<byte> keyPrefix, scoped ReadOnlySpan<char> key, int keyBytes, int anyLength)
    {
        int keyLength = keyPrefix.Length + keyBytes;
        int total = 1 + VarintSize((uint)keyLength) + keyLength + 1 + VarintSize((uint)anyLength) + anyLength;
        Ensure(6 + total);
        _free[_written++] = AttributeTag;
        WriteVarint((uint)total);
        _free[_written++] = KeyTag;
        WriteVarint((uint)keyLength);
        keyPrefix.CopyTo(_free[_written..]);
        _written += keyPrefix.Length;
        if (keyBytes > 0)
        {
            _written += Encoding.UTF8.GetBytes(key, _free[_written..]);
        }

        _free[_written++] = ValueTag;
        WriteVarint((uint)anyLength);
    }

    private void WriteVarint(ulong value)
    {
        while (value >= 0x80)
        {
            _free[_written++] = (byte)(value | 0x80);
            value >>= 7;
        }

        _free[_written++] = (byte)value;
    }

    private void Ensure(int count)
    {
        if (_free.Length - _written < count)
        {
            _free = _buffer.Grow(_written, count);
        }
    }
}

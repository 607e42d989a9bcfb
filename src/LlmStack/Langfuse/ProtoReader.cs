using System.Buffers.Binary;

namespace LlmStack.Langfuse;

/// <summary>Reads back the protobuf fields that <see cref="ProtoWriter"/> wrote; for nothing else, so nothing is checked.</summary>
internal ref struct ProtoReader(ReadOnlySpan<byte> message)
{
    private ReadOnlySpan<byte> _rest = message;

    /// <summary>The number of the field read last.</summary>
    public int Field { get; private set; }

    /// <summary>Its bytes, when it is a text or a message.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>Its value, when it is a number.</summary>
    public ulong Number { get; private set; }

    public bool Read()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        ulong tag = Varint();
        Field = (int)(tag >> 3);
        switch (tag & 7)
        {
            case 0:
                Number = Varint();
                break;
            case 1:
                Number = BinaryPrimitives.ReadUInt64LittleEndian(_rest);
                _rest = _rest[8..];
                break;
            default:
                int length = (int)Varint();
                Bytes = _rest[..length];
                _rest = _rest[length..];
                break;
        }

        return true;
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (int i = 0; ; i++)
        {
            byte part = _rest[i];
            value |= (ulong)(part & 0x7F) << (7 * i);
            if (part < 0x80)
            {
                _rest = _rest[(i + 1)..];
                return value;
            }
        }
    }
}

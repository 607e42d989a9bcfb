using System.Buffers.Binary;

namespace LlmStack.FaultRuns;

/// <summary>Walks an OTLP request for the bytes, the id and the name of each span; knows nothing of the sink's encoder.</summary>
internal static class OtlpScan
{
    private const int Varint = 0;
    private const int Fixed64 = 1;
    private const int Bytes = 2;

    public static void Each(ReadOnlySpan<byte> request, SpanAction action)
    {
        while (Next(ref request, out int field, out ReadOnlySpan<byte> resourceSpans))
        {
            while (field == 1 && Next(ref resourceSpans, out int inner, out ReadOnlySpan<byte> scopeSpans))
            {
                while (inner == 2 && Next(ref scopeSpans, out int innermost, out ReadOnlySpan<byte> span))
                {
                    if (innermost == 2)
                    {
                        Read(span, action);
                    }
                }
            }
        }
    }

    private static void Read(ReadOnlySpan<byte> span, SpanAction action)
    {
        ReadOnlySpan<byte> rest = span;
        ulong id = 0;
        scoped ReadOnlySpan<byte> name = default;
        while (Next(ref rest, out int field, out ReadOnlySpan<byte> value))
        {
            if (field == 2)
            {
                id = BinaryPrimitives.ReadUInt64BigEndian(value);
            }
            else if (field == 5)
            {
                name = value;
            }
        }

        action(id, name, span);
    }

    /// <summary>The next field; its value is empty unless it is length-delimited.</summary>
    private static bool Next(ref ReadOnlySpan<byte> rest, out int field, out ReadOnlySpan<byte> value)
    {
        value = default;
        field = 0;
        if (rest.IsEmpty)
        {
            return false;
        }

        ulong tag = ReadVarint(ref rest);
        field = (int)(tag >> 3);
        switch ((int)(tag & 7))
        {
            case Varint:
                ReadVarint(ref rest);
                break;
            case Fixed64:
                rest = rest[8..];
                break;
            case Bytes:
                int length = (int)ReadVarint(ref rest);
                value = rest[..length];
                rest = rest[length..];
                break;
            default:
                throw new InvalidDataException($"Wire type {tag & 7} is not expected in a request of spans.");
        }

        return true;
    }

    private static ulong ReadVarint(ref ReadOnlySpan<byte> rest)
    {
        ulong value = 0;
        for (int i = 0; ; i++)
        {
            byte one = rest[i];
            value |= (ulong)(one & 0x7F) << (7 * i);
            if (one < 0x80)
            {
                rest = rest[(i + 1)..];
                return value;
            }
        }
    }

    public delegate void SpanAction(ulong id, ReadOnlySpan<byte> name, ReadOnlySpan<byte> span);
}

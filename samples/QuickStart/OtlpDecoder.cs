using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace QuickStart;

/// <summary>A span as it arrived: decoded from the bytes of an OTLP request, nothing added.</summary>
internal sealed record ReceivedSpan
{
    public string TraceId { get; set; } = "";

    public string SpanId { get; set; } = "";

    /// <summary>Empty for a root.</summary>
    public string ParentSpanId { get; set; } = "";

    public string Name { get; set; } = "";

    public ulong StartUnixNanos { get; set; }

    public ulong EndUnixNanos { get; set; }

    /// <summary>0 unset, 1 ok, 2 error.</summary>
    public int StatusCode { get; set; }

    public string StatusMessage { get; set; } = "";

    /// <summary>Values are string, bool, long, double or a list of those.</summary>
    public Dictionary<string, object> Attributes { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, object> Resource { get; set; } = new(StringComparer.Ordinal);

    public TimeSpan Duration => TimeSpan.FromTicks((long)((EndUnixNanos - StartUnixNanos) / 100));

    public string? Text(string key) => Attributes.TryGetValue(key, out object? value) ? Convert.ToString(value, CultureInfo.InvariantCulture) : null;
}

/// <summary>Reads an ExportTraceServiceRequest by walking its protobuf fields; needs no generated code.</summary>
internal static class OtlpDecoder
{
    public static List<ReceivedSpan> Decode(ReadOnlySpan<byte> request)
    {
        var spans = new List<ReceivedSpan>();
        var reader = new FieldReader(request);
        while (reader.Next())
        {
            if (reader.Field == 1)
            {
                ReadResourceSpans(reader.Bytes, spans);
            }
        }

        return spans;
    }

    private static void ReadResourceSpans(ReadOnlySpan<byte> bytes, List<ReceivedSpan> spans)
    {
        var resource = new Dictionary<string, object>(StringComparer.Ordinal);
        int first = spans.Count;
        var reader = new FieldReader(bytes);
        while (reader.Next())
        {
            if (reader.Field == 1)
            {
                ReadResource(reader.Bytes, resource);
            }
            else if (reader.Field == 2)
            {
                ReadScopeSpans(reader.Bytes, spans);
            }
        }

        for (int i = first; i < spans.Count; i++)
        {
            spans[i].Resource = resource;
        }
    }

    private static void ReadResource(ReadOnlySpan<byte> bytes, Dictionary<string, object> resource)
    {
        var reader = new FieldReader(bytes);
        while (reader.Next())
        {
            if (reader.Field == 1)
            {
                ReadKeyValue(reader.Bytes, resource);
            }
        }
    }

    private static void ReadScopeSpans(ReadOnlySpan<byte> bytes, List<ReceivedSpan> spans)
    {
        var reader = new FieldReader(bytes);
        while (reader.Next())
        {
            if (reader.Field == 2)
            {
                spans.Add(ReadSpan(reader.Bytes));
            }
        }
    }

    private static ReceivedSpan ReadSpan(ReadOnlySpan<byte> bytes)
    {
        var span = new ReceivedSpan();
        var reader = new FieldReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: span.TraceId = Convert.ToHexStringLower(reader.Bytes); break;
                case 2: span.SpanId = Convert.ToHexStringLower(reader.Bytes); break;
                case 4: span.ParentSpanId = Convert.ToHexStringLower(reader.Bytes); break;
                case 5: span.Name = Encoding.UTF8.GetString(reader.Bytes); break;
                case 7: span.StartUnixNanos = reader.Number; break;
                case 8: span.EndUnixNanos = reader.Number; break;
                case 9: ReadKeyValue(reader.Bytes, span.Attributes); break;
                case 15: ReadStatus(reader.Bytes, span); break;
                default: break;
            }
        }

        return span;
    }

    private static void ReadStatus(ReadOnlySpan<byte> bytes, ReceivedSpan span)
    {
        var reader = new FieldReader(bytes);
        while (reader.Next())
        {
            if (reader.Field == 2)
            {
                span.StatusMessage = Encoding.UTF8.GetString(reader.Bytes);
            }
            else if (reader.Field == 3)
            {
                span.StatusCode = (int)reader.Number;
            }
        }
    }

    private static void ReadKeyValue(ReadOnlySpan<byte> bytes, Dictionary<string, object> attributes)
    {
        string key = "";
        object value = "";
        var reader = new FieldReader(bytes);
        while (reader.Next())
        {
            if (reader.Field == 1)
            {
                key = Encoding.UTF8.GetString(reader.Bytes);
            }
            else if (reader.Field == 2)
            {
                value = ReadValue(reader.Bytes);
            }
        }

        attributes[key] = value;
    }

    private static object ReadValue(ReadOnlySpan<byte> bytes)
    {
        object value = "";
        var reader = new FieldReader(bytes);
        while (reader.Next())
        {
            value = reader.Field switch
            {
                1 => Encoding.UTF8.GetString(reader.Bytes),
                2 => reader.Number != 0,
                3 => (long)reader.Number,
                4 => BitConverter.UInt64BitsToDouble(reader.Number),
                5 => ReadArray(reader.Bytes),
                _ => Convert.ToHexStringLower(reader.Bytes),
            };
        }

        return value;
    }

    private static List<object> ReadArray(ReadOnlySpan<byte> bytes)
    {
        var values = new List<object>();
        var reader = new FieldReader(bytes);
        while (reader.Next())
        {
            if (reader.Field == 1)
            {
                values.Add(ReadValue(reader.Bytes));
            }
        }

        return values;
    }

    /// <summary>Walks the fields of one protobuf message.</summary>
    private ref struct FieldReader(ReadOnlySpan<byte> message)
    {
        private ReadOnlySpan<byte> _rest = message;

        /// <summary>The number of the current field.</summary>
        public int Field { get; private set; }

        /// <summary>The value of a varint or fixed-width field.</summary>
        public ulong Number { get; private set; }

        /// <summary>The value of a length-delimited field.</summary>
        public ReadOnlySpan<byte> Bytes { get; private set; }

        public bool Next()
        {
            if (_rest.IsEmpty)
            {
                return false;
            }

            ulong tag = Varint();
            Field = (int)(tag >> 3);
            Number = 0;
            Bytes = default;
            switch (tag & 7)
            {
                case 0:
                    Number = Varint();
                    break;
                case 1:
                    Number = BinaryPrimitives.ReadUInt64LittleEndian(Take(8));
                    break;
                case 2:
                    ulong length = Varint();
                    Bytes = Take(length > int.MaxValue ? -1 : (int)length);
                    break;
                case 5:
                    Number = BinaryPrimitives.ReadUInt32LittleEndian(Take(4));
                    break;
                default:
                    throw new InvalidDataException($"Field {Field} has the unknown wire type {tag & 7}.");
            }

            return true;
        }

        private ReadOnlySpan<byte> Take(int count)
        {
            if ((uint)count > (uint)_rest.Length)
            {
                throw new InvalidDataException($"Field {Field} is longer than its message.");
            }

            ReadOnlySpan<byte> taken = _rest[..count];
            _rest = _rest[count..];
            return taken;
        }

        private ulong Varint()
        {
            ulong value = 0;
            for (int shift = 0; shift < 64; shift += 7)
            {
                byte next = Take(1)[0];
                value |= (ulong)(next & 0x7F) << shift;
                if (next < 0x80)
                {
                    return value;
                }
            }

            throw new InvalidDataException("A varint has more than 10 bytes.");
        }
    }
}

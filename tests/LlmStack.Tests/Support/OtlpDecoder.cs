using System.Buffers.Binary;
using System.Text;

namespace LlmStack.Tests.Support;

/// <summary>A span as it arrived.</summary>
public sealed record DecodedSpan
{
    public string TraceId { get; set; } = "";

    public string SpanId { get; set; } = "";

    public string ParentSpanId { get; set; } = "";

    public string Name { get; set; } = "";

    public int Kind { get; set; }

    public ulong StartUnixNanos { get; set; }

    public ulong EndUnixNanos { get; set; }

    public int StatusCode { get; set; }

    public string StatusMessage { get; set; } = "";

    /// <summary>Values are <see cref="string"/>, <see cref="bool"/>, <see cref="long"/>, <see cref="double"/> or <c>object[]</c>.</summary>
    public Dictionary<string, object?> Attributes { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, object?> Resource { get; set; } = new(StringComparer.Ordinal);

    public string ScopeName { get; set; } = "";

    public string? Text(string attribute) => Attributes.GetValueOrDefault(attribute) as string;
}

/// <summary>
/// Reads an OTLP <c>ExportTraceServiceRequest</c> field by field, by the published field numbers; independent of the code that writes
/// it, and once more with OpenTelemetry's own definitions, which must agree. Anything malformed is an <see cref="InvalidDataException"/>.
/// </summary>
public static class OtlpDecoder
{
    public static List<DecodedSpan> Decode(ReadOnlySpan<byte> request)
    {
        var spans = new List<DecodedSpan>();
        byte[] bytes = request.ToArray();
        foreach (Field resourceSpans in Fields(bytes))
        {
            if (resourceSpans.Number == 1)
            {
                ReadResourceSpans(resourceSpans.Bytes, spans);
            }
        }

        OtlpDefinitions.Check(bytes, spans);
        return spans;
    }

    private static void ReadResourceSpans(byte[] message, List<DecodedSpan> spans)
    {
        var resource = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (Field field in Fields(message))
        {
            if (field.Number == 1)
            {
                foreach (Field attribute in Fields(field.Bytes))
                {
                    if (attribute.Number == 1)
                    {
                        ReadKeyValue(attribute.Bytes, resource);
                    }
                }
            }
            else if (field.Number == 2)
            {
                ReadScopeSpans(field.Bytes, resource, spans);
            }
        }
    }

    private static void ReadScopeSpans(byte[] message, Dictionary<string, object?> resource, List<DecodedSpan> spans)
    {
        string scope = "";
        foreach (Field field in Fields(message))
        {
            if (field.Number == 1)
            {
                foreach (Field part in Fields(field.Bytes))
                {
                    scope = part.Number == 1 ? part.Text : scope;
                }
            }
            else if (field.Number == 2)
            {
                DecodedSpan span = ReadSpan(field.Bytes);
                span.Resource = resource;
                span.ScopeName = scope;
                spans.Add(span);
            }
        }
    }

    private static DecodedSpan ReadSpan(byte[] message)
    {
        var span = new DecodedSpan();
        foreach (Field field in Fields(message))
        {
            switch (field.Number)
            {
                case 1:
                    span.TraceId = Convert.ToHexStringLower(field.Bytes);
                    break;
                case 2:
                    span.SpanId = Convert.ToHexStringLower(field.Bytes);
                    break;
                case 4:
                    span.ParentSpanId = Convert.ToHexStringLower(field.Bytes);
                    break;
                case 5:
                    span.Name = field.Text;
                    break;
                case 6:
                    span.Kind = (int)field.Value;
                    break;
                case 7:
                    span.StartUnixNanos = field.Value;
                    break;
                case 8:
                    span.EndUnixNanos = field.Value;
                    break;
                case 9:
                    ReadKeyValue(field.Bytes, span.Attributes);
                    break;
                case 15:
                    ReadStatus(field.Bytes, span);
                    break;
                default:
                    break;
            }
        }

        return span;
    }

    private static void ReadStatus(byte[] message, DecodedSpan span)
    {
        foreach (Field field in Fields(message))
        {
            if (field.Number == 2)
            {
                span.StatusMessage = field.Text;
            }
            else if (field.Number == 3)
            {
                span.StatusCode = (int)field.Value;
            }
        }
    }

    private static void ReadKeyValue(byte[] message, Dictionary<string, object?> attributes)
    {
        string key = "";
        object? value = null;
        foreach (Field field in Fields(message))
        {
            if (field.Number == 1)
            {
                key = field.Text;
            }
            else if (field.Number == 2)
            {
                value = ReadAnyValue(field.Bytes);
            }
        }

        if (!attributes.TryAdd(key, value))
        {
            throw new InvalidDataException($"The attribute '{key}' is there twice.");
        }
    }

    private static object? ReadAnyValue(byte[] message)
    {
        object? value = null;
        foreach (Field field in Fields(message))
        {
            value = field.Number switch
            {
                1 => field.Text,
                2 => field.Value != 0,
                3 => (long)field.Value,
                4 => BitConverter.UInt64BitsToDouble(field.Value),
                5 => ReadArray(field.Bytes),
                _ => throw new InvalidDataException($"A value of field {field.Number} is not understood by the server."),
            };
        }

        return value;
    }

    private static object?[] ReadArray(byte[] message)
    {
        var items = new List<object?>();
        foreach (Field field in Fields(message))
        {
            items.Add(ReadAnyValue(field.Bytes));
        }

        return [.. items];
    }

    private static List<Field> Fields(byte[] message)
    {
        var fields = new List<Field>();
        int position = 0;
        while (position < message.Length)
        {
            ulong tag = ReadVarint(message, ref position);
            int number = (int)(tag >> 3);
            switch (tag & 7)
            {
                case 0:
                    fields.Add(new Field(number, ReadVarint(message, ref position), []));
                    break;
                case 1:
                    fields.Add(new Field(number, BinaryPrimitives.ReadUInt64LittleEndian(Take(message, ref position, 8)), []));
                    break;
                case 2:
                    ulong length = ReadVarint(message, ref position);
                    fields.Add(new Field(number, 0, Take(message, ref position, checked((int)length)).ToArray()));
                    break;
                case 5:
                    fields.Add(new Field(number, BinaryPrimitives.ReadUInt32LittleEndian(Take(message, ref position, 4)), []));
                    break;
                default:
                    throw new InvalidDataException($"Wire type {tag & 7} at byte {position}.");
            }
        }

        return fields;
    }

    private static ReadOnlySpan<byte> Take(byte[] message, ref int position, int length)
    {
        if (length > message.Length - position)
        {
            throw new InvalidDataException($"{length} bytes are announced at byte {position}, {message.Length - position} are there.");
        }

        ReadOnlySpan<byte> bytes = message.AsSpan(position, length);
        position += length;
        return bytes;
    }

    private static ulong ReadVarint(byte[] message, ref int position)
    {
        ulong value = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            byte part = Take(message, ref position, 1)[0];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }

        throw new InvalidDataException($"A number of more than 10 bytes ends at byte {position}.");
    }

    private readonly record struct Field(int Number, ulong Value, byte[] Bytes)
    {
        private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

        public string Text => Strict.GetString(Bytes);
    }
}

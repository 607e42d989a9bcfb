namespace LlmStack.Langfuse;

/// <summary>The fields of one encoded OTLP span. Attributes are found by their keys as they stand in the bytes.</summary>
internal readonly ref struct IngestionFields
{
    private readonly ReadOnlySpan<byte> _span;

    private IngestionFields(ReadOnlySpan<byte> span, ReadOnlySpan<byte> traceId, ReadOnlySpan<byte> spanId, ReadOnlySpan<byte> parent, ReadOnlySpan<byte> name, ulong start, ulong end)
    {
        _span = span;
        TraceId = traceId;
        SpanId = spanId;
        ParentSpanId = parent;
        Name = name;
        StartNanos = start;
        EndNanos = end;
    }

    public ReadOnlySpan<byte> TraceId { get; }

    public ReadOnlySpan<byte> SpanId { get; }

    public ReadOnlySpan<byte> ParentSpanId { get; }

    public ReadOnlySpan<byte> Name { get; }

    public ulong StartNanos { get; }

    public ulong EndNanos { get; }

    public static IngestionFields Read(ReadOnlySpan<byte> span)
    {
        ReadOnlySpan<byte> traceId = default;
        ReadOnlySpan<byte> spanId = default;
        ReadOnlySpan<byte> parent = default;
        ReadOnlySpan<byte> name = default;
        ulong start = 0;
        ulong end = 0;
        var reader = new ProtoReader(span);
        while (reader.Read())
        {
            switch (reader.Field)
            {
                case 1: traceId = reader.Bytes; break;
                case 2: spanId = reader.Bytes; break;
                case 4: parent = reader.Bytes; break;
                case 5: name = reader.Bytes; break;
                case 7: start = reader.Number; break;
                case 8: end = reader.Number; break;
                default: break;
            }
        }

        return new IngestionFields(span, traceId, spanId, parent, name, start, end);
    }

    public AttributeReader Attributes() => new(_span);

    /// <summary>The text of an attribute; empty when it is not there.</summary>
    public ReadOnlySpan<byte> Text(ReadOnlySpan<byte> key) => Find(key, 1, out _);

    public bool Flag(ReadOnlySpan<byte> key)
    {
        Find(key, 2, out ulong? number);
        return number == 1;
    }

    public long? Number(ReadOnlySpan<byte> key)
    {
        Find(key, 3, out ulong? number);
        return (long?)number;
    }

    /// <summary>The items of an array; empty when it is not there.</summary>
    public ReadOnlySpan<byte> Array(ReadOnlySpan<byte> key) => Find(key, 5, out _);

    private ReadOnlySpan<byte> Find(ReadOnlySpan<byte> key, int kind, out ulong? number)
    {
        number = null;
        var span = new ProtoReader(_span);
        while (span.Read())
        {
            if (span.Field != 9)
            {
                continue;
            }

            var entry = new ProtoReader(span.Bytes);
            entry.Read();
            if (!entry.Bytes.SequenceEqual(key))
            {
                continue;
            }

            entry.Read();
            var value = new ProtoReader(entry.Bytes);
            if (value.Read() && value.Field == kind)
            {
                number = kind is 2 or 3 ? value.Number : null;
                return value.Bytes;
            }
        }

        return default;
    }

    /// <summary>Walks over the attributes whose values are texts.</summary>
    public ref struct AttributeReader(ReadOnlySpan<byte> span)
    {
        private ProtoReader _fields = new(span);

        public bool Read(out ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
        {
            while (_fields.Read())
            {
                if (_fields.Field != 9)
                {
                    continue;
                }

                var entry = new ProtoReader(_fields.Bytes);
                entry.Read();
                key = entry.Bytes;
                entry.Read();
                var any = new ProtoReader(entry.Bytes);
                if (any.Read() && any.Field == 1)
                {
                    value = any.Bytes;
                    return true;
                }
            }

            key = value = default;
            return false;
        }
    }
}

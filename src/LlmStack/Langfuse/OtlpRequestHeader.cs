namespace LlmStack.Langfuse;

/// <summary>What stands before the spans of one request: the resource and the scope. Only the lengths around them change.</summary>
internal sealed class OtlpRequestHeader
{
    private readonly byte[] _resource;
    private readonly byte[] _scope;
    private readonly byte[] _header;

    public OtlpRequestHeader(string version)
    {
        var scope = new ProtoWriter(new HeapBatchBuffer(128));
        scope.String(1, "llmstack");
        scope.String(2, version);
        var scopePart = new ProtoWriter(new HeapBatchBuffer(256));
        scopePart.Prefix(1, scope.Written);
        scopePart.Raw(scope.WrittenBytes);
        _scope = scopePart.WrittenBytes.ToArray();

        var resource = new ProtoWriter(new HeapBatchBuffer(256));
        KeyValue(ref resource, "telemetry.sdk.name", "llmstack");
        KeyValue(ref resource, "telemetry.sdk.language", "dotnet");
        KeyValue(ref resource, "telemetry.sdk.version", version);
        var resourcePart = new ProtoWriter(new HeapBatchBuffer(512));
        resourcePart.Prefix(1, resource.Written);
        resourcePart.Raw(resource.WrittenBytes);
        _resource = resourcePart.WrittenBytes.ToArray();
        _header = new byte[_resource.Length + _scope.Length + 24];
    }

    /// <summary>The bytes before <paramref name="spanBytes"/> bytes of spans; valid until the next call.</summary>
    public ReadOnlySpan<byte> For(int spanBytes)
    {
        int scopeSpans = _scope.Length + spanBytes;
        int resourceSpans = _resource.Length + 1 + ProtoWriter.VarintSize((uint)scopeSpans) + scopeSpans;
        int length = Prefix(_header, 1, (uint)resourceSpans);
        _resource.CopyTo(_header.AsSpan(length));
        length += _resource.Length;
        length += Prefix(_header.AsSpan(length), 2, (uint)scopeSpans);
        _scope.CopyTo(_header.AsSpan(length));
        return _header.AsSpan(0, length + _scope.Length);
    }

    private static int Prefix(Span<byte> target, int field, uint length)
    {
        target[0] = (byte)((field << 3) | 2);
        int position = 1;
        while (length >= 0x80)
        {
            target[position++] = (byte)(length | 0x80);
            length >>= 7;
        }

        target[position++] = (byte)length;
        return position;
    }

    private static void KeyValue(ref ProtoWriter writer, string key, string value)
    {
        // Resource.attributes is field 1 where Span.attributes is field 9; the entries are alike.
        var entry = new ProtoWriter(new HeapBatchBuffer(128));
        entry.String(1, key);
        var any = new ProtoWriter(new HeapBatchBuffer(128));
        any.String(1, value);
        entry.Prefix(2, any.Written);
        entry.Raw(any.WrittenBytes);
        writer.Prefix(1, entry.Written);
        writer.Raw(entry.WrittenBytes);
    }
}

using LlmStack.Tracing;

namespace LlmStack.Langfuse;

/// <summary>The older batches of JSON events. A span is encoded as for OTLP and then rewritten, so that both formats always say the same.</summary>
internal sealed class IngestionFormat(OtlpSpanEncoder encoder) : SpanFormat
{
    private readonly HeapBatchBuffer _span = new(16 * 1024);
    private readonly IngestionEvents _events = new();

    public override string Name => "ingestion";

    public override string MediaType => "application/json";

    /// <summary>The server's JSON parser does not inflate.</summary>
    public override bool MayCompress => false;

    /// <summary>4.5 MB are a hard limit there; 3.5 MB are advised.</summary>
    public override int MaxBodyBytes => 3_500_000;

    public override Uri AddressOf(LangfuseEndpoint endpoint) => endpoint.Ingestion;

    public override int Encode(IEncodeBuffer buffer, SpanRecord record)
    {
        _span.Clear();
        int length = encoder.Encode(_span, record);
        var field = new ProtoReader(_span.GetFree(length)[..length]);
        field.Read();
        ReadOnlySpan<byte> json = _events.Write(field.Bytes, record.IsTop);
        json.CopyTo(buffer.GetFree(json.Length));
        return json.Length;
    }

    public override void WriteBody(Stream body, ReadOnlySpan<byte> spans)
    {
        body.Write("{\"batch\":["u8);
        body.Write(spans[1..]);
        body.Write("]}"u8);
    }

    /// <summary>The worse of what became of the observation and of the trace that may go with it.</summary>
    public override (int Status, string Reason) OutcomeOf(ReadOnlySpan<byte> span, IReadOnlyDictionary<string, (int Status, string Reason)> errors)
    {
        string id = IngestionEvents.EnvelopeOf(span);
        if (errors.TryGetValue(id, out (int Status, string Reason) outcome))
        {
            return outcome;
        }

        return errors.TryGetValue(IngestionEvents.TracePrefix + id, out outcome) ? outcome : (0, "");
    }
}

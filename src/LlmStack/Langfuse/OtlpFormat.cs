using LlmStack.Tracing;

namespace LlmStack.Langfuse;

/// <summary>OTLP protobuf: one resource and one scope around the spans.</summary>
internal sealed class OtlpFormat(OtlpSpanEncoder encoder) : SpanFormat
{
    private readonly OtlpRequestHeader _header = new(LangfuseEndpoint.Version);

    public override string Name => "otlp";

    public override string MediaType => "application/x-protobuf";

    public override bool MayCompress => true;

    public override Uri AddressOf(LangfuseEndpoint endpoint) => endpoint.Traces;

    public override int Encode(IEncodeBuffer buffer, SpanRecord record) => encoder.Encode(buffer, record);

    public override void WriteBody(Stream body, ReadOnlySpan<byte> spans)
    {
        body.Write(_header.For(spans.Length));
        body.Write(spans);
    }
}

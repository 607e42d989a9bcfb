using LlmStack.Tracing;

namespace LlmStack.Langfuse;

/// <summary>How spans become the bytes of a request. Encoded spans stand one behind the other, so any run of them is a body once it is framed.</summary>
internal abstract class SpanFormat
{
    /// <summary>Names the form of the encoded bytes; bytes of another form must not be sent by this one.</summary>
    public abstract string Name { get; }

    public abstract string MediaType { get; }

    /// <summary>Whether the server inflates bodies of this kind.</summary>
    public abstract bool MayCompress { get; }

    /// <summary>The largest body the server takes, in bytes; batches never grow beyond it.</summary>
    public virtual int MaxBodyBytes => int.MaxValue;

    public static SpanFormat Create(LangfuseOptions options, TracingOptions tracing)
    {
        var encoder = new OtlpSpanEncoder(tracing.Release, EnvironmentName.Normalize(tracing.Environment));
        return options.Format == LangfuseFormat.IngestionBatch ? new IngestionFormat(encoder) : new OtlpFormat(encoder);
    }

    public abstract Uri AddressOf(LangfuseEndpoint endpoint);

    /// <summary>Encodes a span behind the committed ones; the caller commits the returned number of bytes and holds the lock.</summary>
    public abstract int Encode(IEncodeBuffer buffer, SpanRecord record);

    /// <summary>Writes the body of a request that carries <paramref name="spans"/>.</summary>
    public abstract void WriteBody(Stream body, ReadOnlySpan<byte> spans);

    /// <summary>What the answer says about one encoded span; status 0 when it was taken.</summary>
    public virtual (int Status, string Reason) OutcomeOf(ReadOnlySpan<byte> span, IReadOnlyDictionary<string, (int Status, string Reason)> errors) => (0, "");
}

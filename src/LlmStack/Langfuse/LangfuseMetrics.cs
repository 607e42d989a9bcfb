using System.Diagnostics.Metrics;

namespace LlmStack.Langfuse;

/// <summary>The sink's instruments on the meter <c>LlmStack</c>.</summary>
internal sealed class LangfuseMetrics
{
    private readonly Meter? _meter;

    public LangfuseMetrics(IMeterFactory? meters)
    {
        _meter = meters?.Create(new MeterOptions("LlmStack"));
        Delivered = _meter?.CreateCounter<long>("llmstack.trace.spans.delivered", "{span}", "Spans the trace endpoint has taken.");
        Dropped = _meter?.CreateCounter<long>("llmstack.trace.spans.dropped", "{span}", "Spans that were lost, by reason.");
    }

    public Counter<long>? Delivered { get; }

    public Counter<long>? Dropped { get; }

    public void Observe(IBatchQueue queue)
    {
        _meter?.CreateObservableUpDownCounter("llmstack.trace.queue.spans", () => queue.Spans, "{span}", "Spans waiting to be delivered.");
        _meter?.CreateObservableUpDownCounter("llmstack.trace.queue.bytes", () => queue.Bytes, "By", "Encoded spans waiting to be delivered.");
    }

    public void ObserveSpool(IBatchQueue spans, Spooling.SpoolLanes lanes)
    {
        _meter?.CreateObservableUpDownCounter("llmstack.trace.spool.spans", () => spans.Spans, "{span}", "Spans in the spool that are not delivered.");
        _meter?.CreateObservableUpDownCounter("llmstack.trace.spool.bytes", () => spans.Bytes, "By", "What the spool's segments of spans occupy.");
        _meter?.CreateObservableUpDownCounter("llmstack.trace.spool.foreign", () => lanes.Foreign, "{segment}", "Segments of other projects and servers in the spool's directory.");
    }
}

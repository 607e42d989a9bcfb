using System.Diagnostics.Metrics;

namespace LlmStack.Langfuse;

/// <summary>The sinks' instruments on the meter <c>LlmStack</c>; the sinks of several projects share them.</summary>
internal sealed class LangfuseMetrics
{
    private readonly Lock _lock = new();
    private readonly List<SpanQueue> _queues = [];

    public LangfuseMetrics(IMeterFactory? meters)
    {
        Meter? meter = meters?.Create(new MeterOptions("LlmStack"));
        Delivered = meter?.CreateCounter<long>("llmstack.trace.spans.delivered", "{span}", "Spans the trace endpoint has taken.");
        Dropped = meter?.CreateCounter<long>("llmstack.trace.spans.dropped", "{span}", "Spans that were lost, by reason.");
        MediaUploaded = meter?.CreateCounter<long>("llmstack.trace.media.uploaded", "{file}", "Files of traces that the storage has taken, or had already.");
        MediaDropped = meter?.CreateCounter<long>("llmstack.trace.media.dropped", "{file}", "Files of traces that were lost, by reason.");
        meter?.CreateObservableUpDownCounter("llmstack.trace.queue.spans", () => Sum(static queue => queue.Spans), "{span}", "Spans waiting to be delivered.");
        meter?.CreateObservableUpDownCounter("llmstack.trace.queue.bytes", () => Sum(static queue => queue.Bytes), "By", "Encoded spans waiting to be delivered.");
    }

    public Counter<long>? Delivered { get; }

    public Counter<long>? Dropped { get; }

    public Counter<long>? MediaUploaded { get; }

    public Counter<long>? MediaDropped { get; }

    public void Observe(SpanQueue queue)
    {
        lock (_lock)
        {
            _queues.Add(queue);
        }
    }

    private long Sum(Func<SpanQueue, long> value)
    {
        lock (_lock)
        {
            long sum = 0;
            foreach (SpanQueue queue in _queues)
            {
                sum += value(queue);
            }

            return sum;
        }
    }
}

using System.Diagnostics.Metrics;
using LlmStack.Langfuse.Spooling;

namespace LlmStack.Langfuse;

/// <summary>The sinks' instruments on the meter <c>LlmStack</c>; the sinks of several projects share them.</summary>
internal sealed class LangfuseMetrics
{
    private readonly Lock _lock = new();
    private readonly List<IBatchQueue> _queues = [];
    private readonly List<SpoolLanes> _spools = [];

    public LangfuseMetrics(IMeterFactory? meters)
    {
        Meter? meter = meters?.Create(new MeterOptions("LlmStack"));
        Delivered = meter?.CreateCounter<long>("llmstack.trace.spans.delivered", "{span}", "Spans the trace endpoint has taken.");
        Dropped = meter?.CreateCounter<long>("llmstack.trace.spans.dropped", "{span}", "Spans that were lost, by reason.");
        MediaUploaded = meter?.CreateCounter<long>("llmstack.trace.media.uploaded", "{file}", "Files of traces that the storage has taken, or had already.");
        MediaDropped = meter?.CreateCounter<long>("llmstack.trace.media.dropped", "{file}", "Files of traces that were lost, by reason.");
        meter?.CreateObservableUpDownCounter("llmstack.trace.queue.spans", () => Sum(_queues, static queue => queue.Spans), "{span}", "Spans waiting in memory to be delivered.");
        meter?.CreateObservableUpDownCounter("llmstack.trace.queue.bytes", () => Sum(_queues, static queue => queue.Bytes), "By", "Encoded spans waiting in memory to be delivered.");
        meter?.CreateObservableUpDownCounter("llmstack.trace.spool.spans", () => Sum(_spools, static spool => spool.Spans.Queue.Spans), "{span}", "Spans in the spool that are not delivered.");
        meter?.CreateObservableUpDownCounter("llmstack.trace.spool.bytes", () => Sum(_spools, static spool => spool.Spans.Queue.Bytes), "By", "What the spool's segments of spans occupy.");
        meter?.CreateObservableUpDownCounter("llmstack.trace.spool.foreign", Foreign, "{segment}", "Segments of other projects and servers in the spool's directory that no living process has.");
    }

    public Counter<long>? Delivered { get; }

    public Counter<long>? Dropped { get; }

    public Counter<long>? MediaUploaded { get; }

    public Counter<long>? MediaDropped { get; }

    public void Observe(IBatchQueue queue)
    {
        lock (_lock)
        {
            _queues.Add(queue);
        }
    }

    public void Observe(SpoolLanes spool)
    {
        lock (_lock)
        {
            _spools.Add(spool);
        }
    }

    /// <summary>The sinks share one directory, and each sees the same.</summary>
    private long Foreign()
    {
        SpoolLanes[] spools;
        lock (_lock)
        {
            spools = [.. _spools];
        }

        return spools.Length == 0 ? 0 : spools.Max(static spool => spool.Foreign);
    }

    private long Sum<T>(List<T> sources, Func<T, long> value)
    {
        lock (_lock)
        {
            long sum = 0;
            foreach (T source in sources)
            {
                sum += value(source);
            }

            return sum;
        }
    }
}

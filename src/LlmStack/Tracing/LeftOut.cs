using System.Diagnostics.Metrics;

namespace LlmStack.Tracing;

/// <summary>Spans and scores that no sink was meant to get, by reason: they are left out on purpose, not lost.</summary>
internal sealed class LeftOut(IMeterFactory? meters)
{
    public const string SampledOut = "sampled_out";
    public const string Filtered = "filtered";
    private readonly Counter<long>? _counter = meters?.Create(new MeterOptions("LlmStack"))
        .CreateCounter<long>("llmstack.trace.spans.left_out", "{span}", "Spans and scores that sampling or a filter kept from the sinks.");

    private long _sampledOut;
    private long _filtered;

    public long SampledOutCount => Interlocked.Read(ref _sampledOut);

    public long FilteredCount => Interlocked.Read(ref _filtered);

    public void CountSampledOut(int count)
    {
        Interlocked.Add(ref _sampledOut, count);
        _counter?.Add(count, new KeyValuePair<string, object?>("reason", SampledOut));
    }

    public void CountFiltered()
    {
        Interlocked.Increment(ref _filtered);
        _counter?.Add(1, new KeyValuePair<string, object?>("reason", Filtered));
    }
}

using System.Collections.Concurrent;
using LlmStack.Tracing;

namespace LlmStack.Tests.Tracing;

/// <summary>A sink that stands in one region.</summary>
internal sealed class RegionSink(string region) : ITraceSink
{
    private readonly ConcurrentQueue<SpanData> _spans = new();

    public IReadOnlyList<SpanData> Spans => [.. _spans];

    public bool AcceptsContentFrom(string bound) => string.Equals(bound, region, StringComparison.OrdinalIgnoreCase);

    public void Emit(in SpanData span) => _spans.Enqueue(span.ToOwned());

    public void Emit(in ScoreData score)
    {
    }

    public ValueTask<FlushResult> FlushAsync(TimeSpan timeout, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(new FlushResult(_spans.Count, 0, 0, null));
}

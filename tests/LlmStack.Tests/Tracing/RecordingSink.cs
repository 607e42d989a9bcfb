using System.Collections.Concurrent;
using LlmStack.Tracing;

namespace LlmStack.Tests.Tracing;

/// <summary>Keeps owned copies of everything, in the order of arrival.</summary>
internal sealed class RecordingSink : ITraceSink
{
    private readonly ConcurrentQueue<SpanData> _spans = new();
    private readonly ConcurrentQueue<ScoreData> _scores = new();

    public IReadOnlyList<SpanData> Spans => [.. _spans];

    public IReadOnlyList<ScoreData> Scores => [.. _scores];

    public SpanData this[string name] => Assert.Single(_spans, span => span.Name == name);

    public void Emit(in SpanData span) => _spans.Enqueue(span.ToOwned());

    public void Emit(in ScoreData score) => _scores.Enqueue(score);

    public ValueTask<FlushResult> FlushAsync(TimeSpan timeout, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(new FlushResult(_spans.Count + _scores.Count, 0, 0, null));
}

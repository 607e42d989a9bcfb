using LlmStack.Langfuse;
using LlmStack.Tracing;

namespace LlmStack.Tests.Tracing;

/// <summary>Keeps every span as the bytes that Langfuse would get.</summary>
internal sealed class EncodingSink : ITraceSink
{
    private readonly Lock _gate = new();
    private readonly OtlpSpanEncoder _encoder = new("r", "test");
    private readonly List<byte[]> _spans = [];
    private readonly List<ScoreData> _scores = [];

    public IReadOnlyList<byte[]> Spans => _spans;

    public IReadOnlyList<ScoreData> Scores => _scores;

    public void Emit(in SpanData span)
    {
        lock (_gate)
        {
            var buffer = new HeapBatchBuffer(256);
            int length = _encoder.Encode(buffer, span.Record);
            buffer.Commit(length);
            _spans.Add(buffer.Spans(0, 1).ToArray());
        }
    }

    public void Emit(in ScoreData score)
    {
        lock (_gate)
        {
            _scores.Add(score);
        }
    }

    public ValueTask<FlushResult> FlushAsync(TimeSpan timeout, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(new FlushResult(_spans.Count + _scores.Count, 0, 0, null));
}

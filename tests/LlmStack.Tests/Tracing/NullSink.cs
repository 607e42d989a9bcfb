using LlmStack.Tracing;

namespace LlmStack.Tests.Tracing;

/// <summary>Takes everything and keeps nothing: what a span costs without its export.</summary>
internal sealed class NullSink : ITraceSink
{
    public void Emit(in SpanData span)
    {
    }

    public void Emit(in ScoreData score)
    {
    }

    public ValueTask<FlushResult> FlushAsync(TimeSpan timeout, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(new FlushResult(0, 0, 0, null));
}

namespace LlmStack.Tracing;

/// <summary>Opens scopes, makes the automatic spans of calls, and hands finished spans to every sink.</summary>
internal sealed class LlmTracer(IEnumerable<ITraceSink> sinks, IEnumerable<IScoreObserver> scoreObservers, TracingOptions options, TimeProvider time) : ILlmTracer
{
    /// <summary>Whether a sink is active or somebody listens to the source: otherwise spans are not made at all.</summary>
    public bool IsActive => throw new NotSupportedException("seam");

    /// <summary>
    /// A span below the ambient one (or a root), not made ambient itself; null when nobody listens or the trace is sampled out.
    /// </summary>
    public SpanRecord? StartAutomatic(string name, ObservationType type, long startTimestamp) => throw new NotSupportedException("seam");

    /// <summary>A span below <paramref name="parent"/>, possibly back-dated, not made ambient.</summary>
    public SpanRecord StartChild(SpanRecord parent, string name, ObservationType type, long startTimestamp) => throw new NotSupportedException("seam");

    /// <summary>Makes <paramref name="record"/> ambient until the result is disposed; for attempts that run user code.</summary>
    public IDisposable Enter(SpanRecord record) => throw new NotSupportedException("seam");

    /// <summary>Ends a span: stamps, marks ancestors when it failed, emits to every sink, returns it to the pool.</summary>
    public void End(SpanRecord record, long endTimestamp) => throw new NotSupportedException("seam");

    public TraceScope StartTrace(string name, TraceContext? context = null) => throw new NotSupportedException("seam");

    public SpanScope StartSpan(string name, ObservationType type = ObservationType.Span) => throw new NotSupportedException("seam");

    public Task TraceAsync(string name, Func<TraceScope, Task> body, TraceContext? context = null) => throw new NotSupportedException("seam");

    public Task<TResult> TraceAsync<TResult>(string name, Func<TraceScope, Task<TResult>> body, TraceContext? context = null) => throw new NotSupportedException("seam");

    public void Score(in ScoreData score) => throw new NotSupportedException("seam");

    public ValueTask<FlushResult> FlushAsync(TimeSpan timeout, CancellationToken cancellationToken = default) => throw new NotSupportedException("seam");
}

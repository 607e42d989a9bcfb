namespace LlmStack.Tracing;

/// <summary>Opens traces and spans. Calls through <see cref="ILlmClient"/> appear inside the ambient span by themselves.</summary>
/// <remarks>
/// Opening is a plain synchronous call, because an ambient value set inside an awaited method is lost when it returns. Work that
/// outlives its trace (nobody awaited it) still belongs to that trace, as with <see cref="System.Diagnostics.Activity"/>.
/// </remarks>
public interface ILlmTracer
{
    /// <summary>
    /// Starts a trace and makes it ambient until it is disposed. Under an ambient <see cref="System.Diagnostics.Activity"/> it joins
    /// that trace; inside an open trace it is a span of it, with the labels of both.
    /// </summary>
    /// <param name="name">The trace's name; not empty.</param>
    /// <param name="context">Labels, or null.</param>
    /// <param name="options">A given start, or a parent in another process; null for neither.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty.</exception>
    TraceScope StartTrace(string name, TraceContext? context = null, SpanOptions? options = null);

    /// <summary>Starts a span below the ambient one (or a trace of its own) and makes it ambient until it is disposed.</summary>
    /// <param name="name">The span's name; not empty.</param>
    /// <param name="type">What it is.</param>
    /// <param name="options">A given start, or another parent; null for neither.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty.</exception>
    SpanScope StartSpan(string name, ObservationType type = ObservationType.Span, SpanOptions? options = null);

    /// <summary>
    /// What a message to another process carries so that its spans join this trace; the fields of <see cref="TracingOptions.Baggage"/>
    /// with it. HTTP clients get it by <c>AddTracePropagation()</c>.
    /// </summary>
    TraceCarrier Inject();

    /// <summary>Runs <paramref name="body"/> inside a trace; what it throws marks the trace as failed (a cancellation is only noted) and is thrown on.</summary>
    /// <param name="name">The trace's name.</param>
    /// <param name="body">The work.</param>
    /// <param name="context">Labels, or null.</param>
    Task TraceAsync(string name, Func<TraceScope, Task> body, TraceContext? context = null);

    /// <summary>Runs <paramref name="body"/> inside a trace and returns its result.</summary>
    /// <inheritdoc cref="TraceAsync(string, Func{TraceScope, Task}, TraceContext)"/>
    Task<TResult> TraceAsync<TResult>(string name, Func<TraceScope, Task<TResult>> body, TraceContext? context = null);

    /// <summary>Gives a score.</summary>
    /// <param name="score">The score, with its target.</param>
    /// <exception cref="ArgumentException">The score names no target or an invalid value; the message says which.</exception>
    void Score(in ScoreData score);

    /// <summary>Where a trace can be looked at, as far as it is known without asking the server: with <see cref="LangfuseOptions.ProjectId"/>, or once <see cref="GetTraceUrlAsync"/> has answered. Null before.</summary>
    /// <param name="traceId">The trace.</param>
    Uri? GetTraceUrl(TraceId traceId);

    /// <summary>Where a trace can be looked at. The project's id is asked for once. Null when no sink knows, or the server does not answer.</summary>
    /// <param name="traceId">The trace.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<Uri?> GetTraceUrlAsync(TraceId traceId, CancellationToken cancellationToken = default);

    /// <summary>Flushes every sink.</summary>
    /// <param name="timeout">How long at most, over all sinks.</param>
    /// <param name="cancellationToken">Gives up earlier.</param>
    ValueTask<FlushResult> FlushAsync(TimeSpan timeout, CancellationToken cancellationToken = default);

    /// <summary>
    /// Sends the spans and scores of a <see cref="JsonLinesTraceSink"/>'s file again, under the same ids, to every sink in force but one
    /// that writes this very file: see <see cref="JsonLinesReplay"/>.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="progress">Is told after every 500 lines; null for nobody.</param>
    /// <param name="cancellationToken">Ends the replay; what was handed over stays with the sinks.</param>
    /// <returns>What became of the lines.</returns>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    Task<ReplayResult> ReplayAsync(string path, IProgress<ReplayResult>? progress = null, CancellationToken cancellationToken = default);
}

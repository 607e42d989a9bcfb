namespace LlmStack.Tracing;

/// <summary>Receives finished spans and scores. Register one in DI to add it; several can be active.</summary>
/// <remarks>
/// <see cref="Emit(in SpanData)"/> is called on the thread that ended the span: it never blocks and never throws into the caller
/// (what it throws is counted and logged once). A span's data is valid during the call only; <see cref="SpanData.ToOwned"/> copies.
/// </remarks>
public interface ITraceSink
{
    /// <summary>Takes a finished span.</summary>
    /// <param name="span">The span, valid during the call.</param>
    void Emit(in SpanData span);

    /// <summary>Takes a score.</summary>
    /// <param name="score">The score.</param>
    void Emit(in ScoreData score);

    /// <summary>Delivers everything emitted before this call, what is in flight included, within <paramref name="timeout"/>.</summary>
    /// <param name="timeout">How long at most.</param>
    /// <param name="cancellationToken">Gives up earlier; the result then says what is pending.</param>
    ValueTask<FlushResult> FlushAsync(TimeSpan timeout, CancellationToken cancellationToken = default);

    /// <summary>
    /// Whether this sink may hold the content of calls that were bound to <paramref name="region"/> (<c>RoutingOptions.Region</c>). Default false:
    /// it gets such spans without input and output.
    /// </summary>
    /// <param name="region">The region, as the call named it.</param>
    bool AcceptsContentFrom(string region) => false;
}

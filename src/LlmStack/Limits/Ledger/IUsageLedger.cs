namespace LlmStack;

/// <summary>
/// What every billed attempt used and cost, each exactly once: successes, failures, cancelled and cut ones, losers of hedges, mirrors,
/// judges. From the container. In memory unless a store was added; the sum equals the costs on the responses.
/// </summary>
public interface IUsageLedger
{
    /// <summary>Adds up. Every attempt that ended before the question is in the answer.</summary>
    /// <param name="query">What to read.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ArgumentException">The query contradicts itself: the message says which field, its value and what is allowed.</exception>
    /// <exception cref="IOException">The store cannot be read; calls go on, and what they cost is kept until it can be written.</exception>
    ValueTask<LedgerReport> QueryAsync(LedgerQuery query, CancellationToken cancellationToken = default);

    /// <summary>Ends when everything recorded before is in the store. Nothing to wait for in memory.</summary>
    /// <param name="cancellationToken">Ends the wait; nothing is lost by it.</param>
    /// <exception cref="IOException">The store cannot be written; it is tried again later.</exception>
    ValueTask FlushAsync(CancellationToken cancellationToken = default);
}

namespace LlmStack.Routing;

/// <summary>Where the time of a call went; monotonic durations.</summary>
/// <param name="Total">From the call until its end.</param>
/// <param name="Provider">Spent in attempts.</param>
/// <param name="RetryWait">Spent waiting between attempts.</param>
/// <param name="FirstToken">From the call until its first content; null for calls that do not stream.</param>
/// <param name="Consumer">Spent by the consumer of a stream between its items; zero for other calls.</param>
public readonly record struct CallTiming(TimeSpan Total, TimeSpan Provider, TimeSpan RetryWait, TimeSpan? FirstToken, TimeSpan Consumer)
{
    /// <summary>Spent waiting for a place under a deployment's concurrency limit, or for a limit to give way.</summary>
    public TimeSpan Queue { get; init; }

    /// <summary>The part of <see cref="Provider"/> that went into fetching secrets, over all attempts; zero when they were at hand.</summary>
    public TimeSpan Credential { get; init; }

    /// <summary>
    /// The part of <see cref="Provider"/> until a connection was at hand, over all attempts: name resolution, connecting and encryption, or
    /// waiting for one of the pool. Microseconds when an open one was free.
    /// </summary>
    public TimeSpan Connect { get; init; }

    /// <summary>What the library itself added: the total less the provider's, the queue's, the waiting and the consumer's time.</summary>
    public TimeSpan Overhead
    {
        get
        {
            TimeSpan rest = Total - Provider - Queue - RetryWait - Consumer;
            return rest < TimeSpan.Zero ? TimeSpan.Zero : rest;
        }
    }
}

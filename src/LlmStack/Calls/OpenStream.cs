namespace LlmStack.Calls;

/// <summary>A stream that has committed: its first content has arrived, nothing was handed to the consumer yet.</summary>
internal sealed class OpenStream<TUpdate>
    where TUpdate : class
{
    /// <summary>Updates without content held back before the first content; more than this commits the stream.</summary>
    private const int MaxHeld = 64;

    private const int MaxHeldBytes = 256 * 1024;
    private static readonly TimeSpan MaxHeldTime = TimeSpan.FromSeconds(10);

    private OpenStream(IAsyncEnumerator<TUpdate> updates) => Updates = updates;

    public IAsyncEnumerator<TUpdate> Updates { get; }

    /// <summary>What arrived up to the first content, in order.</summary>
    public List<TUpdate> Held { get; } = new(4);

    /// <summary>Whether the stream ended while it was opened.</summary>
    public bool Ended { get; private set; }

    /// <summary>Whether what is held ends with the first content; false for an empty answer.</summary>
    public bool HasContent { get; private set; }

    /// <summary>Reads until the first content. Whatever fails here has delivered nothing, so the call may move on.</summary>
    public static async ValueTask<OpenStream<TUpdate>> OpenAsync<TTraits>(IAsyncEnumerable<TUpdate> source, CallAttempt attempt, CancellationToken cancellationToken)
        where TTraits : struct, IUpdateTraits<TUpdate>
    {
        cancellationToken.ThrowIfCancellationRequested();
        attempt.HandedOver = true;

        // The adapter has the token already; passing it again would cost a linked source.
#pragma warning disable CA2016
        IAsyncEnumerator<TUpdate> updates = source.GetAsyncEnumerator(CancellationToken.None);
#pragma warning restore CA2016
        var stream = new OpenStream<TUpdate>(updates);
        int bytes = 0;
        long firstHeld = 0;
        try
        {
            while (true)
            {
                if (!await updates.MoveNextAsync().ConfigureAwait(false))
                {
                    stream.Ended = true;
                    return stream;
                }

                TUpdate update = updates.Current;
                stream.Held.Add(update);
                stream.HasContent = TTraits.HasContent(update);
                if (stream.HasContent || stream.Held.Count >= MaxHeld || (bytes += TTraits.SizeOf(update)) > MaxHeldBytes || attempt.HasPassed(ref firstHeld, MaxHeldTime))
                {
                    attempt.Clock.Pause();
                    return stream;
                }
            }
        }
        catch
        {
            await stream.CloseAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// Reads to the end, so that the answer can be looked at before anybody gets it; false when it is longer than <paramref name="mostBytes"/>,
    /// and then the rest is still to be read. Whatever fails here has delivered nothing.
    /// </summary>
    public async ValueTask<bool> ReadToEndAsync<TTraits>(CallAttempt attempt, long idleTicks, int mostBytes, TimeProvider time)
        where TTraits : struct, IUpdateTraits<TUpdate>
    {
        long bytes = 0;
        foreach (TUpdate update in Held)
        {
            bytes += TTraits.ContentSizeOf(update);
        }

        try
        {
            while (!Ended && bytes <= mostBytes)
            {
                attempt.Clock.Expect(TimeLimit.Idle, time.GetTimestamp(), idleTicks);
                if (!await Updates.MoveNextAsync().ConfigureAwait(false))
                {
                    Ended = true;
                    break;
                }

                Held.Add(Updates.Current);
                bytes += TTraits.ContentSizeOf(Updates.Current);
            }

            attempt.Clock.Pause();
            return Ended;
        }
        catch
        {
            await CloseAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Closes the adapter's side. The outcome is known by now, so a failure to close changes nothing.</summary>
    public async ValueTask CloseAsync()
    {
        try
        {
            await Updates.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception)
        {
            // Thrown on, it would hide the outcome and keep the call from being settled.
        }
    }
}

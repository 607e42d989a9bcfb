namespace LlmStack.Health;

/// <summary>
/// The tokens that a provider's headers said are left of its window, less what was sent since. Lock-free; two reports at once may mix,
/// the next one mends it.
/// </summary>
internal struct ReportedHeadroom
{
    private long _left;
    private long _resets;

    /// <summary>Remembers a report: <paramref name="tokens"/> are left until <paramref name="resets"/>, in <see cref="TimeProvider"/> ticks.</summary>
    public void Report(long tokens, long resets)
    {
        Volatile.Write(ref _left, tokens);
        Volatile.Write(ref _resets, resets);
    }

    /// <summary>Counts tokens that are on their way and in no report yet. The next report replaces the count.</summary>
    public void Sent(long tokens, long now)
    {
        if (Volatile.Read(ref _resets) > now)
        {
            Interlocked.Add(ref _left, -tokens);
        }
    }

    /// <summary>Ticks until <paramref name="tokens"/> fit again; 0 when they fit now.</summary>
    public readonly long WaitFor(long tokens, long now) =>
        Volatile.Read(in _resets) is var resets && resets > now && tokens > Volatile.Read(in _left) ? resets - now : 0;
}

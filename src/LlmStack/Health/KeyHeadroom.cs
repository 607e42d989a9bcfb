using LlmStack.Routing;

namespace LlmStack.Health;

/// <summary>What a provider's headers said is left at a deployment for each credential, by its id.</summary>
internal sealed class KeyHeadroom
{
    /// <summary>Customers may bring keys without end; those not used for longest are forgotten beyond this many at one deployment.</summary>
    public const int MaxKeys = 10_000;

    private readonly BoundedMap<string, Entry> _keys = new(MaxKeys, StringComparer.Ordinal);

    /// <summary>Remembers a report for a key.</summary>
    public void Report(string key, long tokens, long resets) => _keys.GetOrAdd(key, static _ => new Entry()).Headroom.Report(tokens, resets);

    /// <summary>Counts tokens that are on their way with a key.</summary>
    public void Sent(string key, long tokens, long now) => _keys.Find(key)?.Headroom.Sent(tokens, now);

    /// <summary>Ticks until <paramref name="tokens"/> fit again for a key; 0 when they fit now.</summary>
    public long WaitFor(string key, long tokens, long now) => _keys.Find(key) is { } known ? known.Headroom.WaitFor(tokens, now) : 0;

    private sealed class Entry
    {
        public ReportedHeadroom Headroom;
    }
}

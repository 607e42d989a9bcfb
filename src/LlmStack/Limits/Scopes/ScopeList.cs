namespace LlmStack.Limits.Scopes;

/// <summary>The counters that a call falls under. Reused from call to call.</summary>
internal sealed class ScopeList
{
    private ScopeEntry[] _entries = [];

    public int Count { get; private set; }

    /// <summary>Whether it is only to look: then counters that nobody has used yet are not kept.</summary>
    public bool IsDryRun { get; init; }

    public ReadOnlySpan<ScopeEntry> Entries => _entries.AsSpan(0, Count);

    public void Add(in ScopeEntry entry)
    {
        if (Count == _entries.Length)
        {
            Array.Resize(ref _entries, Math.Max(4, Count * 2));
        }

        _entries[Count++] = entry;
    }

    public void Clear()
    {
        Array.Clear(_entries, 0, Count);
        Count = 0;
    }
}

namespace LlmStack.Limits.Scopes;

/// <summary>What a call, or an attempt, holds of every counter it falls under. Reused; one owner at a time.</summary>
internal sealed class ScopeReservation
{
    private ScopeHold[] _holds = [];
    private int _count;

    /// <summary>Whether something is held that is not settled yet.</summary>
    public bool IsHeld { get; internal set; }

    public Span<ScopeHold> Holds => _holds.AsSpan(0, _count);

    public void Add(ReadOnlySpan<ScopeEntry> entries)
    {
        if (_holds.Length - _count < entries.Length)
        {
            Array.Resize(ref _holds, Math.Max(8, 2 * (_count + entries.Length)));
        }

        // Calls of the same kind fall under much the same counters: a reference is written, and the collector told, only where it changes.
        Span<ScopeHold> holds = _holds.AsSpan(_count, entries.Length);
        for (int i = 0; i < entries.Length; i++)
        {
            if (!ReferenceEquals(holds[i].Counter, entries[i].Counter))
            {
                holds[i].Counter = entries[i].Counter;
            }

            if (!ReferenceEquals(holds[i].Rule, entries[i].Rule))
            {
                holds[i].Rule = entries[i].Rule;
            }
        }

        _count += entries.Length;
    }

    public void Clear()
    {
        _count = 0;
        IsHeld = false;
    }
}

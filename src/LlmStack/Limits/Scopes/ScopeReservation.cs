namespace LlmStack.Limits.Scopes;

/// <summary>What a call, or an attempt, holds of every counter it falls under. Reused; one owner at a time.</summary>
internal sealed class ScopeReservation
{
    private ScopeHold[] _holds = [];
    private int _count;

    /// <summary>Whether something is held that is not settled yet.</summary>
    public bool IsHeld { get; internal set; }

    public Span<ScopeHold> Holds => _holds.AsSpan(0, _count);

    public void Add(in ScopeEntry entry)
    {
        if (_count == _holds.Length)
        {
            Array.Resize(ref _holds, Math.Max(8, _count * 2));
        }

        // Calls of the same kind fall under much the same counters: a reference is written, and the collector told, only where it changes.
        ref ScopeHold hold = ref _holds[_count++];
        if (!ReferenceEquals(hold.Counter, entry.Counter))
        {
            hold.Counter = entry.Counter;
        }

        if (!ReferenceEquals(hold.Rule, entry.Rule))
        {
            hold.Rule = entry.Rule;
        }
    }

    public void Clear()
    {
        _count = 0;
        IsHeld = false;
    }
}

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

        ref ScopeHold hold = ref _holds[_count++];
        hold = default;
        hold.Rule = entry.Rule;
        hold.Counter = entry.Counter;
    }

    public void Clear()
    {
        Array.Clear(_holds, 0, _count);
        _count = 0;
        IsHeld = false;
    }
}

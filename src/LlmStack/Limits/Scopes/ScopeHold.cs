namespace LlmStack.Limits.Scopes;

/// <summary>What a reservation holds of one counter.</summary>
internal struct ScopeHold
{
    public ScopeRule Rule;
    public ScopeCounter Counter;

    /// <summary>Where in the counter it is held: the part of a sliding window, or the window of a budget.</summary>
    public long Place;

    /// <summary>The share of the limit that it is held of; -1 for none.</summary>
    public int Share;

    /// <summary>Whether it began the window of a budget.</summary>
    public bool BeganWindow;

    public int Running;

    /// <summary>Of a limit.</summary>
    public UsedAmounts Amounts;

    /// <summary>Of a budget, in 10⁻⁹ US dollars.</summary>
    public long Cost;
}

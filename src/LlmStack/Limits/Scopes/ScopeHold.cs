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

    public int Requests;
    public int Running;
    public long InputTokens;
    public long OutputTokens;
    public long Cost;
}

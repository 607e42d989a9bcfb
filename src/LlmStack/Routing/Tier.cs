namespace LlmStack.Routing;

/// <summary>Survivors of one order, with what the strategy prepared for them.</summary>
internal sealed class Tier(Member[] members, object? precomputed)
{
    public Member[] Members { get; } = members;

    public object? Precomputed { get; } = precomputed;
}

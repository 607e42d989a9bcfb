namespace LlmStack.Routing;

/// <summary>Survivors of one order, with what the strategy prepared for them.</summary>
internal sealed class Tier(Member[] members, object? precomputed)
{
    public Member[] Members { get; } = members;

    /// <summary>What picks look at, by position.</summary>
    public MemberFacts[] Facts { get; } = Array.ConvertAll(members, static member => new MemberFacts(member));

    public object? Precomputed { get; } = precomputed;
}

using LlmStack.Routing.Strategies;

namespace LlmStack.Routing;

/// <summary>Survivors of one order, with what the strategy prepared for them.</summary>
internal sealed class Tier
{
    public Tier(Member[] members, object? precomputed)
    {
        Members = members;
        Facts = Array.ConvertAll(members, static member => new MemberFacts(member));
        Precomputed = precomputed;
        if (precomputed is AliasTable table)
        {
            table.Facts = Facts;
        }
    }

    public Member[] Members { get; }

    /// <summary>What picks look at, by position.</summary>
    public MemberFacts[] Facts { get; }

    public object? Precomputed { get; }
}

using System.Diagnostics.CodeAnalysis;

namespace LlmStack.Routing;

/// <summary>The survivors of the filters, in a stable order.</summary>
[Experimental("LLMSTACK001")]
public readonly struct CandidateSet
{
    private readonly Member[] _members;

    /// <summary>Makes a set over the first <paramref name="count"/> of <paramref name="members"/>, without copying.</summary>
    /// <param name="members">The members.</param>
    /// <param name="count">How many of them.</param>
    public CandidateSet(Member[] members, int count)
    {
        ArgumentNullException.ThrowIfNull(members);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)members.Length, nameof(count));
        _members = members;
        Count = count;
    }

    internal CandidateSet(Member[] members, int count, object? precomputed)
        : this(members, count) => Precomputed = precomputed;

    /// <summary>How many candidates there are.</summary>
    public int Count { get; }

    /// <summary>The candidate at <paramref name="index"/>.</summary>
    /// <param name="index">From 0.</param>
    public Member this[int index] => _members[index];

    /// <summary>What the group's strategy prepared for a cached set (weights); null for a set made for one pick.</summary>
    internal object? Precomputed { get; }
}

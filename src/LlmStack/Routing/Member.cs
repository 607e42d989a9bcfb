using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace LlmStack.Routing;

/// <summary>A deployment inside a group.</summary>
[Experimental("LLMSTACK001")]
public sealed class Member
{
    private readonly Deployment _deployment;

    /// <summary>Makes a member.</summary>
    /// <param name="key">The member's key in the group's map.</param>
    /// <param name="deployment">The deployment.</param>
    /// <param name="weight">Its weight, or null when it has none.</param>
    /// <param name="order">Its tier; lower is asked first.</param>
    public Member(string key, Deployment deployment, double? weight = null, int order = 0)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(deployment);
        Key = key;
        _deployment = deployment;
        Weight = weight;
        Order = order;
    }

    /// <summary>The member's key in the group's map.</summary>
    public string Key { get; }

    /// <summary>The deployment.</summary>
    public Deployment Deployment => _deployment;

    /// <summary>Its weight; null when it has none.</summary>
    public double? Weight { get; }

    /// <summary>Its tier; lower is asked first.</summary>
    public int Order { get; }

    /// <summary>What the group's strategy never allows; null for nothing.</summary>
    internal IMemberConstraint? Constraint { get; init; }

    /// <summary>Asks for the memory that whoever picked it looks at.</summary>
    internal unsafe void Prefetch() => Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.AsRef(in _deployment)));
}

using System.Collections.Frozen;

namespace LlmStack.Routing;

/// <summary>A group to fall back to, and after which failures; without kinds and statuses, after those another deployment could cure.</summary>
internal sealed record FallbackRule(string Group, IReadOnlySet<LlmErrorKind>? Kinds)
{
    /// <summary>HTTP statuses it is for as well.</summary>
    public IReadOnlySet<int> Statuses { get; init; } = FrozenSet<int>.Empty;

    /// <summary>What is changed in the request on the way; null for nothing.</summary>
    public FallbackRewrite? Rewrite { get; init; }

    /// <summary>Whether it says what it is for; such rules come before those for anything.</summary>
    public bool IsSpecific => Kinds is { Count: > 0 } || Statuses.Count > 0;

    /// <summary>Whether it follows a failure.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="status">The HTTP status, or null.</param>
    /// <param name="fallBack">What was set for the kind; null for what it implies.</param>
    public bool Covers(LlmErrorKind kind, int? status, bool? fallBack) => IsSpecific
        ? Kinds is not null && Kinds.Contains(kind) || status is { } code && Statuses.Contains(code)
        : FallbackPlanner.Cures(kind, fallBack);
}

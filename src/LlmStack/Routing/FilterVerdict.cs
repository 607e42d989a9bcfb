using System.Diagnostics.CodeAnalysis;

namespace LlmStack.Routing;

/// <summary>A filter's answer about one candidate.</summary>
[Experimental("LLMSTACK001")]
public readonly struct FilterVerdict : IEquatable<FilterVerdict>
{
    private FilterVerdict(string reason, LlmErrorKind kind)
    {
        Reason = reason;
        Kind = kind;
    }

    /// <summary>The candidate stays.</summary>
    public static FilterVerdict Keep => default;

    /// <summary>Whether the candidate stays.</summary>
    public bool Kept => Reason is null;

    /// <summary>Why it was removed; null when it stays.</summary>
    public string? Reason { get; }

    /// <summary>The kind of error when this filter empties the set.</summary>
    public LlmErrorKind Kind { get; }

    /// <summary>The candidate is removed.</summary>
    /// <param name="reason">Why, in a few words; a constant where possible, picks do not allocate.</param>
    /// <param name="kind">The kind of error when this filter empties the set.</param>
    public static FilterVerdict Remove(string reason, LlmErrorKind kind = LlmErrorKind.NoCandidate)
    {
        ArgumentException.ThrowIfNullOrEmpty(reason);
        return new FilterVerdict(reason, kind);
    }

    /// <inheritdoc/>
    public bool Equals(FilterVerdict other) => Kind == other.Kind && string.Equals(Reason, other.Reason, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is FilterVerdict other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Reason, Kind);

    /// <summary>Whether two verdicts are equal.</summary>
    public static bool operator ==(FilterVerdict left, FilterVerdict right) => left.Equals(right);

    /// <summary>Whether two verdicts differ.</summary>
    public static bool operator !=(FilterVerdict left, FilterVerdict right) => !left.Equals(right);
}

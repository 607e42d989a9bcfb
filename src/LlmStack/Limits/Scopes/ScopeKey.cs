namespace LlmStack.Limits.Scopes;

/// <summary>The values behind the stars of a scope, in the order of the dimensions; each combination has its own counter.</summary>
internal readonly record struct ScopeKey(string? First, string? Second, string? Third, string? Fourth)
{
    public bool Equals(ScopeKey other) =>
        string.Equals(First, other.First, StringComparison.Ordinal)
        && string.Equals(Second, other.Second, StringComparison.Ordinal)
        && string.Equals(Third, other.Third, StringComparison.Ordinal)
        && string.Equals(Fourth, other.Fourth, StringComparison.Ordinal);

    public override int GetHashCode() =>
        Second is null ? First?.GetHashCode(StringComparison.Ordinal) ?? 0
        : HashCode.Combine(First!.GetHashCode(StringComparison.Ordinal), Second.GetHashCode(StringComparison.Ordinal), Third, Fourth);

    public string? this[int index] => index switch { 0 => First, 1 => Second, 2 => Third, _ => Fourth };
}

namespace LlmStack.Routing;

/// <summary>What static filters may look at, by value: requests with equal keys have equal survivors.</summary>
internal readonly struct ShapeKey : IEquatable<ShapeKey>
{
    /// <summary>Longer wishes than this are not worth remembering.</summary>
    private const int MaxNames = 16;

    private readonly LlmOperation _operation;
    private readonly RequestFeatures _features;
    private readonly string? _region;
    private readonly IReadOnlyList<string>? _tags;
    private readonly IReadOnlyList<string>? _only;
    private readonly IReadOnlyList<string>? _ignore;
    private readonly int _hash;

    public ShapeKey(in RouteRequest request)
    {
        _operation = request.Operation;
        _features = request.Features;
        if (request.Routing is { } routing)
        {
            _region = routing.Region;
            _tags = NullIfEmpty(routing.Tags);
            _only = NullIfEmpty(routing.Only);
            _ignore = NullIfEmpty(routing.Ignore);
        }
        _hash = HashCode.Combine(_operation, _features, _region is null ? 0 : Hash(_region), HashOf(_tags), HashOf(_only), HashOf(_ignore));
    }

    /// <summary>Whether nothing but operation and features matters.</summary>
    public bool IsPlain => _region is null && _tags is null && _only is null && _ignore is null;

    public bool IsCacheable => (_tags?.Count ?? 0) + (_only?.Count ?? 0) + (_ignore?.Count ?? 0) <= MaxNames;

    /// <summary>A small number that stands for a plain key.</summary>
    public int PlainIndex => ((int)_operation << 6) | ((int)_features & 63);

    public bool Equals(ShapeKey other) =>
        _hash == other._hash
        && _operation == other._operation
        && _features == other._features
        && string.Equals(_region, other._region, StringComparison.OrdinalIgnoreCase)
        && Same(_tags, other._tags)
        && Same(_only, other._only)
        && Same(_ignore, other._ignore);

    public override bool Equals(object? obj) => obj is ShapeKey other && Equals(other);

    public override int GetHashCode() => _hash;

    private static IReadOnlyList<string>? NullIfEmpty(IReadOnlyList<string>? names) => names is { Count: > 0 } ? names : null;

    private static int Hash(string text) => text.GetHashCode(StringComparison.OrdinalIgnoreCase);

    private static int HashOf(IReadOnlyList<string>? names)
    {
        int hash = 0;
        for (int i = 0; i < (names?.Count ?? 0); i++)
        {
            hash = HashCode.Combine(hash, Hash(names![i]));
        }
        return hash;
    }

    private static bool Same(IReadOnlyList<string>? left, IReadOnlyList<string>? right)
    {
        if (left is null || right is null || left.Count != right.Count)
        {
            return left is null && right is null;
        }
        for (int i = 0; i < left.Count; i++)
        {
            if (!string.Equals(left[i], right[i], StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }
        }
        return true;
    }
}

namespace LlmStack.Catalog;

/// <summary>The models of one provider by name, each as its place in the text, and what holds for all of them.</summary>
internal sealed class ProviderIndex(string provider)
{
    private readonly Dictionary<string, int> _exact = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, int> _normal = new(StringComparer.Ordinal);
    private readonly List<(ModelPattern Pattern, int Offset)> _patterns = [];
    private readonly List<(string Alias, int Offset)> _aliases = [];

    public List<int> Offsets { get; } = [];

    /// <summary>Service tiers of the answer and what they multiply prices of tokens by; null when there are none.</summary>
    public Dictionary<string, decimal>? ServiceTiers { get; set; }

    /// <summary>False when the model is there already.</summary>
    public bool Add(string model, int offset)
    {
        if (!_exact.TryAdd(model, offset))
        {
            return false;
        }

        Offsets.Add(offset);
        return true;
    }

    public void AddAlias(string alias, int offset) => _aliases.Add((alias, offset));

    public void AddPattern(ModelPattern pattern, int offset) => _patterns.Add((pattern, offset));

    /// <summary>After the last model: an id wins over an alias of the same name, and a plain id over one that only looks like it without its date.</summary>
    public void Complete()
    {
        foreach ((string model, int offset) in _exact)
        {
            _normal[ModelIds.Normalize(provider, model)] = offset;
        }

        foreach ((string alias, int offset) in _aliases)
        {
            _exact.TryAdd(alias, offset);
            _normal.TryAdd(ModelIds.Normalize(provider, alias), offset);
        }

        _aliases.Clear();
        foreach ((string plain, int offset) in _normal.ToArray())
        {
            _normal.TryAdd(ModelIds.WithoutVendor(plain), offset);
        }

        foreach (string plain in _normal.Keys)
        {
            if (_exact.TryGetValue(plain, out int exact))
            {
                _normal[plain] = exact;
            }
        }

        // Stable, so that among patterns of equal length the catalogue's order decides.
        (ModelPattern, int)[] byLength = [.. _patterns.OrderByDescending(static row => row.Pattern.Literals)];
        _patterns.Clear();
        _patterns.AddRange(byLength);
    }

    /// <summary>Exact id, alias, plain form, then the pattern with the longest literal.</summary>
    public int? Find(string model)
    {
        if (_exact.TryGetValue(model, out int offset))
        {
            return offset;
        }

        if (model.StartsWith("ft:", StringComparison.OrdinalIgnoreCase))
        {
            // A fine-tuned model has a price of its own.
            return null;
        }

        string normal = ModelIds.Normalize(provider, model);
        string bare = ModelIds.WithoutVendor(normal);
        return Plain(normal) ?? Plain(bare) ?? ByPattern(model, bare);
    }

    private int? Plain(string normal)
    {
        const string Regional = "regional.";
        if (_normal.TryGetValue(normal, out int offset) || _exact.TryGetValue(normal, out offset))
        {
            return offset;
        }

        // The regional price of a model is that of its bare id, whichever of the two a catalogue lists.
        return normal.StartsWith(Regional, StringComparison.Ordinal) && _normal.TryGetValue(normal[Regional.Length..], out offset) ? offset : null;
    }

    /// <summary>Both forms at once, or a short pattern that one of them matches would hide the longest.</summary>
    private int? ByPattern(string model, string bare)
    {
        foreach ((ModelPattern pattern, int offset) in _patterns)
        {
            if (pattern.IsMatch(model) || pattern.IsMatch(bare))
            {
                return offset;
            }
        }

        return null;
    }
}

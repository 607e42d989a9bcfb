namespace LlmStack.Routing;

/// <summary>How many tokens a call will probably generate and how much of its prompt is cached, by its group and feature.</summary>
internal sealed class LikelyOutput
{
    /// <summary>Before there are samples and when the call sets no maximum.</summary>
    public const int Unknown = 512;

    private const int Capacity = 4096;

    private readonly BoundedMap<(string Group, string? Feature), OutputExperience> _known = new(Capacity, new KeyComparer());

    /// <summary>The expectation, capped by <paramref name="maxOutputTokens"/>; before samples that maximum, else 512.</summary>
    public static int Expect(OutputExperience? experience, int? maxOutputTokens)
    {
        int cap = maxOutputTokens is > 0 ? maxOutputTokens.Value : int.MaxValue;
        return experience?.Tokens is { } tokens ? Math.Min(cap, tokens) : maxOutputTokens is > 0 ? cap : Unknown;
    }

    /// <summary>What 95 % of the answers do not exceed, capped likewise; before samples as <see cref="Expect(OutputExperience?, int?)"/>.</summary>
    public int ExpectHigh(string group, string? feature, int? maxOutputTokens)
    {
        OutputExperience experience = Add(group, feature);
        int cap = maxOutputTokens is > 0 ? maxOutputTokens.Value : int.MaxValue;
        return experience.High95() is { } high ? Math.Min(cap, high) : Expect(experience, maxOutputTokens);
    }

    /// <summary>How many of the prompt's tokens will probably be read from the provider's cache; 0 before samples.</summary>
    public static int ExpectCached(OutputExperience? experience, int inputTokens) => experience is null ? 0 : (int)(experience.CachedShare * inputTokens);

    /// <summary>What was learned; null when nothing was yet.</summary>
    public OutputExperience? Find(ModelGroup group, string? feature) =>
        feature is null ? group.Experience ??= _known.Find((group.Name, null)) : _known.Find((group.Name, feature));

    /// <summary>What was learned of a group by its name; null when nothing was yet.</summary>
    public OutputExperience? Find(string group, string? feature) => _known.Find((group, feature));

    /// <summary>What was learned, to learn more. Calls without a feature find it at the group itself.</summary>
    public OutputExperience Of(ModelGroup group, string? feature) =>
        feature is null ? group.Experience ??= Add(group.Name, null) : Add(group.Name, feature);

    private OutputExperience Add(string group, string? feature) => _known.GetOrAdd((group, feature), static _ => new OutputExperience());

    private sealed class KeyComparer : IEqualityComparer<(string Group, string? Feature)>
    {
        public bool Equals((string Group, string? Feature) x, (string Group, string? Feature) y) =>
            string.Equals(x.Group, y.Group, StringComparison.OrdinalIgnoreCase) && string.Equals(x.Feature, y.Feature, StringComparison.Ordinal);

        public int GetHashCode((string Group, string? Feature) key) =>
            HashCode.Combine(StringComparer.OrdinalIgnoreCase.GetHashCode(key.Group), key.Feature);
    }
}

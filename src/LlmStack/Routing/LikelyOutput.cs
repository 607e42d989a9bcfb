namespace LlmStack.Routing;

/// <summary>How many tokens a call will probably generate and how much of its prompt is cached: running means of its group and feature.</summary>
internal sealed class LikelyOutput
{
    /// <summary>Before there are samples and when the call sets no maximum.</summary>
    public const int Unknown = 512;

    private const int Capacity = 4096;

    /// <summary>The mean follows the last few dozen answers, so that a changed prompt shows soon.</summary>
    private const double Memory = 1.0 / 32;

    private readonly BoundedMap<(string Group, string? Feature), Mean> _means = new(Capacity, new KeyComparer());
    private readonly BoundedMap<(string Group, string? Feature), OutputLengths> _lengths = new(Capacity, new KeyComparer());
    private readonly BoundedMap<(string Group, string? Feature), Mean> _cached = new(Capacity, new KeyComparer());

    /// <summary>The expectation, capped by <paramref name="maxOutputTokens"/>; before samples that maximum, else 512.</summary>
    public int Expect(string group, string? feature, int? maxOutputTokens)
    {
        int cap = maxOutputTokens is > 0 ? maxOutputTokens.Value : int.MaxValue;
        return _means.Find((group, feature)) is { } mean ? Math.Min(cap, mean.Rounded) : maxOutputTokens is > 0 ? cap : Unknown;
    }

    /// <summary>What 95 % of the answers do not exceed, capped likewise; before samples as <see cref="Expect"/>.</summary>
    public int ExpectHigh(string group, string? feature, int? maxOutputTokens)
    {
        int cap = maxOutputTokens is > 0 ? maxOutputTokens.Value : int.MaxValue;
        return _lengths.Find((group, feature)) is { } lengths ? Math.Min(cap, lengths.High95()) : maxOutputTokens is > 0 ? cap : Unknown;
    }

    /// <summary>Learns from an answer; 0 tokens means unknown and teaches nothing.</summary>
    public void Observe(string group, string? feature, long outputTokens)
    {
        if (outputTokens > 0)
        {
            _means.GetOrAdd((group, feature), static _ => new Mean()).Add(outputTokens);
            _lengths.GetOrAdd((group, feature), static _ => new OutputLengths()).Add(outputTokens);
        }
    }

    /// <summary>How many of the prompt's tokens will probably be read from the provider's cache; 0 before samples.</summary>
    public int ExpectCached(string group, string? feature, int inputTokens) =>
        _cached.Find((group, feature)) is { } share ? (int)(share.Value * inputTokens) : 0;

    /// <summary>Learns the share of a prompt that was cached.</summary>
    public void ObserveCached(string group, string? feature, long cached, long input)
    {
        // Most groups never see a cached token: for them nothing is kept.
        if (input > 0 && (cached > 0 || _cached.Find((group, feature)) is not null))
        {
            _cached.GetOrAdd((group, feature), static _ => new Mean()).Add(Math.Clamp(cached / (double)input, 0, 1));
        }
    }

    private sealed class Mean
    {
        private readonly Lock _lock = new();
        private double _value;
        private long _samples;

        public double Value => Volatile.Read(ref _value);

        public int Rounded => (int)Math.Clamp(Math.Round(Volatile.Read(ref _value)), 1, int.MaxValue);

        public void Add(double sample)
        {
            lock (_lock)
            {
                _samples++;
                Volatile.Write(ref _value, _value + ((sample - _value) * Math.Max(Memory, 1.0 / _samples)));
            }
        }
    }

    private sealed class KeyComparer : IEqualityComparer<(string Group, string? Feature)>
    {
        public bool Equals((string Group, string? Feature) x, (string Group, string? Feature) y) =>
            string.Equals(x.Group, y.Group, StringComparison.OrdinalIgnoreCase) && string.Equals(x.Feature, y.Feature, StringComparison.Ordinal);

        public int GetHashCode((string Group, string? Feature) key) =>
            HashCode.Combine(StringComparer.OrdinalIgnoreCase.GetHashCode(key.Group), key.Feature);
    }
}

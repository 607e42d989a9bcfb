using System.Collections.Concurrent;

namespace LlmStack.Routing;

/// <summary>What scores taught about deployments, by the name of the score. Outlives snapshots.</summary>
internal sealed class QualityBook
{
    public const string DefaultScore = "quality";

    private readonly ConcurrentDictionary<string, QualityTable> _tables = new(StringComparer.Ordinal);
    private volatile bool _learns;

    /// <summary>Whether any group learns from scores; while none does, calls are not remembered.</summary>
    public bool Learns => _learns;

    /// <summary>The table of a score. The names come from the configuration, so there are few.</summary>
    public QualityTable For(string score, bool learns)
    {
        _learns |= learns;
        return _tables.GetOrAdd(score, static _ => new QualityTable());
    }

    public QualityTable? Find(string score) => _tables.GetValueOrDefault(score);
}

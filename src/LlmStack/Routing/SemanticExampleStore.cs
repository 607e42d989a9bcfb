using System.Collections.Concurrent;

namespace LlmStack.Routing;

/// <summary>Keeps the examples' vectors of each group over reloads, for as long as the utterances and the models behind their embedding stay the same.</summary>
internal sealed class SemanticExampleStore(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, (string Definition, SemanticExamples Examples)> _byGroup = new(StringComparer.OrdinalIgnoreCase);

    public int Count => _byGroup.Count;

    /// <param name="group">The group whose topics they are of.</param>
    /// <param name="model">The name that embeds.</param>
    /// <param name="behind">The deployments behind that name: vectors of another model are not comparable.</param>
    /// <param name="texts">The utterances, in order.</param>
    public SemanticExamples Get(string group, string model, IEnumerable<string> behind, IReadOnlyList<string> texts)
    {
        string definition = string.Join('\0', behind.Order(StringComparer.Ordinal).Prepend(model).Append("").Concat(texts));
        return _byGroup.AddOrUpdate(
            group,
            _ => (definition, new SemanticExamples(model, texts, time)),
            (_, known) => known.Definition == definition ? known : (definition, new SemanticExamples(model, texts, time))).Examples;
    }

    /// <summary>Forgets groups that are no more.</summary>
    public void Keep(IReadOnlyDictionary<string, ModelGroupOptions> groups)
    {
        foreach (string name in _byGroup.Keys)
        {
            if (!groups.ContainsKey(name))
            {
                _byGroup.TryRemove(name, out _);
            }
        }
    }
}

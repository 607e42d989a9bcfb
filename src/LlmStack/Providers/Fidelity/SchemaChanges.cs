namespace LlmStack.Providers.Fidelity;

/// <summary>Collects what was changed in a schema, bounded.</summary>
internal sealed class SchemaChanges
{
    private const int Limit = 64;

    private readonly List<string> _all = [];

    public IReadOnlyList<string> All => _all;

    public void Add(string path, string what)
    {
        string change = $"{path}: {what}";
        if (_all.Count < Limit && !_all.Contains(change))
        {
            _all.Add(change);
        }
    }
}

using System.Text.Json.Nodes;

namespace LlmStack.Providers.Fidelity;

/// <summary>Replaces references where a dialect has none, or where they lead back to themselves and it allows no recursion.</summary>
internal sealed class SchemaReferences
{
    /// <summary>How often a recursive part is repeated inside itself before it is cut.</summary>
    public const int Repeats = 2;

    /// <summary>References inside references can multiply; behind this many nodes they are cut.</summary>
    private const int MaxNodes = 20_000;

    private readonly JsonObject _root;
    private readonly SchemaChanges _changes;
    private readonly Dictionary<string, int> _open = new(StringComparer.Ordinal);
    private int _nodes;
    private int _nesting;

    private SchemaReferences(JsonObject root, SchemaChanges changes)
    {
        _root = root;
        _changes = changes;
    }

    public static JsonObject Expand(JsonObject root, SchemaDialect dialect, SchemaChanges changes)
    {
        bool wanted = dialect.InlinesReferences || (dialect.UnrollsRecursion && IsRecursive(root));
        if (!wanted || !HasReferences(root))
        {
            return root;
        }

        var references = new SchemaReferences(root, changes);
        var expanded = (JsonObject)references.Copy(root, "");
        expanded.Remove("$defs");
        expanded.Remove("definitions");
        return expanded;
    }

    /// <summary>The reference of a schema; null when it has none.</summary>
    public static string? PathOf(JsonObject node) =>
        node.TryGetPropertyValue("$ref", out JsonNode? value) && value is JsonValue text && text.TryGetValue(out string? path) ? path : null;

    /// <summary>What a reference inside the document leads to; null when nothing.</summary>
    public static JsonNode? Resolve(JsonObject root, string path)
    {
        if (path == "#")
        {
            return root;
        }

        if (!path.StartsWith("#/", StringComparison.Ordinal))
        {
            return null;
        }

        JsonNode? node = root;
        foreach (string part in path[2..].Split('/'))
        {
            string name = Uri.UnescapeDataString(part).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            node = node switch
            {
                JsonObject o => o[name],
                JsonArray a when int.TryParse(name, out int index) && index >= 0 && index < a.Count => a[index],
                _ => null,
            };
        }

        return node;
    }

    private static bool HasReferences(JsonNode? node) => node switch
    {
        JsonObject o => o.ContainsKey("$ref") || o.Any(static property => HasReferences(property.Value)),
        JsonArray a => a.Any(HasReferences),
        _ => false,
    };

    private static bool IsRecursive(JsonObject root) => Leads(root, root, new HashSet<string>(StringComparer.Ordinal), []);

    /// <summary>Whether following references from <paramref name="node"/> comes back to one that is still being followed.</summary>
    private static bool Leads(JsonNode? node, JsonObject root, HashSet<string> open, HashSet<string> done)
    {
        switch (node)
        {
            case JsonArray array:
                return array.Any(item => Leads(item, root, open, done));
            case JsonObject o:
                if (PathOf(o) is { } path && !done.Contains(path))
                {
                    if (path == "#" || !open.Add(path) || Leads(Resolve(root, path), root, open, done))
                    {
                        return true;
                    }

                    open.Remove(path);
                    done.Add(path);
                }

                return o.Any(property => Leads(property.Value, root, open, done));
            default:
                return false;
        }
    }

    private JsonNode Copy(JsonNode node, string path)
    {
        _nesting++;
        JsonNode copy = CopyOne(node, path);
        _nesting--;
        return copy;
    }

    private JsonNode CopyOne(JsonNode node, string path)
    {
        _nodes++;
        if (node is JsonArray array)
        {
            var copy = new JsonArray();
            for (int i = 0; i < array.Count; i++)
            {
                copy.Add(array[i] is { } item ? Copy(item, path) : null);
            }

            return copy;
        }

        if (node is not JsonObject o)
        {
            return node.DeepClone();
        }

        if (PathOf(o) is { } reference)
        {
            return Inline(o, reference, path);
        }

        var result = new JsonObject();
        foreach ((string key, JsonNode? value) in o)
        {
            // Definitions are copied where they are referred to.
            if (!ReferenceEquals(o, _root) || key is not ("$defs" or "definitions"))
            {
                result[key] = value is null ? null : Copy(value, $"{path}/{key}");
            }
        }

        return result;
    }

    private JsonObject Inline(JsonObject holder, string reference, string path)
    {
        int open = _open.GetValueOrDefault(reference);
        JsonNode? target = Resolve(_root, reference);
        JsonObject inlined;
        if (target is not JsonObject || _nodes > MaxNodes || _nesting > SchemaRewriter.MaxNesting || open >= Repeats)
        {
            _changes.Add(path, target is JsonObject ? $"the recursion of {reference} was cut" : $"the reference {reference} leads nowhere");
            inlined = new JsonObject { ["type"] = "object" };
        }
        else
        {
            _open[reference] = open + 1;
            inlined = (JsonObject)Copy(target, $"{path}/");
            _open[reference] = open;
        }

        foreach ((string key, JsonNode? value) in holder)
        {
            if (key != "$ref")
            {
                inlined[key] = value is null ? null : Copy(value, $"{path}/{key}");
            }
        }

        return inlined;
    }
}

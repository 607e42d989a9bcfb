using System.Text.Json;
using System.Text.Json.Nodes;

namespace LlmStack.Providers.Fidelity;

/// <summary>One pass over a schema that makes each part fit the dialect, in place and in the order of the schema.</summary>
internal sealed class SchemaWalk(SchemaDialect dialect, JsonObject root, SchemaChanges changes)
{
    /// <summary>Each level becomes two to four of JSON.</summary>
    private const int MaxNesting = SchemaRewriter.MaxNesting / 2;

    private readonly JsonObject _original = (JsonObject)root.DeepClone();
    private readonly Dictionary<string, int> _open = new(StringComparer.Ordinal);
    private int _budget = SchemaMerge.MaxReferences;
    private int _nesting;

    public JsonObject Rewrite()
    {
        Fit(root, "", 1);
        if (dialect.RootRequiresSomething && !SchemaMerge.Names(root["required"]).Any() && root["properties"] is JsonObject { Count: > 0 } properties)
        {
            SchemaMerge.Require(root, [properties.First().Key]);
            SchemaText.Order(root);
            changes.Add("", $"'{properties.First().Key}' became required, the dialect demands one that is");
        }

        return root;
    }

    private bool Allows(string keyword) => dialect.Keywords!.Contains(keyword);

    private void Fit(JsonObject schema, string path, int depth)
    {
        if (depth > dialect.MaxDepth && (schema.ContainsKey("properties") || schema.ContainsKey("items")))
        {
            Cut(schema, path, dialect.MaxDepth);
        }
        else if (_nesting > MaxNesting && HasParts(schema))
        {
            Cut(schema, path, MaxNesting);
        }

        HashSet<string>? followed = null;
        if (!Allows("allOf") && SchemaMerge.AllOf(schema, _original, ref _budget, _open, out followed))
        {
            changes.Add(path, "allOf was merged");
        }

        if (!Allows("oneOf") && schema["oneOf"] is JsonArray oneOf)
        {
            schema.Remove("oneOf");
            AddAlternatives(schema, oneOf);
            changes.Add(path, "oneOf became anyOf");
        }

        SchemaValues.Fit(schema, dialect, path, changes);
        Enter(followed, 1);
        FitChildren(schema, path, depth);
        Enter(followed, -1);
        if (dialect.ClosesObjects && IsObject(schema))
        {
            Close(schema, path);
        }
        else if (dialect.ClosesObjects)
        {
            schema.Remove("additionalProperties");
        }

        DropKeywords(schema, path);
        if (dialect.NeedsTypes && !schema.ContainsKey("type") && !schema.ContainsKey("$ref") && !schema.ContainsKey("anyOf") && !schema.ContainsKey("enum") && !schema.ContainsKey("const"))
        {
            schema["type"] = new JsonArray("string", "number", "boolean", "null");
            changes.Add(path, "any value became any scalar");
        }

        SchemaText.Order(schema);
    }

    private void Enter(HashSet<string>? followed, int step)
    {
        _nesting += step;
        foreach (string reference in followed ?? [])
        {
            _open[reference] = _open.GetValueOrDefault(reference) + step;
        }
    }

    private static bool HasParts(JsonObject schema) => schema.Any(static property => property.Value is JsonObject or JsonArray { Count: > 0 } && property.Key is not ("enum" or "required" or "type"));

    private void Cut(JsonObject schema, string path, int most)
    {
        JsonNode? description = schema["description"]?.DeepClone();
        schema.Clear();
        schema["type"] = "object";
        if (description is not null)
        {
            schema["description"] = description;
        }

        changes.Add(path, $"what is nested deeper than {most} levels was cut");
    }

    private static void AddAlternatives(JsonObject schema, JsonArray more)
    {
        if (schema["anyOf"] is not JsonArray alternatives)
        {
            schema["anyOf"] = more;
            return;
        }

        foreach (JsonNode? alternative in more)
        {
            alternatives.Add(alternative?.DeepClone());
        }
    }

    private void FitChildren(JsonObject schema, string path, int depth)
    {
        FitMap(schema, "properties", path, depth + 1);
        FitMap(schema, "$defs", path, 1);
        FitMap(schema, "definitions", path, 1);
        FitChild(schema, "items", $"{path}[]", depth + 1);
        FitList(schema, "prefixItems", path, depth + 1);
        FitList(schema, "anyOf", path, depth);
        FitList(schema, "oneOf", path, depth);
        if (!dialect.ClosesObjects)
        {
            FitChild(schema, "additionalProperties", $"{path}.*", depth + 1);
        }
    }

    private void FitMap(JsonObject schema, string keyword, string path, int depth)
    {
        if (schema[keyword] is not JsonObject map || !Allows(keyword))
        {
            return;
        }

        foreach ((string name, JsonNode? child) in map.ToArray())
        {
            string place = keyword == "properties" ? $"{path}.{name}" : $".{keyword}.{name}";
            switch (child)
            {
                case JsonObject part:
                    Fit(part, place, depth);
                    break;
                case JsonValue value when value.GetValueKind() == JsonValueKind.True:
                    var open = new JsonObject();
                    map[name] = open;
                    Fit(open, place, depth);
                    break;
                default:
                    map.Remove(name);
                    changes.Add(place, "dropped, nothing is allowed there");
                    break;
            }
        }
    }

    private void FitChild(JsonObject schema, string keyword, string path, int depth)
    {
        if (!Allows(keyword))
        {
            return;
        }

        if (schema[keyword] is JsonObject child)
        {
            Fit(child, path, depth);
        }
        else if (keyword == "items" && schema[keyword] is not null)
        {
            var open = new JsonObject();
            schema[keyword] = open;
            Fit(open, path, depth);
        }
    }

    private void FitList(JsonObject schema, string keyword, string path, int depth)
    {
        if (schema[keyword] is not JsonArray list || !Allows(keyword))
        {
            return;
        }

        for (int i = 0; i < list.Count; i++)
        {
            if (list[i] is not JsonObject part)
            {
                list[i] = part = new JsonObject();
            }

            Fit(part, path, depth);
        }
    }

    private static bool IsObject(JsonObject schema) =>
        schema.ContainsKey("properties") || SchemaValues.Types(schema).Contains("object", StringComparer.Ordinal);

    private void Close(JsonObject schema, string path)
    {
        if (schema["additionalProperties"] is { } additional && additional.GetValueKind() != JsonValueKind.False)
        {
            changes.Add(path, "further properties were forbidden");
        }

        schema["additionalProperties"] = false;
        JsonObject properties = schema["properties"] as JsonObject ?? [];
        List<string> required = [.. SchemaMerge.Names(schema["required"]).Where(properties.ContainsKey)];
        schema.Remove("required");
        if (dialect.RequiresAll)
        {
            schema.TryAdd("properties", properties);
            foreach (string name in properties.Select(static property => property.Key).Except(required, StringComparer.Ordinal).ToArray())
            {
                required.Add(name);
                Require(properties, name, $"{path}.{name}");
            }

            required.Sort((a, b) => properties.IndexOf(a).CompareTo(properties.IndexOf(b)));
            schema["required"] = new JsonArray();
        }

        SchemaMerge.Require(schema, required);
    }

    /// <summary>An optional property becomes a required one; it may be null instead, unless its description tells its default.</summary>
    private void Require(JsonObject properties, string name, string path)
    {
        if (properties[name] is not JsonObject schema)
        {
            return;
        }

        if (SchemaText.TellsDefault(schema))
        {
            changes.Add(path, "became required");
        }
        else
        {
            properties[name] = SchemaValues.Nullable(schema);
            changes.Add(path, "became required and nullable");
        }
    }

    private void DropKeywords(JsonObject schema, string path)
    {
        List<KeyValuePair<string, JsonNode?>> dropped = [];
        foreach ((string keyword, JsonNode? value) in schema.ToArray())
        {
            if (Allows(keyword))
            {
                continue;
            }

            schema.Remove(keyword);
            if (!SchemaText.IsSilent(keyword) && !(keyword == "additionalProperties" && value?.GetValueKind() is JsonValueKind.True or JsonValueKind.False))
            {
                dropped.Add(new(keyword, value));
                changes.Add(path, $"{keyword} was moved to the description");
            }
        }

        SchemaText.Describe(schema, dropped);
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;

namespace LlmStack.Providers.Fidelity;

/// <summary>Makes the keywords about a single value fit a dialect: types, null, constants, formats, patterns.</summary>
internal static class SchemaValues
{
    public static void Fit(JsonObject schema, SchemaDialect dialect, string path, SchemaChanges changes)
    {
        if (dialect.ConstAsEnum && schema.TryGetPropertyValue("const", out JsonNode? constant))
        {
            schema.Remove("const");
            schema["enum"] = new JsonArray(constant?.DeepClone());
            changes.Add(path, "const became enum");
        }

        if (dialect.NeedsTypes && !schema.ContainsKey("type") && TypeOfValues(schema) is { } type)
        {
            schema["type"] = type;
        }

        if (dialect.Formats is { } formats && schema["format"] is JsonValue format && format.TryGetValue(out string? word) && !formats.Contains(word))
        {
            schema.Remove("format");
            SchemaText.Describe(schema, [new("format", JsonValue.Create(word))]);
            changes.Add(path, $"format {word} was moved to the description");
        }

        if (dialect.AnchorsPatterns && schema["pattern"] is JsonValue pattern && pattern.TryGetValue(out string? regex) && !(regex.StartsWith('^') && regex.EndsWith('$')))
        {
            schema["pattern"] = $"{(regex.StartsWith('^') ? "" : "^.*")}{regex}{(regex.EndsWith('$') ? "" : ".*$")}";
            changes.Add(path, "pattern was anchored");
        }

        if (dialect.NullableFlag)
        {
            FlagNull(schema, path, changes);
        }

        if (dialect.EnumsAreStrings && schema["enum"] is JsonArray values)
        {
            FitEnum(schema, values, path, changes);
        }

        if (dialect.LonelyAnyOf && schema.ContainsKey("anyOf"))
        {
            foreach (string keyword in schema.Select(static property => property.Key).Where(static key => key is not ("anyOf" or "description" or "title" or "nullable")).ToArray())
            {
                schema.Remove(keyword);
                changes.Add(path, $"{keyword} was dropped, it may not stand beside anyOf");
            }
        }
    }

    public static IEnumerable<string> Types(JsonObject schema) => schema["type"] switch
    {
        JsonValue value when value.TryGetValue(out string? type) => [type],
        JsonArray types => SchemaMerge.Names(types),
        _ => [],
    };

    /// <summary>The type that all allowed values have; null when they have several, or none is given.</summary>
    private static string? TypeOfValues(JsonObject schema)
    {
        JsonArray values = schema["enum"] as JsonArray ?? (schema.TryGetPropertyValue("const", out JsonNode? constant) ? new JsonArray(constant?.DeepClone()) : []);
        string? type = null;
        foreach (JsonNode? value in values)
        {
            string own = value?.GetValueKind() switch
            {
                JsonValueKind.String => "string",
                JsonValueKind.Number => "number",
                JsonValueKind.True or JsonValueKind.False => "boolean",
                _ => "",
            };
            if (own.Length == 0 || (type is not null && type != own))
            {
                return null;
            }

            type = own;
        }

        return type;
    }

    /// <summary>A schema that allows null as well; the given one, changed, where that suffices.</summary>
    public static JsonObject Nullable(JsonObject schema)
    {
        List<string> types = [.. Types(schema)];
        if (types.Contains("null", StringComparer.Ordinal))
        {
            return schema;
        }

        if (schema["anyOf"] is JsonArray alternatives)
        {
            if (!alternatives.Any(static item => item is JsonObject o && Types(o).Contains("null", StringComparer.Ordinal)))
            {
                alternatives.Add((JsonNode)new JsonObject { ["type"] = "null" });
            }

            return schema;
        }

        if (types.Count == 0 || schema.ContainsKey("const"))
        {
            var union = new JsonObject { ["anyOf"] = new JsonArray(schema.DeepClone(), new JsonObject { ["type"] = "null" }) };
            return union;
        }

        var all = new JsonArray();
        foreach (string type in types.Append("null"))
        {
            all.Add((JsonNode)type);
        }

        schema["type"] = all;
        if (schema["enum"] is JsonArray values && !values.Contains(null))
        {
            values.Add(null);
        }

        return schema;
    }

    /// <summary>Null among the types, the values or the alternatives becomes a flag; several types become alternatives.</summary>
    private static void FlagNull(JsonObject schema, string path, SchemaChanges changes)
    {
        bool nullable = false;
        if (schema["type"] is JsonArray types)
        {
            List<string> names = [.. SchemaMerge.Names(types)];
            nullable = names.Remove("null");
            schema.Remove("type");
            if (names.Count == 1)
            {
                schema["type"] = names[0];
            }
            else if (names.Count > 1)
            {
                schema["anyOf"] = new JsonArray([.. names.Select(static name => new JsonObject { ["type"] = name })]);
                changes.Add(path, "several types became anyOf");
            }
        }

        if (schema["anyOf"] is JsonArray alternatives)
        {
            JsonNode?[] others = [.. alternatives.Where(static item => !(item is JsonObject o && Types(o).SequenceEqual(["null"])))];
            nullable |= others.Length < alternatives.Count;
            if (others.Length == 1 && alternatives.Count > 1 && others[0] is JsonObject only)
            {
                schema.Remove("anyOf");
                foreach ((string key, JsonNode? value) in only)
                {
                    schema.TryAdd(key, value?.DeepClone());
                }
            }
            else if (others.Length < alternatives.Count)
            {
                schema["anyOf"] = new JsonArray([.. others.Select(static item => item?.DeepClone())]);
            }
        }

        if (schema["enum"] is JsonArray values && values.Contains(null))
        {
            nullable = true;
            schema["enum"] = new JsonArray([.. values.Where(static value => value is not null).Select(static value => value!.DeepClone())]);
        }

        if (nullable)
        {
            schema["nullable"] = true;
            changes.Add(path, "null became the flag nullable");
        }
    }

    private static void FitEnum(JsonObject schema, JsonArray values, string path, SchemaChanges changes)
    {
        if (values.All(static value => value?.GetValueKind() == JsonValueKind.String))
        {
            schema.TryAdd("type", "string");
            return;
        }

        schema.Remove("enum");
        if (!schema.ContainsKey("type") && values.Count > 0)
        {
            schema["type"] = values[0]?.GetValueKind() switch
            {
                JsonValueKind.Number => "number",
                JsonValueKind.True or JsonValueKind.False => "boolean",
                _ => "string",
            };
        }

        SchemaText.Describe(schema, [new("enum", values)]);
        changes.Add(path, "an enum of other values than texts was moved to the description");
    }
}

using System.Text.Json;

namespace LlmStack.Providers.Fidelity;

/// <summary>
/// Checks a value against the keywords that models break: type, required, enum, const, properties, items, alternatives. It says what
/// is surely wrong; other keywords are left to the reader of the value.
/// </summary>
internal static class SchemaCheck
{
    private const int MaxDepth = 64;

    /// <summary>The first problem, with its place; null when none was found.</summary>
    /// <param name="json">The text, which must be one JSON value.</param>
    /// <param name="schema">The schema; null: any JSON.</param>
    public static string? ProblemOf(string json, JsonElement? schema)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json);
        }
        catch (JsonException)
        {
            return "it is no complete JSON value";
        }

        using (document)
        {
            return schema is { } rules ? ProblemOf(document.RootElement, rules, rules, "$", 0) : null;
        }
    }

    private static string? ProblemOf(JsonElement value, JsonElement schema, JsonElement root, string path, int depth)
    {
        if (schema.ValueKind == JsonValueKind.False)
        {
            return $"{path} must not exist";
        }

        if (schema.ValueKind != JsonValueKind.Object || depth > MaxDepth)
        {
            return null;
        }

        if (schema.TryGetProperty("$ref"u8, out JsonElement reference))
        {
            return Resolve(root, reference) is { } target ? ProblemOf(value, target, root, path, depth + 1) : null;
        }

        return ValueProblem(value, schema, path)
            ?? AlternativesProblem(value, schema, root, path, depth)
            ?? ObjectProblem(value, schema, root, path, depth)
            ?? ItemsProblem(value, schema, root, path, depth);
    }

    private static string? ValueProblem(JsonElement value, JsonElement schema, string path)
    {
        if (schema.TryGetProperty("type"u8, out JsonElement type) && !HasType(value, type))
        {
            return $"{path} is {value.ValueKind}, not {type.GetRawText()}";
        }

        if (schema.TryGetProperty("enum"u8, out JsonElement values) && values.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement allowed in values.EnumerateArray())
            {
                if (JsonElement.DeepEquals(allowed, value))
                {
                    return null;
                }
            }

            return $"{path} is none of the allowed values";
        }

        return schema.TryGetProperty("const"u8, out JsonElement constant) && !JsonElement.DeepEquals(constant, value) ? $"{path} is not the only allowed value" : null;
    }

    private static bool HasType(JsonElement value, JsonElement type)
    {
        if (type.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement one in type.EnumerateArray())
            {
                if (HasType(value, one))
                {
                    return true;
                }
            }

            return false;
        }

        return type.GetString() switch
        {
            "object" => value.ValueKind == JsonValueKind.Object,
            "array" => value.ValueKind == JsonValueKind.Array,
            "string" => value.ValueKind == JsonValueKind.String,
            "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
            "null" => value.ValueKind == JsonValueKind.Null,
            "number" => value.ValueKind == JsonValueKind.Number,
            "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && Math.Floor(number) == number,
            _ => true,
        };
    }

    private static string? AlternativesProblem(JsonElement value, JsonElement schema, JsonElement root, string path, int depth)
    {
        if (!schema.TryGetProperty("anyOf"u8, out JsonElement alternatives) && !schema.TryGetProperty("oneOf"u8, out alternatives))
        {
            return null;
        }

        foreach (JsonElement alternative in alternatives.EnumerateArray())
        {
            if (ProblemOf(value, alternative, root, path, depth + 1) is null)
            {
                return null;
            }
        }

        return $"{path} fits none of the alternatives";
    }

    private static string? ObjectProblem(JsonElement value, JsonElement schema, JsonElement root, string path, int depth)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        if (schema.TryGetProperty("required"u8, out JsonElement required) && required.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement name in required.EnumerateArray())
            {
                if (!value.TryGetProperty(name.GetString()!, out _))
                {
                    return $"{path} lacks '{name.GetString()}'";
                }
            }
        }

        schema.TryGetProperty("properties"u8, out JsonElement properties);
        foreach (JsonProperty property in value.EnumerateObject())
        {
            if (properties.ValueKind == JsonValueKind.Object && properties.TryGetProperty(property.Name, out JsonElement rules)
                && ProblemOf(property.Value, rules, root, $"{path}.{property.Name}", depth + 1) is { } problem)
            {
                return problem;
            }
        }

        return null;
    }

    private static string? ItemsProblem(JsonElement value, JsonElement schema, JsonElement root, string path, int depth)
    {
        if (value.ValueKind != JsonValueKind.Array || !schema.TryGetProperty("items"u8, out JsonElement items))
        {
            return null;
        }

        int index = 0;
        foreach (JsonElement item in value.EnumerateArray())
        {
            if (ProblemOf(item, items, root, $"{path}[{index++}]", depth + 1) is { } problem)
            {
                return problem;
            }
        }

        return null;
    }

    private static JsonElement? Resolve(JsonElement root, JsonElement reference)
    {
        if (reference.GetString() is not ['#', .. var path])
        {
            return null;
        }

        JsonElement node = root;
        foreach (string part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            string name = Uri.UnescapeDataString(part).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (node.ValueKind != JsonValueKind.Object || !node.TryGetProperty(name, out node))
            {
                return null;
            }
        }

        return node;
    }
}

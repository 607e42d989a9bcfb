using System.Text.Json;

namespace LlmStack.Tests.Support;

/// <summary>Checks JSON against schemas of an OpenAPI document, as far as those use the language; fields that no schema names are wrong as well.</summary>
internal sealed class OpenApiSchema(JsonElement schemas)
{
    /// <summary>A published part of a vendor's document, kept among the tests' data.</summary>
    public static OpenApiSchema Load(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "tests", "LlmStack.Tests", "Data", file)));
        return new OpenApiSchema(document.RootElement.GetProperty("schemas").Clone());
    }

    /// <summary>What is wrong with a value, each problem with its path; empty when nothing is.</summary>
    public IReadOnlyList<string> Problems(string schema, JsonElement value)
    {
        var problems = new List<string>();
        Check(schemas.GetProperty(schema), value, "$", problems, isClosed: true);
        return problems;
    }

    private void Check(JsonElement schema, JsonElement value, string path, List<string> problems, bool isClosed)
    {
        schema = Resolved(schema);
        if (value.ValueKind == JsonValueKind.Null && schema.TryGetProperty("nullable", out JsonElement nullable) && nullable.GetBoolean())
        {
            return;
        }

        if (schema.TryGetProperty("allOf", out JsonElement all))
        {
            foreach (JsonElement part in all.EnumerateArray())
            {
                Check(part, value, path, problems, isClosed: false);
            }
        }

        foreach (string word in new[] { "anyOf", "oneOf" })
        {
            if (schema.TryGetProperty(word, out JsonElement branches))
            {
                problems.AddRange(branches.EnumerateArray().Select(branch => Branch(branch, value, path)).OrderBy(static found => found.Count).First());
            }
        }

        CheckPlain(schema, value, path, problems);
        if (value.ValueKind == JsonValueKind.Object)
        {
            CheckFields(schema, value, path, problems, isClosed);
        }
        else if (value.ValueKind == JsonValueKind.Array && schema.TryGetProperty("items", out JsonElement items))
        {
            int i = 0;
            foreach (JsonElement item in value.EnumerateArray())
            {
                Check(items, item, $"{path}[{i++}]", problems, isClosed: true);
            }
        }
    }

    private List<string> Branch(JsonElement branch, JsonElement value, string path)
    {
        var problems = new List<string>();
        Check(branch, value, path, problems, isClosed: true);
        return problems;
    }

    private static void CheckPlain(JsonElement schema, JsonElement value, string path, List<string> problems)
    {
        if (schema.TryGetProperty("type", out JsonElement type) && !Types(type).Any(name => IsA(value, name)))
        {
            problems.Add($"{path} is {value.ValueKind}, not {type}");
        }

        if (schema.TryGetProperty("enum", out JsonElement words) && !words.EnumerateArray().Any(word => JsonElement.DeepEquals(word, value)))
        {
            problems.Add($"{path} is {value}, none of {words}");
        }

        Bound("minimum", value.ValueKind == JsonValueKind.Number, static v => v.GetDouble(), static (v, limit) => v >= limit);
        Bound("maximum", value.ValueKind == JsonValueKind.Number, static v => v.GetDouble(), static (v, limit) => v <= limit);
        Bound("minItems", value.ValueKind == JsonValueKind.Array, static v => v.GetArrayLength(), static (v, limit) => v >= limit);
        Bound("maxItems", value.ValueKind == JsonValueKind.Array, static v => v.GetArrayLength(), static (v, limit) => v <= limit);
        Bound("maxLength", value.ValueKind == JsonValueKind.String, static v => v.GetString()!.Length, static (v, limit) => v <= limit);

        void Bound(string word, bool applies, Func<JsonElement, double> measure, Func<double, double, bool> holds)
        {
            if (applies && schema.TryGetProperty(word, out JsonElement limit) && !holds(measure(value), limit.GetDouble()))
            {
                problems.Add($"{path} exceeds {word} {limit}");
            }
        }
    }

    private void CheckFields(JsonElement schema, JsonElement value, string path, List<string> problems, bool isClosed)
    {
        foreach (JsonElement name in schema.TryGetProperty("required", out JsonElement required) ? required.EnumerateArray() : default)
        {
            if (!value.TryGetProperty(name.GetString()!, out _))
            {
                problems.Add($"{path}.{name} is missing");
            }
        }

        foreach (JsonProperty field in value.EnumerateObject())
        {
            if (schema.TryGetProperty("properties", out JsonElement properties) && properties.TryGetProperty(field.Name, out JsonElement known))
            {
                Check(known, field.Value, $"{path}.{field.Name}", problems, isClosed: true);
            }
            else if (schema.TryGetProperty("additionalProperties", out JsonElement more) && more.ValueKind == JsonValueKind.Object)
            {
                Check(more, field.Value, $"{path}.{field.Name}", problems, isClosed: true);
            }
            else if (isClosed && !Names(schema, field.Name))
            {
                problems.Add($"{path}.{field.Name} is no field");
            }
        }
    }

    /// <summary>Whether a schema, or a part it is made of, knows a field; one that lists none knows all.</summary>
    private bool Names(JsonElement schema, string field)
    {
        schema = Resolved(schema);
        if (schema.TryGetProperty("additionalProperties", out JsonElement more) && more.ValueKind == JsonValueKind.True)
        {
            return true;
        }

        bool hasProperties = schema.TryGetProperty("properties", out JsonElement properties);
        if (hasProperties && properties.TryGetProperty(field, out _))
        {
            return true;
        }

        JsonElement[] parts = [.. new[] { "allOf", "anyOf", "oneOf" }.Where(word => schema.TryGetProperty(word, out _)).SelectMany(word => schema.GetProperty(word).EnumerateArray())];
        return parts.Any(part => Names(part, field)) || (!hasProperties && parts.Length == 0);
    }

    private JsonElement Resolved(JsonElement schema) =>
        schema.TryGetProperty("$ref", out JsonElement reference) ? Resolved(schemas.GetProperty(reference.GetString()!.Split('/')[^1])) : schema;

    private static IEnumerable<string> Types(JsonElement type) => type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(static one => one.GetString()!) : [type.GetString()!];

    private static bool IsA(JsonElement value, string type) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "number" => value.ValueKind == JsonValueKind.Number,
        "null" => value.ValueKind == JsonValueKind.Null,
        _ => false,
    };
}

using System.Text.Json;
using System.Text.Json.Nodes;

namespace LlmStack.Providers.Fidelity;

/// <summary>Merges schemas that must hold together into one.</summary>
internal static class SchemaMerge
{
    /// <summary>How many references inside <c>allOf</c> are followed in one schema.</summary>
    public const int MaxReferences = 64;

    private const int MaxMerged = 256;

    /// <summary>Merges the branches of <c>allOf</c> into the schema itself.</summary>
    /// <param name="schema">The schema, which is changed.</param>
    /// <param name="original">The whole schema before any change: where references lead.</param>
    /// <param name="budget">How many references may still be followed: those that contain themselves would grow without end.</param>
    /// <param name="open">How often each reference was followed on the way to this schema.</param>
    /// <param name="followed">The references that were followed here.</param>
    public static bool AllOf(JsonObject schema, JsonObject original, ref int budget, Dictionary<string, int> open, out HashSet<string> followed)
    {
        bool merged = false;
        followed = [];
        for (int i = 0; i < MaxMerged && schema["allOf"] is JsonArray branches; i++)
        {
            schema.Remove("allOf");
            merged = true;
            foreach (JsonNode? branch in branches)
            {
                if (branch is not JsonObject part)
                {
                    continue;
                }

                if (SchemaReferences.PathOf(part) is not { } path || (branches.Count == 1 && IsBare(schema)))
                {
                    Into(schema, part);
                }
                else if (budget > 0 && open.GetValueOrDefault(path) < SchemaReferences.Repeats && followed.Add(path) && SchemaReferences.Resolve(original, path) is JsonObject target)
                {
                    budget--;
                    Into(schema, target);
                }
            }
        }

        schema.Remove("allOf");
        return merged;
    }

    /// <summary>Merges <paramref name="part"/> into <paramref name="schema"/>; where both say something, the stricter wins.</summary>
    public static void Into(JsonObject schema, JsonObject part)
    {
        foreach ((string key, JsonNode? value) in part.ToArray())
        {
            if (value is null || key is "$defs" or "definitions")
            {
                continue;
            }

            JsonNode copy = value.DeepClone();
            if (!schema.TryGetPropertyValue(key, out JsonNode? own) || own is null)
            {
                schema[key] = copy;
                continue;
            }

            switch (key)
            {
                case "properties" when own is JsonObject properties && copy is JsonObject more:
                    MergeProperties(properties, more);
                    break;
                case "required":
                    Require(schema, Names(own).Concat(Names(copy)).Distinct(StringComparer.Ordinal));
                    break;
                case "allOf" when own is JsonArray parts && copy is JsonArray others:
                    foreach (JsonNode? other in others)
                    {
                        parts.Add(other?.DeepClone());
                    }

                    break;
                case "additionalProperties" when copy.GetValueKind() == JsonValueKind.False:
                    schema[key] = copy;
                    break;
                case "minimum" or "exclusiveMinimum" or "minLength" or "minItems" when Number(copy) > Number(own):
                case "maximum" or "exclusiveMaximum" or "maxLength" or "maxItems" when Number(copy) < Number(own):
                    schema[key] = copy;
                    break;
            }
        }
    }

    public static void Require(JsonObject schema, IEnumerable<string> names)
    {
        var required = new JsonArray();
        foreach (string name in names)
        {
            required.Add((JsonNode)name);
        }

        if (required.Count > 0)
        {
            schema["required"] = required;
        }
    }

    public static IEnumerable<string> Names(JsonNode? required) =>
        required is JsonArray names ? names.Where(static name => name?.GetValueKind() == JsonValueKind.String).Select(static name => name!.GetValue<string>()) : [];

    private static void MergeProperties(JsonObject properties, JsonObject more)
    {
        foreach ((string name, JsonNode? schema) in more.ToArray())
        {
            JsonNode? copy = schema?.DeepClone();
            if (properties[name] is not { } own)
            {
                properties[name] = copy;
            }
            else if (copy is not null && !JsonNode.DeepEquals(own, copy))
            {
                properties.Remove(name);
                properties[name] = new JsonObject { ["allOf"] = new JsonArray(own, copy) };
            }
        }
    }

    private static bool IsBare(JsonObject schema) => schema.All(static property => property.Key is "description" or "title" or "default");

    private static double Number(JsonNode node) => node.GetValueKind() == JsonValueKind.Number ? node.GetValue<JsonElement>().GetDouble() : double.NaN;
}

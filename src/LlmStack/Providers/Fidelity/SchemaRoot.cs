using System.Text.Json;
using System.Text.Json.Nodes;

namespace LlmStack.Providers.Fidelity;

/// <summary>Makes the root of a schema a plain object, for dialects that demand one.</summary>
internal static class SchemaRoot
{
    /// <summary>Whether the root is anything but a plain object.</summary>
    public static bool NeedsWork(JsonElement schema) =>
        schema.ValueKind != JsonValueKind.Object
        || !schema.TryGetProperty("type"u8, out JsonElement type)
        || type.ValueKind != JsonValueKind.String
        || !type.ValueEquals("object"u8)
        || schema.TryGetProperty("anyOf"u8, out _)
        || schema.TryGetProperty("oneOf"u8, out _)
        || schema.TryGetProperty("allOf"u8, out _);

    public static void MakeObject(JsonObject root, SchemaChanges changes)
    {
        var original = (JsonObject)root.DeepClone();
        int budget = SchemaMerge.MaxReferences;
        if (SchemaReferences.PathOf(root) is { } path && path != "#" && SchemaReferences.Resolve(original, path) is JsonObject target)
        {
            root.Remove("$ref");
            SchemaMerge.Into(root, target);
        }

        SchemaMerge.AllOf(root, original, ref budget, open: [], out _);
        Unite(root, "anyOf", changes);
        Unite(root, "oneOf", changes);
        string? type = TypeOf(root);
        if (type is not null and not "object")
        {
            throw FieldPolicy.Refusal("schema", "its root must be an object in this format; put the value into a property of an object", type);
        }

        root["type"] = "object";
        root.TryAdd("properties", new JsonObject());
    }

    private static string? TypeOf(JsonObject root) => root["type"] switch
    {
        JsonValue value when value.TryGetValue(out string? type) => type,
        JsonArray types => types.Any(static type => type?.GetValueKind() == JsonValueKind.String && type.GetValue<string>() == "object") ? "object" : types.ToJsonString(),
        _ => null,
    };

    /// <summary>Alternatives at the root become one object with the properties of all; required stays what all of them require.</summary>
    private static void Unite(JsonObject root, string keyword, SchemaChanges changes)
    {
        if (root[keyword] is not JsonArray branches)
        {
            return;
        }

        root.Remove(keyword);
        List<JsonObject> objects = [];
        foreach (JsonNode? branch in branches)
        {
            JsonNode? target = branch is JsonObject o && SchemaReferences.PathOf(o) is { } path ? SchemaReferences.Resolve(root, path) : branch;
            if (target is JsonObject alternative && TypeOf(alternative) is null or "object")
            {
                objects.Add(alternative);
            }
        }

        HashSet<string> common = [];
        for (int i = 0; i < objects.Count; i++)
        {
            HashSet<string> required = [.. SchemaMerge.Names(objects[i]["required"])];
            common = i == 0 ? required : [.. common.Intersect(required)];
            if (objects[i]["properties"] is JsonObject properties)
            {
                SchemaMerge.Into(root, new JsonObject { ["properties"] = properties.DeepClone() });
            }
        }

        SchemaMerge.Require(root, common.Order(StringComparer.Ordinal));
        changes.Add("", $"the alternatives of {keyword} became one object");
    }
}

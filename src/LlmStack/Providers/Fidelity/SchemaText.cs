using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LlmStack.Providers.Fidelity;

/// <summary>Says in a description what a dialect cannot say in keywords.</summary>
internal static class SchemaText
{
    private const int MaxValue = 200;

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Keywords that say nothing to a model.</summary>
    public static bool IsSilent(string keyword) =>
        keyword is "$schema" or "$id" or "id" or "$anchor" or "$comment" or "$vocabulary" or "$defs" or "definitions" or "title" or "readOnly" or "writeOnly" or "deprecated"
        || keyword.StartsWith("x-", StringComparison.Ordinal);

    /// <summary>Puts the keywords into one order, so that the same schema is the same text however it came about.</summary>
    public static void Order(JsonObject schema)
    {
        KeyValuePair<string, JsonNode?>[] keywords = [.. schema.OrderBy(static keyword => RankOf(keyword.Key)).ThenBy(static keyword => keyword.Key, StringComparer.Ordinal)];
        schema.Clear();
        foreach ((string keyword, JsonNode? value) in keywords)
        {
            schema[keyword] = value;
        }
    }

    private static int RankOf(string keyword) => keyword switch
    {
        "$ref" => 0,
        "type" => 1,
        "nullable" => 2,
        "title" => 3,
        "description" => 4,
        "properties" => 6,
        "additionalProperties" => 7,
        "required" => 8,
        "items" or "prefixItems" => 9,
        "anyOf" or "oneOf" => 10,
        "$defs" or "definitions" => 11,
        _ => 5,
    };

    /// <summary>Whether the description tells a default other than null.</summary>
    public static bool TellsDefault(JsonObject schema) =>
        schema["description"] is JsonValue value && value.TryGetValue(out string? text)
        && text.Contains("default: ", StringComparison.Ordinal) && !text.Contains("default: null", StringComparison.Ordinal);

    /// <summary>Appends <c>(keyword: value, …)</c> to the description.</summary>
    public static void Describe(JsonObject schema, List<KeyValuePair<string, JsonNode?>> dropped)
    {
        if (dropped.Count == 0)
        {
            return;
        }

        var text = new StringBuilder();
        if (schema["description"] is JsonValue value && value.TryGetValue(out string? description) && description.Length > 0)
        {
            text.Append(description).Append(' ');
        }

        text.Append('(');
        for (int i = 0; i < dropped.Count; i++)
        {
            string json = dropped[i].Value?.ToJsonString(Relaxed) ?? "null";
            text.Append(i == 0 ? "" : ", ").Append(dropped[i].Key).Append(": ").Append(json.AsSpan(0, Math.Min(json.Length, MaxValue)));
        }

        text.Append(')');
        schema["description"] = text.ToString();
    }
}

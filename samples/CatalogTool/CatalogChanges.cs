using System.Globalization;
using System.Text.Json;

namespace CatalogTool;

/// <summary>What one catalogue says otherwise than another: models added, removed and changed, and service tiers, field by field.</summary>
internal static class CatalogChanges
{
    public static IEnumerable<string> Between(JsonElement before, JsonElement after)
    {
        Dictionary<string, JsonElement> old = All(before);
        Dictionary<string, JsonElement> now = All(after);
        int models = Models(before);
        int changes = 0;
        foreach (string id in old.Keys.Union(now.Keys).Order(StringComparer.Ordinal))
        {
            string? line = (old.TryGetValue(id, out JsonElement a), now.TryGetValue(id, out JsonElement b)) switch
            {
                (false, true) => $"+ {id}  {Describe(b)}",
                (true, false) => $"- {id}  {Describe(a)}",
                _ => Difference(a, b) is { Length: > 0 } text ? $"~ {id}  {text}" : null,
            };
            if (line is not null)
            {
                changes++;
                yield return line;
            }
        }

        yield return string.Create(CultureInfo.InvariantCulture, $"{Version(before)} ({models} models) → {Version(after)} ({Models(after)} models): {changes} changes");
    }

    /// <summary>Every model by its id, and what holds for all models of a provider by the provider's name.</summary>
    private static Dictionary<string, JsonElement> All(JsonElement catalog)
    {
        var all = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (JsonElement model in catalog.GetProperty("models").EnumerateArray())
        {
            all[$"{model.GetProperty("provider").GetString()}/{model.GetProperty("model").GetString()}"] = model;
        }

        if (catalog.TryGetProperty("providers", out JsonElement providers))
        {
            foreach (JsonProperty provider in providers.EnumerateObject())
            {
                all[provider.Name] = provider.Value;
            }
        }

        return all;
    }

    private static int Models(JsonElement catalog) => catalog.GetProperty("models").GetArrayLength();

    private static string? Version(JsonElement catalog) => catalog.GetProperty("generated").GetString();

    private static string Difference(JsonElement a, JsonElement b)
    {
        SortedDictionary<string, string> old = Fields(a);
        SortedDictionary<string, string> now = Fields(b);
        return string.Join(", ", old.Keys.Union(now.Keys).Order(StringComparer.Ordinal)
            .Where(field => old.GetValueOrDefault(field) != now.GetValueOrDefault(field))
            .Select(field => $"{field} {old.GetValueOrDefault(field) ?? "none"} → {now.GetValueOrDefault(field) ?? "none"}"));
    }

    private static string Describe(JsonElement model)
    {
        string prices = string.Join(", ", Fields(model).Where(static field => field.Key.StartsWith("price.", StringComparison.Ordinal)).Select(static field => $"{field.Key} {field.Value}"));
        return prices.Length == 0 ? "no price" : prices;
    }

    /// <summary>Each field by its path; a list of texts is one field, and an object of a list goes by its place.</summary>
    private static SortedDictionary<string, string> Fields(JsonElement element)
    {
        var fields = new SortedDictionary<string, string>(StringComparer.Ordinal);
        Collect(element, "");
        return fields;

        void Collect(JsonElement value, string path)
        {
            if (value.ValueKind == JsonValueKind.Object)
            {
                foreach (JsonProperty field in value.EnumerateObject())
                {
                    Collect(field.Value, path.Length == 0 ? field.Name : $"{path}.{field.Name}");
                }
            }
            else if (value.ValueKind == JsonValueKind.Array && value.EnumerateArray().Any(static item => item.ValueKind == JsonValueKind.Object))
            {
                int place = 0;
                foreach (JsonElement item in value.EnumerateArray())
                {
                    Collect(item, string.Create(CultureInfo.InvariantCulture, $"{path}[{++place}]"));
                }
            }
            else if (value.ValueKind == JsonValueKind.Array)
            {
                fields[path] = string.Join(" ", value.EnumerateArray().Select(static item => item.ToString()).Order(StringComparer.Ordinal));
            }
            else
            {
                // 1 and 1.0 are one price.
                fields[path] = value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out decimal number) ? number.ToString("0.############", CultureInfo.InvariantCulture) : value.ToString();
            }
        }
    }
}

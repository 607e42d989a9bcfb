using System.Globalization;
using LlmStack;
using LlmStack.Catalog;

namespace CatalogTool;

/// <summary>What one catalogue says otherwise than another: models added, removed and changed, field by field.</summary>
internal static class CatalogChanges
{
    public static IEnumerable<string> Between(CatalogIndex before, CatalogIndex after)
    {
        Dictionary<string, ModelInfo> old = All(before);
        Dictionary<string, ModelInfo> now = All(after);
        int changes = 0;
        foreach (string id in old.Keys.Union(now.Keys).Order(StringComparer.Ordinal))
        {
            string? line = (old.GetValueOrDefault(id), now.GetValueOrDefault(id)) switch
            {
                (null, { } added) => $"+ {id}  {Price(added.Price)}",
                ({ } removed, null) => $"- {id}  {Price(removed.Price)}",
                ({ } a, { } b) => Difference(a, b) is { Length: > 0 } text ? $"~ {id}  {text}" : null,
                _ => null,
            };
            if (line is not null)
            {
                changes++;
                yield return line;
            }
        }

        yield return string.Create(CultureInfo.InvariantCulture, $"{before.Version} ({old.Count} models) → {after.Version} ({now.Count} models): {changes} changes");
    }

    private static Dictionary<string, ModelInfo> All(CatalogIndex index) =>
        index.Providers.SelectMany(index.Models).ToDictionary(static model => model.Id, StringComparer.Ordinal);

    private static string Difference(ModelInfo a, ModelInfo b)
    {
        var parts = new List<string>();
        Add(parts, "context", a.ContextWindow, b.ContextWindow);
        Add(parts, "max output", a.MaxOutputTokens, b.MaxOutputTokens);
        Add(parts, "capabilities", a.Capabilities, b.Capabilities);
        Add(parts, "retires", a.Retires, b.Retires);
        Add(parts, "deprecated", a.Deprecated, b.Deprecated);
        foreach (UsageBucket bucket in Enum.GetValues<UsageBucket>())
        {
            Add(parts, bucket.ToString(), Of(a.Price, bucket), Of(b.Price, bucket));
        }

        if (parts.Count == 0 && Unversioned(a.Price) != Unversioned(b.Price))
        {
            parts.Add("prices by length, hour, date or service tier");
        }

        return string.Join(", ", parts);
    }

    private static void Add<T>(List<string> parts, string name, T before, T after)
    {
        if (!EqualityComparer<T>.Default.Equals(before, after))
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{name} {(object?)before ?? "none"} → {(object?)after ?? "none"}"));
        }
    }

    private static decimal? Of(ModelPrice? price, UsageBucket bucket) => price is null ? null : UnitPriceTable.Get(price, bucket);

    private static ModelPrice? Unversioned(ModelPrice? price) => price is null ? null : price with { Version = "" };

    private static string Price(ModelPrice? price) => price is null
        ? "no price"
        : string.Create(CultureInfo.InvariantCulture, $"in {(object?)price.InputPerMillion ?? "none"}, out {(object?)price.OutputPerMillion ?? "none"}");
}

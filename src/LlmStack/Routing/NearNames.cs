using System.Text;

namespace LlmStack.Routing;

/// <summary>Names that an unknown one may have been meant to be.</summary>
internal static class NearNames
{
    private const int Most = 3;

    public static string DescribeUnknown(RoutingSnapshot snapshot, string name)
    {
        int slash = name.IndexOf('/', StringComparison.Ordinal);
        if (slash == name.Length - 1 && snapshot.Providers.ContainsKey(name[..slash]))
        {
            return $"The model '{name}' names a provider but no model; expected is provider/model.";
        }
        var text = new StringBuilder($"The model '{name}' is not a model group, an alias or a model of a known provider.");
        var candidates = new List<string>();
        candidates.AddRange(snapshot.Groups.Keys);
        candidates.AddRange(snapshot.Aliases.Keys);
        candidates.AddRange(snapshot.Wildcards.Select(static wildcard => wildcard.Pattern.Text));
        candidates.AddRange(snapshot.Deployments.Values.Select(static deployment => deployment.Model));
        candidates.AddRange(snapshot.Deployments.Keys);
        AppendList(text, " Similar names: ", Nearest(name, candidates.Distinct(StringComparer.OrdinalIgnoreCase)));
        if (slash > 0)
        {
            string[] providers = [.. snapshot.Providers.Keys.Order(StringComparer.OrdinalIgnoreCase)];
            text.Append(" The provider '").Append(name, 0, slash).Append("' is unknown; known are ")
                .Append(providers.Length == 0 ? "none" : string.Join(", ", providers)).Append('.');
        }
        return text.ToString();
    }

    /// <summary>Up to three candidates within an edit distance of a third of the name, nearest first.</summary>
    public static IReadOnlyList<string> Nearest(string name, IEnumerable<string> candidates)
    {
        int limit = Math.Max(2, name.Length / 3);
        var found = new List<(int Distance, string Name)>();
        foreach (string candidate in candidates)
        {
            int distance = Distance(name, candidate);
            if (distance <= limit || (name.Length >= 3 && candidate.Contains(name, StringComparison.OrdinalIgnoreCase)))
            {
                found.Add((distance, candidate));
            }
        }
        found.Sort(static (a, b) => a.Distance != b.Distance ? a.Distance.CompareTo(b.Distance) : string.CompareOrdinal(a.Name, b.Name));
        return [.. found.Take(Most).Select(static f => f.Name)];
    }

    /// <summary>Levenshtein's distance without regard to case.</summary>
    public static int Distance(string left, string right)
    {
        var row = new int[right.Length + 1];
        for (int j = 0; j <= right.Length; j++)
        {
            row[j] = j;
        }
        for (int i = 1; i <= left.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                int above = row[j];
                int cost = char.ToUpperInvariant(left[i - 1]) == char.ToUpperInvariant(right[j - 1]) ? 0 : 1;
                row[j] = Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + cost);
                diagonal = above;
            }
        }
        return row[right.Length];
    }

    private static void AppendList(StringBuilder text, string intro, IReadOnlyList<string> names)
    {
        if (names.Count > 0)
        {
            text.Append(intro).AppendJoin(", ", names).Append('.');
        }
    }
}

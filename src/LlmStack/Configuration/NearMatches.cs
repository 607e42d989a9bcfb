using LlmStack.Routing;

namespace LlmStack.Configuration;

/// <summary>Names that somebody who mistyped may have meant.</summary>
internal static class NearMatches
{
    private const int MaxShown = 3;
    private const int MaxListed = 12;

    /// <summary>For instance <c>one of: fast, smart (did you mean fast?)</c>.</summary>
    public static string OneOf(string? wanted, IEnumerable<string> known)
    {
        List<string> all = [.. known.Order(StringComparer.OrdinalIgnoreCase)];
        if (all.Count == 0)
        {
            return "none is defined";
        }

        string list = string.Join(", ", all.Take(MaxListed)) + (all.Count > MaxListed ? $" and {all.Count - MaxListed} more" : "");
        string near = Near(wanted, all);
        return near.Length == 0 ? $"one of {list}" : $"one of {list} (did you mean {near}?)";
    }

    private static string Near(string? wanted, List<string> known)
    {
        if (string.IsNullOrWhiteSpace(wanted))
        {
            return "";
        }

        int limit = wanted.Length < 4 ? 1 : Math.Max(2, wanted.Length / 3);
        IEnumerable<string> near = known
            .Select(name => (Name: name, Distance: NearNames.Distance(wanted, name)))
            .Where(pair => pair.Distance <= limit)
            .OrderBy(static pair => pair.Distance)
            .Take(MaxShown)
            .Select(static pair => pair.Name);
        return string.Join(" or ", near);
    }
}

namespace LlmStack.Routing;

/// <summary>Finds patterns and defaults that no name ever gets to, because others take all of theirs.</summary>
internal static class HiddenNames
{
    public static void Find(RoutingSnapshot snapshot, List<ConfigurationFinding> findings)
    {
        WildcardRoute[] routes = snapshot.Wildcards;
        for (int i = 0; i < routes.Length; i++)
        {
            NamePattern pattern = routes[i].Pattern;
            if (Array.Find(routes[..i], earlier => earlier.Pattern.Covers(pattern)) is { } first)
            {
                findings.Add(new ConfigurationFinding(ConfigurationFindingKind.UnreachableGroup, pattern.Text, $"The pattern '{pattern}' is never used: every name it stands for is taken by '{first.Pattern}', which comes first."));
            }
        }
        if (snapshot.DefaultGroup is { } group && Array.Find(routes, static route => route.Pattern.LiteralLength == 0) is { } all)
        {
            findings.Add(new ConfigurationFinding(ConfigurationFindingKind.SettingWithoutEffect, group, $"DefaultGroup is never used: the pattern '{all.Pattern}' takes every name that no group or alias has."));
        }
    }
}

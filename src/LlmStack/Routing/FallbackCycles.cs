namespace LlmStack.Routing;

/// <summary>Finds groups that fall back to each other in a circle, each circle once.</summary>
internal static class FallbackCycles
{
    public static void Find(RoutingSnapshot snapshot, List<ConfigurationFinding> findings)
    {
        var finished = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var path = new List<string>();
        foreach (string name in snapshot.Groups.Keys.Order(StringComparer.Ordinal))
        {
            Visit(snapshot, snapshot.Groups[name], path, finished, findings);
        }
    }

    private static void Visit(RoutingSnapshot snapshot, ModelGroup group, List<string> path, HashSet<string> finished, List<ConfigurationFinding> findings)
    {
        int start = path.FindIndex(name => string.Equals(name, group.Name, StringComparison.OrdinalIgnoreCase));
        if (start >= 0)
        {
            // Groups of DefaultFallbacks fall back to each other without anybody having written a circle.
            if (path.Count - start > 1 && !path.Skip(start).All(name => ConfigurationCheck.UsesDefaults(snapshot, snapshot.Groups[name])))
            {
                string circle = string.Join(" → ", path.Skip(start).Append(group.Name));
                findings.Add(new ConfigurationFinding(ConfigurationFindingKind.FallbackCycle, group.Name, $"The fallbacks run in a circle: {circle}. A call enters each group once."));
            }
            return;
        }
        if (finished.Contains(group.Name))
        {
            return;
        }
        path.Add(group.Name);
        foreach (FallbackRule rule in group.Fallbacks)
        {
            if (snapshot.Groups.TryGetValue(rule.Group, out ModelGroup? next))
            {
                Visit(snapshot, next, path, finished, findings);
            }
        }
        path.RemoveAt(path.Count - 1);
        finished.Add(group.Name);
    }
}

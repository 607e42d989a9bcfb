namespace LlmStack.Routing.Rules;

/// <summary>The rules of a group in their order: the first that matches decides.</summary>
/// <param name="group">The group's name.</param>
/// <param name="rules">In order.</param>
/// <param name="otherwise">What assigns requests whose rule chooses no pool, or null.</param>
internal sealed class RuleSet(string group, RoutingRule[] rules, IPoolSelector? otherwise) : IPoolSelector
{
    /// <summary>Whether no call stays in the group: every rule that can decide chooses another one.</summary>
    public bool LeadsAway { get; } = Array.TrueForAll(rules[..Reached(rules)], static rule => rule.Group is not null);

    /// <summary>Finds rules that never decide, because one before them has no condition.</summary>
    public void FindIdle(List<ConfigurationFinding> findings)
    {
        int reached = Reached(rules);
        foreach (RoutingRule rule in rules[reached..])
        {
            findings.Add(new ConfigurationFinding(ConfigurationFindingKind.SettingWithoutEffect, group, $"The rule '{rule.Id}' of the group '{group}' never decides: '{rules[reached - 1].Id}' before it has no condition."));
        }
    }

    private static int Reached(RoutingRule[] rules) => Array.FindIndex(rules, static rule => rule is { Condition: null, Predicate: null }) is >= 0 and var always ? always + 1 : rules.Length;

    /// <exception cref="LlmException"><see cref="LlmErrorKind.Configuration"/> when no rule matches.</exception>
    public RoutingRule First(in RouteRequest request) =>
        Match(request) ?? throw new LlmException(LlmErrorKind.Configuration, $"No rule of the group '{group}' matches this call, and none is without a condition; allowed is a last rule without When.");

    /// <summary>The rule that decides; null when none matches.</summary>
    public RoutingRule? Match(in RouteRequest request)
    {
        foreach (RoutingRule rule in rules)
        {
            if (rule.Matches(request))
            {
                return rule;
            }
        }
        return null;
    }

    public int Select(in RouteRequest request) => First(request).Pool is > 0 and var pool ? pool : otherwise?.Select(request) ?? 0;

    /// <summary>Follows rules that choose other groups, from group to group.</summary>
    /// <returns>The group that serves, and the rule that led there last; null when none led anywhere else.</returns>
    public static (ModelGroup Group, RoutingRule? Rule) Follow(RoutingSnapshot snapshot, ModelGroup from, in RouteRequest request)
    {
        RoutingRule? last = null;

        // Circles are refused at start; the bound keeps a mistake there from hanging a call.
        for (int hops = 0; hops <= snapshot.Groups.Count && from.Rules?.First(request) is { Group: { } target } rule; hops++)
        {
            (from, last) = (snapshot.Groups[target], rule);
        }
        return (from, last);
    }

    /// <summary>As <see cref="Follow"/>, for groups that nobody asked for by name: null when no rule matches on the way.</summary>
    public static (ModelGroup Group, RoutingRule? Rule)? TryFollow(RoutingSnapshot snapshot, ModelGroup from, in RouteRequest request)
    {
        RoutingRule? last = null;
        for (int hops = 0; hops <= snapshot.Groups.Count && from.Rules is { } set; hops++)
        {
            if (set.Match(request) is not { } rule)
            {
                return null;
            }
            if (rule.Group is not { } target)
            {
                break;
            }
            (from, last) = (snapshot.Groups[target], rule);
        }
        return (from, last);
    }
}

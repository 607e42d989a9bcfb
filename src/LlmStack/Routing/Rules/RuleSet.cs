namespace LlmStack.Routing.Rules;

/// <summary>The rules of a group in their order: the first that matches decides.</summary>
/// <param name="group">The group's name.</param>
/// <param name="rules">In order.</param>
/// <param name="otherwise">What assigns requests whose rule chooses no pool, or null.</param>
internal sealed class RuleSet(string group, RoutingRule[] rules, IPoolSelector? otherwise) : IPoolSelector
{
    /// <exception cref="LlmException"><see cref="LlmErrorKind.Configuration"/> when no rule matches.</exception>
    public RoutingRule First(in RouteRequest request)
    {
        foreach (RoutingRule rule in rules)
        {
            if (rule.Matches(request))
            {
                return rule;
            }
        }
        throw new LlmException(LlmErrorKind.Configuration, $"No rule of the group '{group}' matches this call, and none is without a condition; allowed is a last rule without When.");
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
}

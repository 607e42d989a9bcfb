using LlmStack.Routing;

namespace LlmStack;

/// <summary>A rule of a group: the first whose condition holds decides who serves.</summary>
public sealed class RuleOptions
{
    /// <summary>Lower is looked at first; equal ones by their id. Default 0.</summary>
    public int Order { get; set; }

    /// <summary>
    /// The condition, for instance <c>feature == "search" and tokens > 2000</c>. Null: always, which makes the rule the default of those
    /// before it.
    /// </summary>
    public string? When { get; set; }

    /// <summary>The group that serves instead. Null: this group.</summary>
    public string? Group { get; set; }

    /// <summary>Which deployments of this group: keys, ids, names of providers, tags. Empty: all.</summary>
    public List<string> Use { get; set; } = [];

    /// <summary>A condition in code; set by <c>AddRule</c>.</summary>
    internal Func<RouteRequest, bool>? Predicate { get; set; }
}

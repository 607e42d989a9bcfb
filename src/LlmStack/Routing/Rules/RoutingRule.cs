namespace LlmStack.Routing.Rules;

/// <summary>A rule of a group: a condition, and whom it chooses.</summary>
/// <param name="Id">Its id in the configuration.</param>
/// <param name="Condition">When it holds; null: always.</param>
/// <param name="Predicate">A condition in code; both must hold.</param>
/// <param name="Group">The group that serves instead, or null.</param>
/// <param name="Pool">The number of the pool it chooses, from 1; 0 for all members.</param>
internal sealed record RoutingRule(string Id, RuleExpression? Condition, Func<RouteRequest, bool>? Predicate, string? Group, int Pool)
{
    public bool Matches(in RouteRequest request) => (Condition?.Matches(request) ?? true) && (Predicate?.Invoke(request) ?? true);
}

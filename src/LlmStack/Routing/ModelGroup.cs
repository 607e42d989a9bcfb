using LlmStack.Configuration;

namespace LlmStack.Routing;

/// <summary>A group of the current snapshot.</summary>
internal sealed class ModelGroup(string name, Member[] members, IRoutingStrategy strategy, string strategyName, CallPolicy policy, IReadOnlyList<FallbackRule> fallbacks)
{
    public string Name { get; } = name;

    /// <summary>In the stable order of the configuration (Order, then key).</summary>
    public Member[] Members { get; } = members;

    public IRoutingStrategy Strategy { get; } = strategy;

    public string StrategyName { get; } = strategyName;

    public CallPolicy Policy { get; } = policy;

    /// <summary>What is in force for attempts at members that override nothing.</summary>
    public AttemptPolicy AttemptPolicy { get; } = AttemptPolicy.Of(policy);

    public IReadOnlyList<FallbackRule> Fallbacks { get; } = fallbacks;

    /// <summary>An embedding group holds one model and dimension unless this is set.</summary>
    public bool AllowDifferentModel { get; init; }

    /// <summary>Survivors of the static filters by request shape; owned by the routing engine.</summary>
    internal ShapeCache Shapes { get; } = new();
}

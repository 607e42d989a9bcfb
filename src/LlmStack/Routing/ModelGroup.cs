using System.Collections.Concurrent;

namespace LlmStack.Routing;

/// <summary>A group of the current snapshot.</summary>
internal sealed class ModelGroup(string name, Member[] members, IRoutingStrategy strategy, string strategyName, CallPolicy policy, IReadOnlyList<FallbackRule> fallbacks)
{
    private readonly ConcurrentDictionary<Deployment, CallPolicy> _policies = new();

    public string Name { get; } = name;

    /// <summary>In the stable order of the configuration (Order, then key).</summary>
    public Member[] Members { get; } = members;

    public IRoutingStrategy Strategy { get; } = strategy;

    public string StrategyName { get; } = strategyName;

    public CallPolicy Policy { get; } = policy;

    public IReadOnlyList<FallbackRule> Fallbacks { get; } = fallbacks;

    /// <summary>An embedding group holds one model and dimension unless this is set.</summary>
    public bool AllowDifferentModel { get; init; }

    /// <summary>Survivors of the static filters by request shape; owned by the routing engine.</summary>
    internal ShapeCache Shapes { get; } = new();

    /// <summary>What is in force for attempts of this group at a deployment: deployment over provider over group over defaults.</summary>
    public CallPolicy PolicyFor(Deployment deployment)
    {
        if (deployment.PolicyOverride is null && deployment.ProviderEntry?.PolicyOverride is null)
        {
            return Policy;
        }
        return _policies.GetOrAdd(deployment, static (d, group) => group.With(d.ProviderEntry?.PolicyOverride).With(d.PolicyOverride), Policy);
    }
}

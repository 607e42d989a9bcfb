using LlmStack.Routing.Strategies;

namespace LlmStack.Routing;

/// <summary>Makes the group of one behind a name of the form <c>provider/model</c>.</summary>
internal static class DirectGroup
{
    private static readonly WeightedStrategy Strategy = new();

    /// <summary>Null when the name has no known provider before its first slash, or no model after it.</summary>
    public static ModelGroup? TryMake(RoutingSnapshot snapshot, string name)
    {
        int slash = name.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0 || slash == name.Length - 1 || !snapshot.Providers.TryGetValue(name[..slash], out ProviderEntry? provider))
        {
            return null;
        }
        Deployment deployment = Find(snapshot, name, provider, name[(slash + 1)..]) ?? Make(snapshot, provider, name[(slash + 1)..]);
        return new ModelGroup(name, [new Member("direct", deployment)], Strategy, RoutingStrategy.Weighted.Name, snapshot.Defaults.With(provider.PolicyOverride), snapshot.DefaultFallbacks)
        {
            RetryBudget = snapshot.Registry.DirectRetryBudgetOf(name),
        };
    }

    private static Deployment? Find(RoutingSnapshot snapshot, string name, ProviderEntry provider, string model)
    {
        if (snapshot.Deployments.TryGetValue(name, out Deployment? byId))
        {
            return byId;
        }
        Deployment? first = null;
        foreach (Deployment deployment in snapshot.Deployments.Values)
        {
            // The map has no order of its own; the smallest id makes the choice the same in every process.
            if (string.Equals(deployment.Provider, provider.Name, StringComparison.OrdinalIgnoreCase)
                && string.Equals(deployment.Model, model, StringComparison.Ordinal)
                && (first is null || string.CompareOrdinal(deployment.Id, first.Id) < 0))
            {
                first = deployment;
            }
        }
        return first;
    }

    private static Deployment Make(RoutingSnapshot snapshot, ProviderEntry provider, string model)
    {
        string id = $"{provider.Name}/{model}";
        (var health, var limits) = snapshot.Registry.GetDirect(id);
        return new Deployment(id, provider.Name, model) { ProviderEntry = provider, Health = health, Limits = limits };
    }
}

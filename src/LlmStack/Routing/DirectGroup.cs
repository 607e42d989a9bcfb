using LlmStack.Routing.Strategies;

namespace LlmStack.Routing;

/// <summary>Makes the group of one behind a name of the form <c>provider/model</c> of which the configuration has no deployment.</summary>
internal static class DirectGroup
{
    private static readonly WeightedStrategy Strategy = new();

    /// <summary>The deployment of that id, else a new one. Null when the name has no known provider before its first slash, or no model after it.</summary>
    public static ModelGroup? TryMake(RoutingSnapshot snapshot, string name)
    {
        int slash = name.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0 || slash == name.Length - 1 || !snapshot.Providers.TryGetValue(name[..slash], out ProviderEntry? provider))
        {
            return null;
        }
        Deployment deployment = snapshot.Deployments.TryGetValue(name, out Deployment? byId) ? byId : Make(snapshot, provider, name[(slash + 1)..]);
        return Of(snapshot, name, [new Member("direct", deployment)], provider);
    }

    /// <summary>A group that no configuration defines, over <paramref name="members"/>.</summary>
    public static ModelGroup Of(RoutingSnapshot snapshot, string name, Member[] members, ProviderEntry? provider = null) =>
        new(name, members, Strategy, RoutingStrategy.Weighted.Name, provider is null ? snapshot.Defaults : snapshot.Defaults.With(provider.PolicyOverride), snapshot.DefaultFallbacks)
        {
            RetryBudget = snapshot.Registry.DirectRetryBudgetOf(name),
        };

    /// <summary>A deployment that no configuration defines.</summary>
    public static Deployment Make(RoutingSnapshot snapshot, ProviderEntry provider, string model)
    {
        string id = $"{provider.Name}/{model}";
        (var health, var limits) = snapshot.Registry.GetDirect(id);
        ModelInfo? info = snapshot.Models.Find(provider, model);
        return new Deployment(id, provider.Name, model)
        {
            ProviderEntry = provider,
            TrainsOnData = provider.TrainsOnData,
            Retention = provider.Retention,
            Health = health,
            Limits = limits,
            Info = info,
            ContextWindow = info?.ContextWindow,
            Price = ModelLookup.PriceOf(provider, info),
        };
    }
}

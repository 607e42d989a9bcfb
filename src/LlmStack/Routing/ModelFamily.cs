namespace LlmStack.Routing;

/// <summary>Makes the group behind the bare name of a model that the catalogue knows: everybody who serves it.</summary>
internal static class ModelFamily
{
    /// <summary>
    /// The configured deployments of the model; when there are none, the model at each provider whose catalogue has it. Null when nobody
    /// serves it.
    /// </summary>
    public static ModelGroup? TryMake(RoutingSnapshot snapshot, string name)
    {
        var members = new List<Member>();
        foreach (Deployment deployment in snapshot.Deployments.Values.OrderBy(static deployment => deployment.Id, StringComparer.Ordinal))
        {
            if (Serves(snapshot, deployment, name))
            {
                members.Add(new Member(deployment.Id, deployment));
            }
        }
        if (members.Count == 0)
        {
            foreach (ProviderEntry provider in snapshot.Providers.Values.OrderBy(static provider => provider.Name, StringComparer.Ordinal))
            {
                if (Known(snapshot, provider, name) is { } info)
                {
                    members.Add(new Member(provider.Name, DirectGroup.Make(snapshot, provider, WireName(info, name))));
                }
            }
        }
        return members.Count == 0 ? null : DirectGroup.Of(snapshot, name, [.. members]);
    }

    private static bool Serves(RoutingSnapshot snapshot, Deployment deployment, string name) =>
        string.Equals(deployment.Model, name, StringComparison.OrdinalIgnoreCase)
        || (deployment is { Info: { } info, ProviderEntry: { } provider } && Known(snapshot, provider, name) is { } asked && asked.Id == info.Id);

    private static ModelInfo? Known(RoutingSnapshot snapshot, ProviderEntry provider, string name) =>
        provider.CatalogName is null ? null : snapshot.Models.Find(provider, name);

    /// <summary>The name as written, except where the provider puts the vendor before it.</summary>
    private static string WireName(ModelInfo info, string name)
    {
        string known = info.Id[(info.Id.IndexOf('/', StringComparison.Ordinal) + 1)..];
        return known.EndsWith("/" + name, StringComparison.OrdinalIgnoreCase) ? known : name;
    }
}

using LlmStack.Catalog;

namespace LlmStack.Routing;

/// <summary>Makes the group behind the name of a model that the catalogue knows: everybody who serves it.</summary>
internal static class ModelFamily
{
    /// <summary>
    /// The configured deployments of the model; when there are none, the model at each provider whose catalogue has it. Null when nobody
    /// serves it, and for <c>provider/model</c> of a known provider: that one is never replaced by another.
    /// </summary>
    public static ModelGroup? TryMake(RoutingSnapshot snapshot, string name)
    {
        if (ProviderOf(snapshot, name) is not null)
        {
            return null;
        }

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

    /// <summary>
    /// The configured deployments of a model at the provider before the first slash: those of exactly that model, else those of another
    /// spelling of it. Null when there are none, and for the id of a deployment, which stands for itself.
    /// </summary>
    public static ModelGroup? TryMakeAt(RoutingSnapshot snapshot, string name)
    {
        if (ProviderOf(snapshot, name) is not { } provider)
        {
            return null;
        }

        string model = name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..];
        if (snapshot.Deployments.TryGetValue(name, out Deployment? byId) && byId.Model != model)
        {
            return null;
        }

        Deployment[] own = [.. snapshot.Deployments.Values
            .Where(deployment => string.Equals(deployment.Provider, provider.Name, StringComparison.OrdinalIgnoreCase))
            .OrderBy(static deployment => deployment.Id, StringComparer.Ordinal)];
        Deployment[] found = Array.FindAll(own, deployment => deployment.Model == model);
        if (found.Length == 0 && Known(snapshot, provider, model) is { } asked)
        {
            found = Array.FindAll(own, deployment => deployment.Info?.Id == asked.Id && IsSpelledAlike(snapshot, provider, asked, model, deployment.Model));
        }

        return found.Length == 0 ? null : DirectGroup.Of(snapshot, name, Array.ConvertAll(found, static deployment => new Member(deployment.Id, deployment)), provider);
    }

    /// <summary>The known provider before a name's first slash, with something after it.</summary>
    private static ProviderEntry? ProviderOf(RoutingSnapshot snapshot, string name)
    {
        int slash = name.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && slash < name.Length - 1 ? snapshot.Providers.GetValueOrDefault(name[..slash]) : null;
    }

    /// <summary>
    /// Whether two names are one model, and not only priced alike: they differ in case, path or punctuation, or in that only one of them
    /// has a date. A deployment's name that says nothing of its model stands for what the configuration calls it.
    /// </summary>
    private static bool IsSpelledAlike(RoutingSnapshot snapshot, ProviderEntry provider, ModelInfo info, string asked, string configured)
    {
        string catalogued = info.Id[(info.Id.IndexOf('/', StringComparison.Ordinal) + 1)..];
        string other = Known(snapshot, provider, configured)?.Id == info.Id ? configured : catalogued;
        string left = ModelIds.WithoutVendor(ModelIds.Normalize(provider.CatalogName!, asked));
        string right = ModelIds.WithoutVendor(ModelIds.Normalize(provider.CatalogName!, other));
        return left == right && !(ModelIds.IsDated(asked) && ModelIds.IsDated(other));
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

using System.Collections.Concurrent;
using LlmStack.Catalog;

namespace LlmStack.Routing;

/// <summary>What is known of the models of configured providers: the configuration's own knowledge, then the catalogue's.</summary>
internal sealed class ModelLookup(ModelCatalog catalog, ModelOverride[] overrides)
{
    private readonly ConcurrentDictionary<string, ModelPrice> _dearest = new(StringComparer.Ordinal);

    private static readonly ModelPrice Free = new() { InputPerMillion = 0, OutputPerMillion = 0, Version = "local" };

    /// <param name="provider">The provider.</param>
    /// <param name="model">The model as the provider, or its answer, names it.</param>
    /// <param name="baseModel">The model that it really is, where the name does not say so: a model, or <c>provider/model</c> of the catalogue.</param>
    public ModelInfo? Find(ProviderEntry provider, string model, string? baseModel = null)
    {
        ModelInfo? known = provider.CatalogName is { } catalogued ? catalog.Find(catalogued, baseModel ?? model) : null;
        known ??= baseModel is null ? null : OfAnyProvider(baseModel);
        return Override(provider, model) is { } better ? better.Apply(known, $"{provider.Name}/{model}") : known;
    }

    /// <summary>The price in force; that of a local server is 0, whatever it runs.</summary>
    public static ModelPrice? PriceOf(ProviderEntry provider, ModelInfo? info) => info?.Price ?? (provider.IsLocal ? Free : null);

    /// <summary>The dearest known prices of a provider, input and output each for itself; where none is known, the dearest of all providers.</summary>
    public ModelPrice DearestOf(ProviderEntry provider) =>
        _dearest.GetOrAdd(provider.CatalogName ?? "", static (name, catalog) => Dearest(catalog.Models(name)) ?? Dearest(catalog.Providers.SelectMany(catalog.Models)) ?? Free, catalog);

    private static ModelPrice? Dearest(IEnumerable<ModelInfo> models)
    {
        decimal? input = null;
        decimal? output = null;
        foreach (ModelInfo model in models)
        {
            input = Max(input, model.Price?.InputPerMillion);
            output = Max(output, model.Price?.OutputPerMillion);
        }

        return input is null || output is null ? null : new ModelPrice { InputPerMillion = input, OutputPerMillion = output, Version = "assumed" };

        static decimal? Max(decimal? a, decimal? b) => a is null || b > a ? b ?? a : a;
    }

    private ModelInfo? OfAnyProvider(string name)
    {
        int slash = name.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 ? catalog.Find(name[..slash], name[(slash + 1)..]) : null;
    }

    private ModelOverride? Override(ProviderEntry provider, string model)
    {
        ModelOverride? best = null;
        int rank = 0;
        foreach (ModelOverride candidate in overrides)
        {
            if (candidate.Rank(provider, model) is var found && found > rank)
            {
                (best, rank) = (candidate, found);
            }
        }

        return best;
    }
}

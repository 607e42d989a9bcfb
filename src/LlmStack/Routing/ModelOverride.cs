using LlmStack.Catalog;

namespace LlmStack.Routing;

/// <summary>What the configuration knows better of a model.</summary>
internal sealed class ModelOverride(string provider, string model, ModelOptions options)
{
    private const string Every = "*";

    /// <summary>The version of prices that were changed by a factor.</summary>
    private const string Adjusted = "+adjusted";

    public static ModelOverride From(ModelOptions options)
    {
        string name = options.Model!.Trim();
        int slash = name.IndexOf('/', StringComparison.Ordinal);
        return new ModelOverride(name[..slash], name[(slash + 1)..], options);
    }

    /// <summary>How exactly it names the model: 0 not at all; the model counts more than the provider.</summary>
    public int Rank(ProviderEntry entry, string asked)
    {
        int named = string.Equals(provider, entry.Name, StringComparison.OrdinalIgnoreCase) ? 2
            : string.Equals(provider, entry.CatalogName, StringComparison.OrdinalIgnoreCase) ? 1
            : 0;
        return named == 0 ? 0
            : string.Equals(model, asked, StringComparison.OrdinalIgnoreCase) ? 2 + named
            : model == Every ? named
            : 0;
    }

    public ModelInfo Apply(ModelInfo? known, string id) => (known ?? new ModelInfo { Id = id }) with
    {
        ContextWindow = options.ContextWindow ?? known?.ContextWindow,
        MaxOutputTokens = options.MaxOutputTokens ?? known?.MaxOutputTokens,
        Price = Factored(options.Price ?? known?.Price),
    };

    private ModelPrice? Factored(ModelPrice? price) =>
        price is null || options.PriceFactor is not { } factor || factor == 1 ? price : PriceScaling.Scale(price, factor) with { Version = price.Version + Adjusted };
}

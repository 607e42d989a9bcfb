using System.Collections.Concurrent;

namespace LlmStack.Catalog;

/// <summary>What is known of models. Loaded at the first question; answers are remembered, so that a lookup on the request path is one probe.</summary>
internal sealed class ModelCatalog
{
    /// <summary>More names than this and the memory starts anew: callers and answers may bring new ones without end.</summary>
    public const int MaxRemembered = 4096;

    private View? _view;

    /// <summary>The version of the prices in force.</summary>
    public string Version => Current.Index.Version;

    /// <summary>How many models are known.</summary>
    public int Count => Current.Index.Count;

    private View Current => Volatile.Read(ref _view) ?? Load();

    /// <summary>Exact id, alias, plain form, then the pattern with the longest literal; null when the model is unknown.</summary>
    /// <param name="catalogProvider">The provider as the catalogue names it.</param>
    /// <param name="model">The model as it is sent to the provider, or as an answer names it.</param>
    public ModelInfo? Find(string catalogProvider, string model)
    {
        View view = Current;
        if (view.Found.TryGetValue((catalogProvider, model), out ModelInfo? known))
        {
            return known;
        }

        if (view.Found.Count >= MaxRemembered)
        {
            view.Found.Clear();
        }

        return view.Found.GetOrAdd((catalogProvider, model), view.Index.Find(catalogProvider, model));
    }

    /// <summary>Every model of a provider.</summary>
    public IEnumerable<ModelInfo> Models(string catalogProvider) => Current.Index.Models(catalogProvider);

    /// <summary>Replaces what is known; lookups under way end on the old one.</summary>
    public void Use(CatalogIndex index) => Volatile.Write(ref _view, new View(index));

    /// <summary>The providers that it knows.</summary>
    public IEnumerable<string> Providers => Current.Index.Providers;

    private View Load()
    {
        var loaded = new View(CatalogIndex.Read(CatalogText.Embedded(), verify: false));
        return Interlocked.CompareExchange(ref _view, loaded, null) ?? loaded;
    }

    private sealed class View(CatalogIndex index)
    {
        public CatalogIndex Index { get; } = index;

        public ConcurrentDictionary<(string Provider, string Model), ModelInfo?> Found { get; } = new();
    }
}

using System.Text.Json;

namespace LlmStack.Catalog;

/// <summary>Where each model stands in the text of a catalogue. Models are read when somebody asks for them.</summary>
internal sealed class CatalogIndex
{
    /// <summary>How a router names the free variant of a model.</summary>
    private const string FreeVariant = ":free";
    private readonly CatalogText _text;
    private readonly Dictionary<string, ProviderIndex> _providers;

    public CatalogIndex(CatalogText text, string version, Dictionary<string, ProviderIndex> providers, int count)
    {
        _text = text;
        Version = version;
        _providers = providers;
        Count = count;
    }

    /// <summary>The day on which the catalogue was made.</summary>
    public string Version { get; }

    /// <summary>How many models it has.</summary>
    public int Count { get; }

    public IEnumerable<string> Providers => _providers.Keys;

    /// <summary>Reads the places of all models, and with <paramref name="verify"/> every model as well.</summary>
    /// <exception cref="FormatException">The text is no catalogue; says where and why.</exception>
    public static CatalogIndex Read(CatalogText text, bool verify)
    {
        try
        {
            return new CatalogReader(text).Read(verify);
        }
        catch (JsonException exception)
        {
            throw new FormatException("The catalogue is no valid JSON: " + exception.Message, exception);
        }
    }

    public ModelInfo? Find(string provider, string model)
    {
        if (!_providers.TryGetValue(provider, out ProviderIndex? index))
        {
            return null;
        }

        if (index.Find(model) is { } offset)
        {
            return Read(index, offset);
        }

        if (!model.EndsWith(FreeVariant, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        ModelInfo? paid = index.Find(model[..^FreeVariant.Length]) is { } plain ? Read(index, plain) : null;
        return (paid ?? new ModelInfo { Id = $"{provider}/{model}" }) with { Price = new ModelPrice { InputPerMillion = 0, OutputPerMillion = 0, Version = Version } };
    }

    /// <summary>Every model of a provider, in the catalogue's order.</summary>
    public IEnumerable<ModelInfo> Models(string provider)
    {
        if (_providers.TryGetValue(provider, out ProviderIndex? index))
        {
            foreach (int offset in index.Offsets)
            {
                yield return Read(index, offset);
            }
        }
    }

    private ModelInfo Read(ProviderIndex index, int offset) => ModelReader.Read(_text.Span[offset..], index, Version);
}

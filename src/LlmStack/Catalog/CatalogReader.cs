using System.Globalization;
using System.Text.Json;

namespace LlmStack.Catalog;

/// <summary>Reads the outer part of a catalogue: its version, what holds for a provider, and where each model stands.</summary>
internal ref struct CatalogReader
{
    private const int Schema = 1;
    private readonly CatalogText _text;
    private readonly Dictionary<string, ProviderIndex> _providers = new(StringComparer.OrdinalIgnoreCase);
    private Utf8JsonReader _json;
    private string? _version;
    private int _count;
    private bool _anySchema;

    public CatalogReader(CatalogText text)
    {
        _text = text;
        _json = new Utf8JsonReader(text.Span);
    }

    public CatalogIndex Read(bool verify)
    {
        _json.Read();
        Expect(JsonTokenType.StartObject, "the catalogue", "an object");
        while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
        {
            string name = _json.GetString()!;
            _json.Read();
            switch (name)
            {
                case "schema":
                    _anySchema = _json.TokenType == JsonTokenType.Number && _json.TryGetInt32(out int schema) && schema == Schema;
                    break;
                case "generated":
                    Expect(JsonTokenType.String, name, "a date, yyyy-mm-dd");
                    _version = _json.GetString();
                    break;
                case "providers":
                    Providers();
                    break;
                case "models":
                    Models();
                    break;
                default:
                    _json.Skip();
                    break;
            }
        }

        if (!_anySchema || string.IsNullOrEmpty(_version) || _count == 0)
        {
            throw new FormatException($"The catalogue has schema {(_anySchema ? "1" : "missing or unknown")}, generated '{_version}' and {_count} models; allowed: schema 1, a date and 1 or more models.");
        }

        foreach (ProviderIndex provider in _providers.Values)
        {
            provider.Complete();
        }

        if (verify)
        {
            Verify();
        }

        return new CatalogIndex(_text, _version, _providers, _count);
    }

    private readonly void Verify()
    {
        foreach (ProviderIndex provider in _providers.Values)
        {
            foreach (int offset in provider.Offsets)
            {
                _ = ModelReader.Read(_text.Span[offset..], provider, _version!);
            }
        }
    }

    private void Providers()
    {
        Expect(JsonTokenType.StartObject, "providers", "an object");
        while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
        {
            string key = _json.GetString()!;
            ProviderIndex provider = Provider(key);
            _json.Read();
            Expect(JsonTokenType.StartObject, "providers", "an object for each provider");
            while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
            {
                string name = _json.GetString()!;
                _json.Read();
                if (name.EndsWith("Factor", StringComparison.Ordinal) && !name.StartsWith("cache", StringComparison.Ordinal))
                {
                    (provider.ServiceTiers ??= new(StringComparer.OrdinalIgnoreCase))[name[..^"Factor".Length]] = CatalogValues.Amount(ref _json, $"providers.{key}.{name}");
                }
                else
                {
                    _json.Skip();
                }
            }
        }
    }

    private void Models()
    {
        Expect(JsonTokenType.StartArray, "models", "an array");
        while (_json.Read() && _json.TokenType == JsonTokenType.StartObject)
        {
            Model((int)_json.TokenStartIndex);
        }

        Expect(JsonTokenType.EndArray, "models", "an array of objects");
    }

    private void Model(int offset)
    {
        string? provider = null, model = null;
        List<string> aliases = [], patterns = [];
        while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
        {
            if (_json.ValueTextEquals("provider"u8))
            {
                provider = Text("provider");
            }
            else if (_json.ValueTextEquals("model"u8))
            {
                model = Text("model");
            }
            else if (_json.ValueTextEquals("aliases"u8))
            {
                Texts("aliases", aliases);
            }
            else if (_json.ValueTextEquals("match"u8))
            {
                Texts("match", patterns);
            }
            else
            {
                _json.Read();
                _json.Skip();
            }
        }

        string at = string.Create(CultureInfo.InvariantCulture, $"models[{_count}]");
        if (string.IsNullOrWhiteSpace(provider) || string.IsNullOrWhiteSpace(model))
        {
            throw new FormatException($"{at} of the catalogue has no provider or no model; allowed: both.");
        }

        ProviderIndex index = Provider(provider);
        if (!index.Add(model, offset))
        {
            throw new FormatException($"{at} of the catalogue is {provider}/{model}, which it has already; allowed: each model once.");
        }

        aliases.ForEach(alias => index.AddAlias(alias, offset));
        foreach (string pattern in patterns)
        {
            index.AddPattern(ModelPattern.TryParse(pattern) ?? throw new FormatException($"{at}.match of the catalogue is '{pattern}'; allowed: ^prefix, $suffix, *part, ~expression of literals and \\d."), offset);
        }

        _count++;
    }

    private readonly ProviderIndex Provider(string name)
    {
        if (!_providers.TryGetValue(name, out ProviderIndex? provider))
        {
            _providers[name] = provider = new ProviderIndex(name);
        }

        return provider;
    }

    private string Text(string name)
    {
        _json.Read();
        Expect(JsonTokenType.String, name, "a text");
        return _json.GetString()!;
    }

    private void Texts(string name, List<string> into)
    {
        _json.Read();
        Expect(JsonTokenType.StartArray, name, "an array of texts");
        while (_json.Read() && _json.TokenType == JsonTokenType.String)
        {
            into.Add(_json.GetString()!);
        }

        Expect(JsonTokenType.EndArray, name, "an array of texts");
    }

    private readonly void Expect(JsonTokenType token, string name, string allowed)
    {
        if (_json.TokenType != token)
        {
            throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"The catalogue has at byte {_json.TokenStartIndex}, in {name}, a {_json.TokenType}; allowed: {allowed}."));
        }
    }
}

using System.Globalization;
using System.Text.Json;

namespace LlmStack.Catalog;

/// <summary>Reads one model of a catalogue.</summary>
internal static class ModelReader
{
    /// <exception cref="FormatException">A value is not what it should be; names model and field.</exception>
    public static ModelInfo Read(ReadOnlySpan<byte> json, ProviderIndex provider, string version)
    {
        var reader = new Utf8JsonReader(json);
        string? providerName = null, model = null;
        var info = new Fields();
        var price = new ModelPrice { Version = version, ServiceTiers = provider.ServiceTiers };
        bool priced = false;
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            switch (name)
            {
                case "provider":
                    providerName = reader.GetString();
                    break;
                case "model":
                    model = reader.GetString();
                    break;
                case "price":
                    priced = PriceReader.Read(ref reader, price, $"{providerName}/{model}: price");
                    break;
                case "tiers":
                    price.LongContext = PriceReader.LongContext(ref reader, $"{providerName}/{model}: tiers");
                    break;
                case "windows":
                    price.Windows = PriceReader.Windows(ref reader, $"{providerName}/{model}: windows");
                    break;
                case "next":
                    price.Next = PriceReader.Next(ref reader, $"{providerName}/{model}: next");
                    break;
                default:
                    info.Read(ref reader, name, $"{providerName}/{model}: {name}");
                    break;
            }
        }

        return new ModelInfo
        {
            Id = $"{providerName}/{model}",
            ContextWindow = info.Context,
            MaxInputTokens = info.MaxInput,
            MaxOutputTokens = info.MaxOutput,
            Capabilities = info.Capabilities,
            Price = priced ? price : null,
            Released = info.Released,
            Retires = info.Retires,
            Deprecated = info.Deprecated,
        };
    }

    private static ModelCapabilities CapabilityOf(string name) => name switch
    {
        "vision" => ModelCapabilities.Vision,
        "audioIn" => ModelCapabilities.AudioInput,
        "audioOut" => ModelCapabilities.AudioOutput,
        "video" => ModelCapabilities.Video,
        "pdf" => ModelCapabilities.Pdf,
        "imageOut" => ModelCapabilities.ImageOutput,
        "tools" => ModelCapabilities.Tools,
        "jsonSchema" => ModelCapabilities.JsonSchema,
        "reasoning" => ModelCapabilities.Reasoning,
        "promptCache" => ModelCapabilities.PromptCache,
        "noSampling" => ModelCapabilities.NoSampling,

        // A newer catalogue may know more than this version of the library.
        _ => ModelCapabilities.None,
    };

    /// <summary>The fields beside the price, while they are read.</summary>
    private struct Fields
    {
        public int? Context;
        public int? MaxInput;
        public int? MaxOutput;
        public ModelCapabilities? Capabilities;
        public DateOnly? Released;
        public DateOnly? Retires;
        public bool Deprecated;

        public void Read(ref Utf8JsonReader reader, string name, string at)
        {
            switch (name)
            {
                case "context":
                    Context = Count(ref reader, at);
                    break;
                case "maxInput":
                    MaxInput = Count(ref reader, at);
                    break;
                case "maxOutput":
                    MaxOutput = Count(ref reader, at);
                    break;
                case "caps":
                    Capabilities = ReadCapabilities(ref reader, at);
                    break;
                case "released":
                    Released = CatalogValues.Date(ref reader, at);
                    break;
                case "retires":
                    Retires = CatalogValues.Date(ref reader, at);
                    break;
                case "deprecated":
                    Deprecated = reader.TokenType == JsonTokenType.True;
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        private static int? Count(ref Utf8JsonReader reader, string at) =>
            reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int count) && count > 0
                ? count
                : throw CatalogValues.Wrong(ref reader, at, "a whole number, 1 or more");

        private static ModelCapabilities ReadCapabilities(ref Utf8JsonReader reader, string at)
        {
            ModelCapabilities all = ModelCapabilities.None;
            if (reader.TokenType != JsonTokenType.StartArray)
            {
                throw CatalogValues.Wrong(ref reader, at, "an array of texts");
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.String)
            {
                all |= CapabilityOf(reader.GetString()!);
            }

            return all;
        }
    }
}

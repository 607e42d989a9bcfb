using System.Globalization;
using System.Text.Json;

namespace LlmStack.Catalog;

/// <summary>Reads the prices of a model: the list price and the ones by length, hour and date.</summary>
internal static class PriceReader
{
    private const decimal Thousand = 1000;

    /// <summary>Sets one field of the object being read; the reader stands at its value.</summary>
    private delegate void Field<T>(ref Utf8JsonReader reader, T target, string name, string at);

    /// <summary>False when the object holds no price that is known here.</summary>
    public static bool Read(ref Utf8JsonReader reader, ModelPrice price, string at)
    {
        ReadObject(ref reader, price, at, ListPrice);
        return price.InputPerMillion is not null || price.OutputPerMillion is not null || price.OutputImagePerMillion is not null || price.OutputVideoPerMillion is not null
            || (price.PerRequest ?? price.SearchPerThousand ?? price.PagePerThousand ?? price.AudioPerHour ?? price.PerImage) is not null;
    }

    public static Dictionary<string, LongContextPrice> LongContext(ref Utf8JsonReader reader, string at) => ReadList<LongContextPrice>(ref reader, at, LongContextField, "from");

    public static Dictionary<string, PriceWindow> Windows(ref Utf8JsonReader reader, string at) => ReadList<PriceWindow>(ref reader, at, WindowField, "utcFrom", "utcTo");

    public static Dictionary<string, FuturePrice> Next(ref Utf8JsonReader reader, string at) => ReadList<FuturePrice>(ref reader, at, FutureField, "date");

    private static void ListPrice(ref Utf8JsonReader reader, ModelPrice price, string name, string at)
    {
        switch (name)
        {
            case "request1k":
                price.PerRequest = CatalogValues.Amount(ref reader, at) / Thousand;
                break;
            case "webSearch1k":
                price.WebSearchPerThousand = CatalogValues.Amount(ref reader, at);
                break;
            case "search1k":
                price.SearchPerThousand = CatalogValues.Amount(ref reader, at);
                break;
            case "page1k":
                price.PagePerThousand = CatalogValues.Amount(ref reader, at);
                break;
            case "image1k":
                price.PerImage = CatalogValues.Amount(ref reader, at) / Thousand;
                break;
            case "audioHour":
                price.AudioPerHour = CatalogValues.Amount(ref reader, at);
                break;
            default:
                UnitPrice(ref reader, price, name, at);
                break;
        }
    }

    private static void LongContextField(ref Utf8JsonReader reader, LongContextPrice price, string name, string at)
    {
        if (name == "from")
        {
            price.From = CatalogValues.Count(ref reader, at);
        }
        else
        {
            UnitPrice(ref reader, price, name, at);
        }
    }

    private static void WindowField(ref Utf8JsonReader reader, PriceWindow price, string name, string at)
    {
        switch (name)
        {
            case "utcFrom":
                price.UtcFrom = CatalogValues.Time(ref reader, at);
                break;
            case "utcTo":
                price.UtcTo = CatalogValues.Time(ref reader, at);
                break;
            default:
                UnitPrice(ref reader, price, name, at);
                break;
        }
    }

    private static void FutureField(ref Utf8JsonReader reader, FuturePrice price, string name, string at)
    {
        if (name == "date")
        {
            price.Date = CatalogValues.Date(ref reader, at);
        }
        else
        {
            UnitPrice(ref reader, price, name, at);
        }
    }

    private static void UnitPrice(ref Utf8JsonReader reader, UnitPrices price, string name, string at)
    {
        UsageBucket? bucket = name switch
        {
            "in" => UsageBucket.Input,
            "out" => UsageBucket.Output,
            "cacheRead" => UsageBucket.CacheRead,
            "cacheWrite" => UsageBucket.CacheWrite,
            "cacheWrite1h" => UsageBucket.CacheWrite1h,
            "reasoning" => UsageBucket.Reasoning,
            "audioIn" => UsageBucket.InputAudio,
            "audioOut" => UsageBucket.OutputAudio,
            "audioCacheRead" => UsageBucket.CachedAudio,
            "imageIn" => UsageBucket.InputImage,
            "imageOut" => UsageBucket.OutputImage,
            "imageCacheRead" => UsageBucket.CachedImage,
            "videoIn" => UsageBucket.InputVideo,
            "videoOut" => UsageBucket.OutputVideo,
            "citation" => UsageBucket.Citation,
            _ => null,
        };
        if (bucket is { } known)
        {
            UnitPriceTable.Set(price, known, CatalogValues.Amount(ref reader, at));
        }
        else
        {
            reader.Skip();
        }
    }

    /// <summary>Without what says when a price holds it would hold always.</summary>
    private static Dictionary<string, T> ReadList<T>(ref Utf8JsonReader reader, string at, Field<T> field, params ReadOnlySpan<string> required)
        where T : UnitPrices, new()
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw CatalogValues.Wrong(ref reader, at, "an array of objects");
        }

        var all = new Dictionary<string, T>(StringComparer.OrdinalIgnoreCase);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var item = new T();
            ReadObject(ref reader, item, at, field, required);
            all[(all.Count + 1).ToString(CultureInfo.InvariantCulture)] = item;
        }

        return all;
    }

    private static void ReadObject<T>(ref Utf8JsonReader reader, T target, string at, Field<T> field, params ReadOnlySpan<string> required)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw CatalogValues.Wrong(ref reader, at, "an object");
        }

        int seen = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            field(ref reader, target, name, at + "." + name);
            if (required.IndexOf(name) is >= 0 and var index)
            {
                seen |= 1 << index;
            }
        }

        for (int i = 0; i < required.Length; i++)
        {
            if ((seen & (1 << i)) == 0)
            {
                throw new FormatException($"The catalogue has nothing for {at}.{required[i]}; it is required.");
            }
        }
    }
}

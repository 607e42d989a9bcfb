using System.Text.Json;
using LlmStack.Providers.Http;

namespace LlmStack.Providers.OpenAI;

/// <summary>What a <c>usage</c> says in money: OpenRouter's <c>cost</c>, Perplexity's <c>cost.total_cost</c>, xAI's ticks.</summary>
internal struct UsageCosts
{
    /// <summary>xAI counts in ticks of 10⁻¹⁰ US dollars.</summary>
    private const decimal DollarsPerTick = 0.000_000_000_1m;

    private decimal? _cost;
    private decimal? _upstream;
    private bool _isOwnKey;

    /// <summary>US dollars; null when nothing was said. With a key of one's own at the vendor, OpenRouter's fee and the vendor's price are two bills.</summary>
    public readonly decimal? Total => _isOwnKey && _upstream is not null ? (_cost ?? 0) + _upstream : _cost;

    /// <summary>Reads the field at the reader if it is one about money.</summary>
    public bool TryRead(ref WireReader reader)
    {
        if (reader.ValueTextEquals("cost"u8))
        {
            reader.Read();
            _cost = (reader.TokenType == JsonTokenType.StartObject ? Inner(ref reader, "total_cost"u8) : JsonText.GetAmount(ref reader)) ?? _cost;
        }
        else if (reader.ValueTextEquals("cost_in_usd_ticks"u8))
        {
            reader.Read();
            _cost = (JsonText.GetAmount(ref reader) * DollarsPerTick) ?? _cost;
        }
        else if (reader.ValueTextEquals("cost_details"u8))
        {
            reader.Read();
            _upstream = Inner(ref reader, "upstream_inference_cost"u8) ?? _upstream;
        }
        else if (reader.ValueTextEquals("is_byok"u8))
        {
            reader.Read();
            _isOwnKey = reader.TokenType == JsonTokenType.True;
        }
        else
        {
            return false;
        }

        reader.Skip();
        return true;
    }

    /// <summary>Reads an object to its end; null when it has no such amount.</summary>
    private static decimal? Inner(ref WireReader reader, ReadOnlySpan<byte> name)
    {
        decimal? amount = null;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return null;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool wanted = reader.ValueTextEquals(name);
            reader.Read();
            amount = wanted ? JsonText.GetAmount(ref reader) ?? amount : amount;
            reader.Skip();
        }

        return amount;
    }
}

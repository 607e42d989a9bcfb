using System.Text.Json;
using LlmStack.Providers.Fidelity;

namespace LlmStack.Providers.Bedrock;

/// <summary>Writes a <c>cachePoint</c> behind each content or tool that is marked for the provider's cache; what sets the marks is the caller, or <see cref="CacheBreakpoints"/>.</summary>
internal sealed class BedrockCachePoints(ProviderCall call)
{
    /// <summary>What the format allows in one request.</summary>
    private const int MaxPoints = 4;

    private int _written;

    public void Write(Utf8JsonWriter writer, IReadOnlyDictionary<string, object?>? properties)
    {
        if (properties is null || !properties.TryGetValue(CacheMarkerExtensions.Key, out object? mark) || mark is null or false)
        {
            return;
        }

        string? lifetime = LifetimeOf(mark);
        if (_written == MaxPoints)
        {
            FieldPolicy.Unsupported(call, CacheMarkerExtensions.Key, FieldEffect.Sampling, $"the format takes {MaxPoints} in one request");
            return;
        }

        _written++;
        writer.WriteStartObject();
        writer.WriteStartObject("cachePoint"u8);
        writer.WriteString("type"u8, "default"u8);
        if (lifetime is not null)
        {
            writer.WriteString("ttl"u8, lifetime);
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    /// <summary>The words that a mark has in every format, and the object of Anthropic's, whose models are asked here as well.</summary>
    private static string? LifetimeOf(object mark) => mark switch
    {
        true or "ephemeral" or JsonElement { ValueKind: JsonValueKind.True } => null,
        "5m" or "1h" => (string)mark,
        JsonElement { ValueKind: JsonValueKind.String } text => LifetimeOf(text.GetString()!),
        JsonElement { ValueKind: JsonValueKind.Object } json => json.TryGetProperty("ttl"u8, out JsonElement ttl) ? LifetimeOf(ttl) : null,
        _ => throw FieldPolicy.Refusal(CacheMarkerExtensions.Key, "allowed are true, ephemeral, 5m, 1h and a JSON object with ttl", mark.ToString()),
    };
}

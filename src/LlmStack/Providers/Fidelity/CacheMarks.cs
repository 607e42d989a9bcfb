using System.Text.Json;
using LlmStack.Providers.Fidelity;
using LlmStack.Providers.Http;

namespace LlmStack.Providers.Anthropic;

/// <summary>Writes the caller's marks of what the provider should cache: a <c>cache_control</c> among the properties of a content or a tool.</summary>
/// <remarks>The mark is <c>true</c> or <c>ephemeral</c>, a lifetime (<c>5m</c>, <c>1h</c>), or the JSON object as the format wants it.</remarks>
internal sealed class AnthropicCacheMarks(ProviderCall call)
{
    public const string Key = "cache_control";

    /// <summary>What the format allows in one request.</summary>
    private const int MaxMarks = 4;

    private int _written;

    public void Write(Utf8JsonWriter writer, IReadOnlyDictionary<string, object?>? properties)
    {
        if (properties is null || !properties.TryGetValue(Key, out object? mark) || mark is null or false)
        {
            return;
        }

        if (_written == MaxMarks)
        {
            FieldPolicy.Unsupported(call, Key, FieldEffect.Sampling, $"the format takes {MaxMarks} in one request");
            return;
        }

        _written++;
        writer.WritePropertyName(Key);
        switch (mark)
        {
            case true or "ephemeral":
                WriteEphemeral(writer, lifetime: null);
                break;
            case "5m" or "1h":
                WriteEphemeral(writer, (string)mark);
                break;
            case JsonElement { ValueKind: JsonValueKind.String } text:
                WriteEphemeral(writer, text.GetString() is "ephemeral" ? null : text.GetString());
                break;
            case JsonElement { ValueKind: JsonValueKind.True }:
                WriteEphemeral(writer, lifetime: null);
                break;
            case JsonElement or System.Text.Json.Nodes.JsonNode when ValueWriter.TryWrite(writer, mark):
                break;
            default:
                throw FieldPolicy.Refusal(Key, "allowed are true, ephemeral, 5m, 1h and a JSON object", mark.ToString());
        }
    }

    private static void WriteEphemeral(Utf8JsonWriter writer, string? lifetime)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, "ephemeral"u8);
        if (lifetime is not null)
        {
            writer.WriteString("ttl"u8, lifetime);
        }

        writer.WriteEndObject();
    }
}

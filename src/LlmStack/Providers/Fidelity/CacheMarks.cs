using System.Text.Json;
using LlmStack.Providers.Http;

namespace LlmStack.Providers.Fidelity;

/// <summary>Writes the caller's marks of what the provider should cache, as Anthropic's format has them: a <c>cache_control</c> among the properties of a content or a tool.</summary>
/// <remarks>The mark is <c>true</c> or <c>ephemeral</c>, a lifetime (<c>5m</c>, <c>1h</c>), or the JSON object as the format wants it.</remarks>
internal sealed class CacheMarks(ProviderCall call)
{
    public const string Key = "cache_control";

    /// <summary>What the format allows in one request.</summary>
    private const int MaxMarks = 4;

    private int _written;

    /// <summary>Whether a content is marked.</summary>
    public static bool IsMarked(IReadOnlyDictionary<string, object?>? properties) => properties is not null && properties.TryGetValue(Key, out object? mark) && mark is not (null or false);

    public void Write(Utf8JsonWriter writer, IReadOnlyDictionary<string, object?>? properties)
    {
        if (!IsMarked(properties))
        {
            return;
        }

        object mark = properties![Key]!;

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

using System.Text.Json;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Gemini;

/// <summary>
/// Writes <c>AdditionalProperties</c>: fields of <c>generationConfig</c> into it, all others beside it. OpenAI's words for several
/// choices, log probabilities and the service tier are understood.
/// </summary>
internal static class GeminiExtraFields
{
    private static readonly string[] ConfigFields =
        ["candidateCount", "responseLogprobs", "logprobs", "responseModalities", "speechConfig", "imageConfig", "mediaResolution", "audioTimestamp", "enableEnhancedCivicAnswers"];

    public static void WriteConfig(Utf8JsonWriter writer, AdditionalPropertiesDictionary? properties)
    {
        foreach (KeyValuePair<string, object?> property in properties ?? [])
        {
            switch (property.Key, property.Value)
            {
                case ("n", _):
                    WriteField(writer, "candidateCount", property);
                    break;
                case ("logprobs", bool wanted):
                    writer.WriteBoolean("responseLogprobs"u8, wanted);
                    break;
                case ("top_logprobs", _):
                    WriteField(writer, "logprobs", property);
                    break;
                case (_, not null) when Array.IndexOf(ConfigFields, property.Key) >= 0:
                    WriteField(writer, property.Key, property);
                    break;
                default:
                    break;
            }
        }
    }

    public static void WriteOthers(Utf8JsonWriter writer, AdditionalPropertiesDictionary? properties)
    {
        if (properties is not null && properties.TryGetValue("service_tier", out object? tier) && tier is string word)
        {
            writer.WriteString("serviceTier"u8, word);
        }

        ExtraFields.Write(
            writer,
            properties,
            0,
            static (_, key) => key is "contents" or "systemInstruction" or "tools" or "toolConfig" or "generationConfig",
            static (_, key) => key is "n" or "top_logprobs" or "service_tier" || Array.IndexOf(ConfigFields, key) >= 0);
    }

    private static void WriteField(Utf8JsonWriter writer, string name, KeyValuePair<string, object?> property)
    {
        if (property.Value is null)
        {
            return;
        }

        writer.WritePropertyName(name);
        if (!ValueWriter.TryWrite(writer, property.Value))
        {
            throw ErrorFactory.Unsupported($"AdditionalProperties['{property.Key}']: a value of type {property.Value.GetType().Name} cannot be written as JSON; allowed are text, bool, finite numbers, JsonElement, JsonNode and lists of texts.");
        }
    }
}

using System.Text.Json;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI;

/// <summary>Facts beside the answer that Microsoft.Extensions.AI has no place for: they are handed on under the names they came with.</summary>
internal static class AnswerExtras
{
    public const string LogProbabilities = "logprobs";

    /// <summary>The name of a fact of the answer as a whole; null when the field at the reader is none.</summary>
    public static string? NameOf(ref WireReader reader) =>
        reader.ValueTextEquals("system_fingerprint"u8) ? "system_fingerprint"
        : reader.ValueTextEquals("prompt_filter_results"u8) ? "prompt_filter_results"
        : reader.ValueTextEquals("provider"u8) ? "provider"
        : reader.ValueTextEquals("search_results"u8) ? "search_results"
        : reader.ValueTextEquals("moderation"u8) ? "moderation"
        : null;

    /// <summary>Reads the value at the reader and keeps it, the latest of several; nulls and empty lists say nothing.</summary>
    public static void Keep(ref WireReader reader, string name, ref AdditionalPropertiesDictionary? extras)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return;
            case JsonTokenType.String:
                string? known = extras is not null && extras.TryGetValue(name, out object? before) ? before as string : null;
                string? text = JsonText.GetString(ref reader, known);
                if (!ReferenceEquals(text, known))
                {
                    (extras ??= [])[name] = text;
                }

                return;
            default:
                JsonElement element = reader.TakeElement();
                if (element.ValueKind != JsonValueKind.Array || element.GetArrayLength() > 0)
                {
                    (extras ??= [])[name] = element;
                }

                return;
        }
    }

    /// <summary>The JSON value at a place of a document.</summary>
    public static JsonElement ElementAt(ReadOnlySpan<byte> document, Range place)
    {
        var reader = new WireReader(document[place]);
        return reader.TakeElement();
    }
}

using System.Text.Json;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Http;

/// <summary>Writes <c>AdditionalProperties</c> as further fields of the body.</summary>
internal static class ExtraFields
{
    private const string OwnPrefix = "llmstack.";

    public static bool Has(AdditionalPropertiesDictionary? properties, string key) => properties is not null && properties.ContainsKey(key);

    /// <summary>Whether a field is ours and never sent.</summary>
    public static bool IsOwn(string key) => key.StartsWith(OwnPrefix, StringComparison.Ordinal) || key is "strict" or "strictJsonSchema";

    /// <summary>Writes every field that is not our own.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="properties">The fields; null when there are none.</param>
    /// <param name="state">Handed to the two questions.</param>
    /// <param name="written">Says whether a field was already written from an option.</param>
    /// <param name="dropped">Says whether the model refuses a field; its drop is then already recorded or is recorded by the callee.</param>
    public static void Write<TState>(Utf8JsonWriter writer, AdditionalPropertiesDictionary? properties, TState state, Func<TState, string, bool> written, Func<TState, string, bool> dropped)
    {
        if (properties is null)
        {
            return;
        }

        foreach (KeyValuePair<string, object?> property in properties)
        {
            string key = property.Key;
            if (IsOwn(key) || property.Value is null || dropped(state, key))
            {
                continue;
            }

            if (written(state, key))
            {
                throw ErrorFactory.Unsupported($"AdditionalProperties['{key}']: the field is already set by the call itself; set one of the two.");
            }

            writer.WritePropertyName(key);
            if (!ValueWriter.TryWrite(writer, property.Value))
            {
                throw ErrorFactory.Unsupported($"AdditionalProperties['{key}']: a value of type {property.Value.GetType().Name} cannot be written as JSON; allowed are text, bool, finite numbers, JsonElement, JsonNode and lists of texts.");
            }
        }
    }
}

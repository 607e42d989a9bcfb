using System.Text.Json;

namespace LlmStack.Providers.Http;

/// <summary>Cohere's <c>billed_units</c>: what is charged for, which differs from the tokens that a model saw.</summary>
/// <param name="InputTokens">Tokens in; null when not told.</param>
/// <param name="OutputTokens">Tokens out; null when not told.</param>
/// <param name="SearchUnits">Searches; null when not told.</param>
internal readonly record struct BilledUnits(long? InputTokens, long? OutputTokens, long? SearchUnits)
{
    /// <summary>Reads the object at the reader: the units themselves, or one that holds them.</summary>
    public static BilledUnits Read(ref WireReader reader)
    {
        BilledUnits units = default;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return units;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("billed_units"u8))
            {
                reader.Read();
                units = Read(ref reader);
                continue;
            }

            bool input = reader.ValueTextEquals("input_tokens"u8);
            bool output = reader.ValueTextEquals("output_tokens"u8);
            bool search = reader.ValueTextEquals("search_units"u8);
            reader.Read();
            long? count = input || output || search ? JsonText.GetCount(ref reader) : null;
            units = new BilledUnits(input ? count : units.InputTokens, output ? count : units.OutputTokens, search ? count : units.SearchUnits);
            reader.Skip();
        }

        return units;
    }
}

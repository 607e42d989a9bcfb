using System.Text.Json;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Cohere;

/// <summary>Reads <c>usage</c>: the tokens that the model saw and wrote, and beside them what is charged for.</summary>
internal static class CohereUsage
{
    public const string BilledInputKey = "cohere.billed_input_tokens";
    public const string BilledOutputKey = "cohere.billed_output_tokens";

    public static UsageDetails? Read(ref WireReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return null;
        }

        BilledUnits billed = default, tokens = default;
        long? cached = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("billed_units"u8))
            {
                reader.Read();
                billed = BilledUnits.Read(ref reader);
            }
            else if (reader.ValueTextEquals("tokens"u8))
            {
                reader.Read();
                tokens = BilledUnits.Read(ref reader);
            }
            else
            {
                bool isCached = reader.ValueTextEquals("cached_tokens"u8);
                reader.Read();
                cached = isCached ? JsonText.GetCount(ref reader) ?? cached : cached;
                reader.Skip();
            }
        }

        return ToUsage(billed, tokens, cached);
    }

    private static UsageDetails? ToUsage(in BilledUnits billed, in BilledUnits tokens, long? cached)
    {
        long? input = tokens.InputTokens ?? billed.InputTokens;
        long? output = tokens.OutputTokens ?? billed.OutputTokens;
        if (input is null && output is null)
        {
            return null;
        }

        var usage = new UsageDetails { InputTokenCount = input, OutputTokenCount = output, TotalTokenCount = (input ?? 0) + (output ?? 0), CachedInputTokenCount = cached };
        if (billed.InputTokens is { } billedInput)
        {
            (usage.AdditionalCounts ??= [])[BilledInputKey] = billedInput;
        }

        if (billed.OutputTokens is { } billedOutput)
        {
            (usage.AdditionalCounts ??= [])[BilledOutputKey] = billedOutput;
        }

        return usage;
    }
}

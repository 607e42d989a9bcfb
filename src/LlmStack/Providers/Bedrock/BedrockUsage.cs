using System.Text.Json;
using LlmStack.Catalog;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Bedrock;

/// <summary>Reads <c>usage</c>. Here the input is what no cache had; it is added up to the inclusive count.</summary>
internal static class BedrockUsage
{
    public static UsageDetails? Read(ref WireReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return null;
        }

        long? input = null, output = null, read = null, written = null, hour = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("cacheDetails"u8))
            {
                reader.Read();
                hour = ReadHour(ref reader) ?? hour;
                continue;
            }

            bool isInput = reader.ValueTextEquals("inputTokens"u8);
            bool isOutput = reader.ValueTextEquals("outputTokens"u8);
            bool isRead = reader.ValueTextEquals("cacheReadInputTokens"u8);
            bool isWritten = reader.ValueTextEquals("cacheWriteInputTokens"u8);
            reader.Read();
            long? count = isInput || isOutput || isRead || isWritten ? JsonText.GetCount(ref reader) : null;
            input = isInput ? count : input;
            output = isOutput ? count : output;
            read = isRead ? count : read;
            written = isWritten ? count : written;
            reader.Skip();
        }

        if (input is null && output is null)
        {
            return null;
        }

        long? all = input is null ? null : input + (read ?? 0) + (written ?? 0);
        var usage = new UsageDetails { InputTokenCount = all, OutputTokenCount = output, TotalTokenCount = (all ?? 0) + (output ?? 0), CachedInputTokenCount = read };
        UsageCounts.Add(usage, UsageKeys.CacheWrite, written);
        UsageCounts.Add(usage, UsageKeys.CacheWrite1h, hour);
        return usage;
    }

    /// <summary>What of the cache's writes is kept for an hour, which costs more; null when the list says nothing of it.</summary>
    private static long? ReadHour(ref WireReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return null;
        }

        long? hour = null;
        foreach (JsonElement one in reader.TakeElement().EnumerateArray())
        {
            if (JsonText.TextOf(one, "ttl") == "1h" && one.TryGetProperty("inputTokens", out JsonElement count) && count.ValueKind == JsonValueKind.Number && count.TryGetInt64(out long tokens))
            {
                hour = (hour ?? 0) + tokens;
            }
        }

        return hour;
    }
}

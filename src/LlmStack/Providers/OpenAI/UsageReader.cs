using System.Text.Json;
using LlmStack.Catalog;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI;

/// <summary>Reads <c>usage</c> into Microsoft.Extensions.AI's inclusive counts: input includes cached, output includes reasoning.</summary>
internal static class UsageReader
{
    /// <summary>Reads the value at the reader; null when it is no object or holds no count.</summary>
    public static UsageDetails? Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return null;
        }

        long? input = null, output = null, total = null, cached = null, cacheMiss = null, cacheWrite = null, reasoning = null;
        AdditionalPropertiesDictionary<long>? more = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("prompt_tokens"u8) || reader.ValueTextEquals("input_tokens"u8))
            {
                reader.Read();
                input = Count(ref reader) ?? input;
            }
            else if (reader.ValueTextEquals("completion_tokens"u8) || reader.ValueTextEquals("output_tokens"u8))
            {
                reader.Read();
                output = Count(ref reader) ?? output;
            }
            else if (reader.ValueTextEquals("total_tokens"u8))
            {
                reader.Read();
                total = Count(ref reader) ?? total;
            }
            else if (reader.ValueTextEquals("prompt_cache_hit_tokens"u8))
            {
                reader.Read();
                cached ??= Count(ref reader);
            }
            else if (reader.ValueTextEquals("prompt_cache_miss_tokens"u8))
            {
                reader.Read();
                cacheMiss = Count(ref reader);
            }
            else if (reader.ValueTextEquals("reasoning_tokens"u8))
            {
                reader.Read();
                reasoning ??= Count(ref reader);
            }
            else if (reader.ValueTextEquals("prompt_tokens_details"u8) || reader.ValueTextEquals("input_tokens_details"u8) || reader.ValueTextEquals("input_token_details"u8))
            {
                reader.Read();
                ReadInputDetails(ref reader, ref cached, ref cacheWrite, ref more);
            }
            else if (reader.ValueTextEquals("completion_tokens_details"u8) || reader.ValueTextEquals("output_tokens_details"u8))
            {
                reader.Read();
                ReadOutputDetails(ref reader, ref reasoning, ref more);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        if (input is null && cached is not null && cacheMiss is not null)
        {
            input = cached + cacheMiss;
        }

        if (input is null && output is null && total is null)
        {
            return null;
        }

        // xAI counts reasoning beside the output and shows it only in the total; ours includes it.
        if (total is not null && input is not null && output is not null && reasoning is > 0 && total == input + output + reasoning)
        {
            output += reasoning;
        }

        var usage = new UsageDetails
        {
            InputTokenCount = input,
            OutputTokenCount = output,
            TotalTokenCount = total ?? (input is null && output is null ? null : (input ?? 0) + (output ?? 0)),
            CachedInputTokenCount = cached,
            ReasoningTokenCount = reasoning,
        };
        Add(ref more, UsageKeys.CacheWrite, cacheWrite);
        usage.AdditionalCounts = more;
        return usage;
    }

    private static void ReadInputDetails(ref Utf8JsonReader reader, ref long? cached, ref long? cacheWrite, ref AdditionalPropertiesDictionary<long>? more)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("cached_tokens"u8))
            {
                reader.Read();
                cached = Count(ref reader) ?? cached;
            }
            else if (reader.ValueTextEquals("cache_write_tokens"u8) || reader.ValueTextEquals("cache_creation_tokens"u8))
            {
                reader.Read();
                cacheWrite = Count(ref reader) ?? cacheWrite;
            }
            else if (reader.ValueTextEquals("image_tokens"u8))
            {
                reader.Read();
                Add(ref more, UsageKeys.InputImage, Count(ref reader));
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }
    }

    private static void ReadOutputDetails(ref Utf8JsonReader reader, ref long? reasoning, ref AdditionalPropertiesDictionary<long>? more)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("reasoning_tokens"u8))
            {
                reader.Read();
                reasoning = Count(ref reader) ?? reasoning;
            }
            else if (reader.ValueTextEquals("image_tokens"u8))
            {
                reader.Read();
                Add(ref more, UsageKeys.OutputImage, Count(ref reader));
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }
    }

    private static void Add(ref AdditionalPropertiesDictionary<long>? more, string key, long? count)
    {
        if (count is > 0)
        {
            (more ??= [])[key] = count.Value;
        }
    }

    private static long? Count(ref Utf8JsonReader reader)
    {
        long? count = JsonText.GetCount(ref reader);
        if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
        {
            reader.Skip();
        }

        return count;
    }
}

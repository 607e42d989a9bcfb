using System.Text.Json;
using LlmStack.Catalog;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Anthropic;

/// <summary>The counts of one answer. A stream sends them several times, cumulatively: the last value of each field holds.</summary>
internal struct AnthropicUsage
{
    private long? _input;
    private long? _cacheRead;
    private long? _cacheWrite;
    private long? _cacheWriteShort;
    private long? _cacheWriteLong;
    private long? _output;
    private long? _thinking;
    private long? _webSearches;
    private long? _compactionInput;
    private long? _compactionOutput;

    /// <summary>The tier that really served; null until it was sent.</summary>
    public string? ServiceTier { get; private set; }

    /// <summary>Reads a <c>usage</c> object over what is known.</summary>
    public void Read(ref WireReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("input_tokens"u8))
            {
                JsonText.TakeCount(ref reader, ref _input);
            }
            else if (reader.ValueTextEquals("output_tokens"u8))
            {
                JsonText.TakeCount(ref reader, ref _output);
            }
            else if (reader.ValueTextEquals("cache_read_input_tokens"u8))
            {
                JsonText.TakeCount(ref reader, ref _cacheRead);
            }
            else if (reader.ValueTextEquals("cache_creation_input_tokens"u8))
            {
                JsonText.TakeCount(ref reader, ref _cacheWrite);
            }
            else if (reader.ValueTextEquals("service_tier"u8))
            {
                reader.Read();
                ServiceTier = JsonText.GetString(ref reader) ?? ServiceTier;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("iterations"u8))
            {
                reader.Read();
                ReadIterations(ref reader);
            }
            else
            {
                reader.Read();
                ReadDetails(ref reader);
            }
        }
    }

    /// <summary>The counts as Microsoft.Extensions.AI holds them: input includes what was read from and written to the cache. Null when none was sent.</summary>
    public readonly UsageDetails? ToDetails()
    {
        if (_input is null && _output is null && _cacheRead is null && _cacheWrite is null)
        {
            return null;
        }

        long? written = _cacheWrite ?? (_cacheWriteShort is null && _cacheWriteLong is null ? null : (_cacheWriteShort ?? 0) + (_cacheWriteLong ?? 0));
        long? input = _input is null && _cacheRead is null && written is null ? null
            : (_input ?? 0) + (_cacheRead ?? 0) + (written ?? 0) + (_compactionInput ?? 0);
        long? output = _output is null ? null : _output + (_compactionOutput ?? 0);
        var usage = new UsageDetails
        {
            InputTokenCount = input,
            OutputTokenCount = output,
            TotalTokenCount = (input ?? 0) + (output ?? 0),
            CachedInputTokenCount = _cacheRead,
            ReasoningTokenCount = _thinking,
        };
        UsageCounts.Add(usage, UsageKeys.CacheWrite, written);
        UsageCounts.Add(usage, UsageKeys.CacheWrite1h, _cacheWriteLong);
        UsageCounts.Add(usage, UsageKeys.WebSearches, _webSearches);
        return usage;
    }

    /// <summary>The nested objects: their fields have names of their own, so the object's name need not be known.</summary>
    private void ReadDetails(ref WireReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("ephemeral_5m_input_tokens"u8))
            {
                JsonText.TakeCount(ref reader, ref _cacheWriteShort);
            }
            else if (reader.ValueTextEquals("ephemeral_1h_input_tokens"u8))
            {
                JsonText.TakeCount(ref reader, ref _cacheWriteLong);
            }
            else if (reader.ValueTextEquals("thinking_tokens"u8))
            {
                JsonText.TakeCount(ref reader, ref _thinking);
            }
            else if (reader.ValueTextEquals("web_search_requests"u8))
            {
                JsonText.TakeCount(ref reader, ref _webSearches);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }
    }

    /// <summary>The totals leave out what compacting the conversation took, although it is billed at the model's price.</summary>
    private void ReadIterations(ref WireReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }

        _compactionInput = _compactionOutput = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }

            bool compaction = false;
            long? input = null, output = null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("type"u8))
                {
                    reader.Read();
                    compaction = reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("compaction"u8);
                    reader.Skip();
                }
                else if (reader.ValueTextEquals("input_tokens"u8))
                {
                    JsonText.TakeCount(ref reader, ref input);
                }
                else if (reader.ValueTextEquals("output_tokens"u8))
                {
                    JsonText.TakeCount(ref reader, ref output);
                }
                else
                {
                    reader.Read();
                    reader.Skip();
                }
            }

            if (compaction)
            {
                _compactionInput = (_compactionInput ?? 0) + (input ?? 0);
                _compactionOutput = (_compactionOutput ?? 0) + (output ?? 0);
            }
        }
    }
}

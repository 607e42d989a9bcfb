using System.Text.Json;
using LlmStack.Catalog;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI;

/// <summary>Reads <c>usage</c> into Microsoft.Extensions.AI's inclusive counts: input includes cached, output includes reasoning.</summary>
internal struct UsageReader
{
    private long? _input;
    private long? _output;
    private long? _total;
    private long? _cached;
    private long? _cacheMiss;
    private long? _cacheWrite;
    private long? _reasoning;
    private UsageCosts _costs;
    private AdditionalPropertiesDictionary<long>? _more;

    /// <summary>The counts so far, as Microsoft.Extensions.AI holds them; null when there are none.</summary>
    public readonly UsageDetails? Details => Copy().ToDetails();

    /// <summary>Reads the value at the reader; null when it is no object or holds no count.</summary>
    public static UsageDetails? Read(ref WireReader reader)
    {
        decimal? cost = null;
        return Read(ref reader, ref cost);
    }

    /// <summary>Reads the value at the reader, and in <paramref name="cost"/> what the provider itself says the call costs; that stays as it is when nothing is said.</summary>
    public static UsageDetails? Read(ref WireReader reader, ref decimal? cost)
    {
        var usage = default(UsageReader);
        usage.Take(ref reader, ref cost);
        return usage.ToDetails();
    }

    /// <summary>Reads the value at the reader over what is known: a stream may tell its counts several times, and the last value of each holds.</summary>
    public void Take(ref WireReader reader, ref decimal? cost)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        UsageReader known = this;
        this = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            ReadField(ref reader);
        }

        cost = _costs.Total ?? cost;
        Fill(known);
    }

    private void Fill(in UsageReader known)
    {
        // A sum that was told with other counts is none of these.
        _total ??= _input is null && _output is null ? known._total : null;
        _input ??= known._input;
        _output ??= known._output;
        _cached ??= known._cached;
        _cacheMiss ??= known._cacheMiss;
        _cacheWrite ??= known._cacheWrite;
        _reasoning ??= known._reasoning;
        if (known._more is { } counts)
        {
            _more ??= [];
            foreach ((string key, long count) in counts)
            {
                _more.TryAdd(key, count);
            }
        }
    }

    private readonly UsageReader Copy() => this with { _more = _more is null ? null : new AdditionalPropertiesDictionary<long>(_more) };

    private void ReadField(ref WireReader reader)
    {
        if (reader.ValueTextEquals("prompt_tokens"u8) || reader.ValueTextEquals("input_tokens"u8))
        {
            JsonText.TakeCount(ref reader, ref _input);
        }
        else if (reader.ValueTextEquals("completion_tokens"u8) || reader.ValueTextEquals("output_tokens"u8))
        {
            JsonText.TakeCount(ref reader, ref _output);
        }
        else if (reader.ValueTextEquals("total_tokens"u8))
        {
            JsonText.TakeCount(ref reader, ref _total);
        }
        else if (reader.ValueTextEquals("prompt_tokens_details"u8) || reader.ValueTextEquals("prompt_token_details"u8) || reader.ValueTextEquals("input_tokens_details"u8) || reader.ValueTextEquals("input_token_details"u8))
        {
            ReadInputDetails(ref reader);
        }
        else if (reader.ValueTextEquals("completion_tokens_details"u8) || reader.ValueTextEquals("output_tokens_details"u8) || reader.ValueTextEquals("output_token_details"u8))
        {
            ReadOutputDetails(ref reader);
        }
        else if (reader.ValueTextEquals("prompt_cache_hit_tokens"u8) || reader.ValueTextEquals("num_cached_tokens"u8))
        {
            TakeFirst(ref reader, ref _cached);
        }
        else if (reader.ValueTextEquals("prompt_cache_miss_tokens"u8))
        {
            JsonText.TakeCount(ref reader, ref _cacheMiss);
        }
        else if (reader.ValueTextEquals("reasoning_tokens"u8))
        {
            TakeFirst(ref reader, ref _reasoning);
        }
        else if (reader.ValueTextEquals("citation_tokens"u8))
        {
            TakeMore(ref reader, UsageKeys.Citation);
        }
        else if (reader.ValueTextEquals("num_search_queries"u8))
        {
            TakeMore(ref reader, UsageKeys.WebSearches);
        }
        else if (reader.ValueTextEquals("seconds"u8) || reader.ValueTextEquals("prompt_audio_seconds"u8))
        {
            reader.Read();
            AddMore(UsageKeys.AudioSeconds, WholeSeconds(ref reader));
            reader.Skip();
        }
        else if (!_costs.TryRead(ref reader))
        {
            reader.Read();
            reader.Skip();
        }
    }

    private void ReadInputDetails(ref WireReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("cached_tokens"u8))
            {
                JsonText.TakeCount(ref reader, ref _cached);
            }
            else if (reader.ValueTextEquals("cache_write_tokens"u8) || reader.ValueTextEquals("cache_creation_tokens"u8))
            {
                JsonText.TakeCount(ref reader, ref _cacheWrite);
            }
            else if (reader.ValueTextEquals("audio_tokens"u8))
            {
                TakeMore(ref reader, UsageKeys.InputAudio);
            }
            else if (reader.ValueTextEquals("image_tokens"u8))
            {
                TakeMore(ref reader, UsageKeys.InputImage);
            }
            else if (reader.ValueTextEquals("video_tokens"u8))
            {
                TakeMore(ref reader, UsageKeys.InputVideo);
            }
            else if (reader.ValueTextEquals("cached_tokens_details"u8))
            {
                ReadCachedDetails(ref reader);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }
    }

    private void ReadCachedDetails(ref WireReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("audio_tokens"u8))
            {
                TakeMore(ref reader, UsageKeys.CachedAudio);
            }
            else if (reader.ValueTextEquals("image_tokens"u8))
            {
                TakeMore(ref reader, UsageKeys.CachedImage);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }
    }

    private void ReadOutputDetails(ref WireReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("reasoning_tokens"u8))
            {
                JsonText.TakeCount(ref reader, ref _reasoning);
            }
            else if (reader.ValueTextEquals("audio_tokens"u8))
            {
                TakeMore(ref reader, UsageKeys.OutputAudio);
            }
            else if (reader.ValueTextEquals("image_tokens"u8))
            {
                TakeMore(ref reader, UsageKeys.OutputImage);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }
    }

    private UsageDetails? ToDetails()
    {
        if (_input is null && _cached is not null && _cacheMiss is not null)
        {
            _input = _cached + _cacheMiss;
        }

        if (_input is null && _output is null && _total is null)
        {
            // Sound may be billed by its length alone.
            return _more is null ? null : new UsageDetails { AdditionalCounts = _more };
        }

        // xAI counts reasoning beside the output and shows it only in the total; ours includes it. Its cached tokens, when they are
        // more than the whole input, stand beside that as well.
        if (_total is not null && _input is not null && _output is not null && _reasoning is > 0 && _total == _input + _output + _reasoning)
        {
            _output += _reasoning;
        }

        if (_cached > _input)
        {
            _input += _cached;
            _total += _cached;
        }

        AddMore(UsageKeys.CacheWrite, _cacheWrite);
        return new UsageDetails
        {
            InputTokenCount = _input,
            OutputTokenCount = _output,
            TotalTokenCount = _total ?? ((_input ?? 0) + (_output ?? 0)),
            CachedInputTokenCount = _cached,
            ReasoningTokenCount = _reasoning,
            AdditionalCounts = _more,
        };
    }

    /// <summary>Takes a count that another field may have told already, and more exactly.</summary>
    private static void TakeFirst(ref WireReader reader, ref long? field)
    {
        long? count = null;
        JsonText.TakeCount(ref reader, ref count);
        field ??= count;
    }

    private void TakeMore(ref WireReader reader, string key)
    {
        long? count = null;
        JsonText.TakeCount(ref reader, ref count);
        AddMore(key, count);
    }

    private void AddMore(string key, long? count)
    {
        if (count is > 0)
        {
            (_more ??= [])[key] = count.Value;
        }
    }

    /// <summary>Bills are by the nearest second.</summary>
    private static long? WholeSeconds(ref WireReader reader) =>
        JsonText.GetNumber(ref reader) is >= 0 and < 1e12 and double seconds ? (long)Math.Round(seconds, MidpointRounding.AwayFromZero) : null;
}

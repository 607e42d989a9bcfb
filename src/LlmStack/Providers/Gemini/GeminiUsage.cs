using System.Text.Json;
using LlmStack.Catalog;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Gemini;

/// <summary>The counts of one answer. Every chunk of a stream repeats them, cumulatively: the last value of each field holds.</summary>
internal struct GeminiUsage
{
    private long? _prompt;
    private long? _toolPrompt;
    private long? _cached;
    private long? _candidates;
    private long? _thoughts;
    private long? _total;
    private GeminiModalities _promptBy;
    private GeminiModalities _cachedBy;
    private GeminiModalities _candidatesBy;

    /// <summary>The tier that really served; null until it was sent.</summary>
    public string? ServiceTier { get; private set; }

    /// <summary>Reads <c>usageMetadata</c> over what is known.</summary>
    public void Read(ref WireReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("promptTokenCount"u8))
            {
                JsonText.TakeCount(ref reader, ref _prompt);
            }
            else if (reader.ValueTextEquals("candidatesTokenCount"u8))
            {
                JsonText.TakeCount(ref reader, ref _candidates);
            }
            else if (reader.ValueTextEquals("totalTokenCount"u8))
            {
                JsonText.TakeCount(ref reader, ref _total);
            }
            else if (reader.ValueTextEquals("thoughtsTokenCount"u8))
            {
                JsonText.TakeCount(ref reader, ref _thoughts);
            }
            else if (reader.ValueTextEquals("cachedContentTokenCount"u8))
            {
                JsonText.TakeCount(ref reader, ref _cached);
            }
            else if (reader.ValueTextEquals("toolUsePromptTokenCount"u8))
            {
                JsonText.TakeCount(ref reader, ref _toolPrompt);
            }
            else if (reader.ValueTextEquals("promptTokensDetails"u8))
            {
                reader.Read();
                _promptBy.Read(ref reader);
            }
            else if (reader.ValueTextEquals("candidatesTokensDetails"u8))
            {
                reader.Read();
                _candidatesBy.Read(ref reader);
            }
            else if (reader.ValueTextEquals("cacheTokensDetails"u8))
            {
                reader.Read();
                _cachedBy.Read(ref reader);
            }
            else
            {
                bool tier = reader.ValueTextEquals("serviceTier"u8) || reader.ValueTextEquals("trafficType"u8);
                reader.Read();
                ServiceTier = tier ? JsonText.GetString(ref reader, ServiceTier) ?? ServiceTier : ServiceTier;
                reader.Skip();
            }
        }
    }

    /// <summary>
    /// The counts as Microsoft.Extensions.AI holds them: output includes thoughts, which the format counts beside the candidates, and
    /// input what tools of the provider read. Null when none was sent.
    /// </summary>
    public readonly UsageDetails? ToDetails()
    {
        long? input = Sum(_prompt, _toolPrompt);
        long? output = Sum(_candidates, _thoughts);

        // Counts of 0 are left out; the total tells such a 0 from a count that is unknown.
        output ??= _total is { } total && input is { } known && total >= known ? total - known : null;
        if (input is null && output is null && _total is null)
        {
            return null;
        }

        var usage = new UsageDetails
        {
            InputTokenCount = input,
            OutputTokenCount = output,
            TotalTokenCount = _total ?? Sum(input, output),
            CachedInputTokenCount = _cached,
            ReasoningTokenCount = _thoughts,
        };
        UsageCounts.Add(usage, UsageKeys.InputAudio, _promptBy.Audio);
        UsageCounts.Add(usage, UsageKeys.InputImage, _promptBy.Image);
        UsageCounts.Add(usage, UsageKeys.InputVideo, _promptBy.Video);
        UsageCounts.Add(usage, UsageKeys.CachedAudio, _cachedBy.Audio);
        UsageCounts.Add(usage, UsageKeys.CachedImage, _cachedBy.Image);
        UsageCounts.Add(usage, UsageKeys.OutputAudio, _candidatesBy.Audio);
        UsageCounts.Add(usage, UsageKeys.OutputImage, _candidatesBy.Image);
        UsageCounts.Add(usage, UsageKeys.OutputVideo, _candidatesBy.Video);
        return usage;
    }

    private static long? Sum(long? one, long? other) => one is null ? other : one + (other ?? 0);
}

using System.Text.Json;
using LlmStack.Catalog;
using Microsoft.Extensions.AI;

namespace LlmStack.Tracing;

/// <summary>Reads usage and sampling options of a line back into the types that sinks know.</summary>
internal static class JsonLinesUsage
{
    /// <summary>Disjoint buckets become Microsoft.Extensions.AI's inclusive counts again.</summary>
    public static UsageDetails Read(JsonElement buckets)
    {
        var usage = new UsageDetails();
        long input = 0;
        long output = 0;
        for (UsageBucket bucket = 0; bucket < UsageBucket.Requests; bucket++)
        {
            if (!buckets.TryGetProperty(UsageBucketNames.NameOf(bucket), out JsonElement value))
            {
                continue;
            }

            long count = value.GetInt64();
            input += bucket <= UsageBucket.CacheWrite1h ? count : 0;
            output += bucket is >= UsageBucket.Output and <= UsageBucket.OutputVideo ? count : 0;
            switch (bucket)
            {
                case UsageBucket.Input or UsageBucket.Output:
                    break;
                case UsageBucket.CacheRead:
                    usage.CachedInputTokenCount = count;
                    break;
                case UsageBucket.Reasoning:
                    usage.ReasoningTokenCount = count;
                    break;
                default:
                    (usage.AdditionalCounts ??= [])[UsageBucketNames.NameOf(bucket)] = count;
                    break;
            }
        }

        usage.InputTokenCount = input;
        usage.OutputTokenCount = output;
        usage.TotalTokenCount = buckets.TryGetProperty("total", out JsonElement total) ? total.GetInt64() : input + output;
        return usage;
    }

    /// <summary>The options that <see cref="SpanJson.Parameters"/> writes.</summary>
    public static ChatOptions ReadParameters(JsonElement parameters)
    {
        var options = new ChatOptions();
        foreach (JsonProperty parameter in parameters.EnumerateObject())
        {
            JsonElement value = parameter.Value;
            switch (parameter.Name)
            {
                case "temperature": options.Temperature = value.GetSingle(); break;
                case "top_p": options.TopP = value.GetSingle(); break;
                case "top_k": options.TopK = value.GetInt32(); break;
                case "max_tokens": options.MaxOutputTokens = value.GetInt32(); break;
                case "frequency_penalty": options.FrequencyPenalty = value.GetSingle(); break;
                case "presence_penalty": options.PresencePenalty = value.GetSingle(); break;
                case "seed": options.Seed = value.GetInt64(); break;
                case "stop": options.StopSequences = [.. value.EnumerateArray().Select(static stop => stop.GetString() ?? "")]; break;
                case "response_format": options.ResponseFormat = value.GetString() == "text" ? ChatResponseFormat.Text : ChatResponseFormat.Json; break;
                default: break;
            }
        }

        return options;
    }
}

using Microsoft.Extensions.AI;

namespace LlmStack.Tracing;

/// <summary>The values that the text of a generation's parameters is made from, its stop sequences apart.</summary>
internal readonly record struct SamplingOptions(
    float? Temperature,
    float? TopP,
    int? TopK,
    int? MaxOutputTokens,
    float? FrequencyPenalty,
    float? PresencePenalty,
    long? Seed,
    Type? Format,
    bool HasSchema)
{
    public SamplingOptions(ChatOptions options)
        : this(
            options.Temperature,
            options.TopP,
            options.TopK,
            options.MaxOutputTokens,
            options.FrequencyPenalty,
            options.PresencePenalty,
            options.Seed,
            options.ResponseFormat?.GetType(),
            options.ResponseFormat is ChatResponseFormatJson { Schema: not null })
    {
    }
}

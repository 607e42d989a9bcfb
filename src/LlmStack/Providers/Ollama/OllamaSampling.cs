using System.Text.Json;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Ollama;

/// <summary>The settings that chats and text completions share, which the format has in a block of their own.</summary>
internal readonly record struct OllamaSampling
{
    private OllamaSampling(ChatOptions options)
    {
        (Temperature, TopP, FrequencyPenalty, PresencePenalty) = (options.Temperature, options.TopP, options.FrequencyPenalty, options.PresencePenalty);
        (TopK, Seed, MaxOutputTokens, StopSequences, More) = (options.TopK, options.Seed, options.MaxOutputTokens, options.StopSequences, options.AdditionalProperties);
    }

    private OllamaSampling(TextCompletionOptions? options)
    {
        (Temperature, TopP, FrequencyPenalty, PresencePenalty) = (options?.Temperature, options?.TopP, options?.FrequencyPenalty, options?.PresencePenalty);
        (Seed, MaxOutputTokens, StopSequences, More) = (options?.Seed, options?.MaxOutputTokens, options?.StopSequences, options?.AdditionalProperties);
        HasSuffix = options?.Suffix is not null;
    }

    private float? Temperature { get; }

    private float? TopP { get; }

    private float? FrequencyPenalty { get; }

    private float? PresencePenalty { get; }

    private int? TopK { get; }

    private long? Seed { get; }

    private int? MaxOutputTokens { get; }

    private IList<string>? StopSequences { get; }

    private bool HasSuffix { get; }

    /// <summary>Further fields.</summary>
    private AdditionalPropertiesDictionary? More { get; }

    public static OllamaSampling Of(ChatOptions options) => new(options);

    public static OllamaSampling Of(TextCompletionOptions? options) => new(options);

    /// <summary>Writes the block, and beside it the further fields that belong there.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="call">The attempt.</param>
    /// <param name="topLevel">The further fields that belong beside the block; all others are settings of the model's run.</param>
    public void Write(Utf8JsonWriter writer, ProviderCall call, string[] topLevel)
    {
        writer.WriteStartObject("options"u8);
        SamplingWriter.Float(writer, "temperature", Temperature);
        SamplingWriter.Float(writer, "top_p", TopP);
        SamplingWriter.Float(writer, "frequency_penalty", FrequencyPenalty);
        SamplingWriter.Float(writer, "presence_penalty", PresencePenalty);
        SamplingWriter.Whole(writer, "top_k", TopK);
        SamplingWriter.Whole(writer, "seed", Seed);
        SamplingWriter.Whole(writer, "num_predict", MaxOutputTokens);
        SamplingWriter.Texts(writer, "stop", StopSequences);
        if (call.Info?.ContextWindow is { } window && !ExtraFields.Has(More, "num_ctx"))
        {
            // The server's own default is small, and a longer prompt is cut without a word.
            writer.WriteNumber("num_ctx"u8, window);
        }

        ExtraFields.Write(writer, More, (Block: this, topLevel), static (s, key) => s.Block.IsWritten(key), static (s, key) => Array.IndexOf(s.topLevel, key) >= 0);
        writer.WriteEndObject();
        ExtraFields.Write(writer, More, topLevel, static (_, _) => false, static (names, key) => Array.IndexOf(names, key) < 0);
    }

    private bool IsWritten(string key) => key switch
    {
        "model" or "prompt" or "messages" or "stream" => true,
        "suffix" => HasSuffix,
        "temperature" => Temperature is not null,
        "top_p" => TopP is not null,
        "frequency_penalty" => FrequencyPenalty is not null,
        "presence_penalty" => PresencePenalty is not null,
        "top_k" => TopK is not null,
        "seed" => Seed is not null,
        "num_predict" => MaxOutputTokens is not null,
        "stop" => StopSequences is { Count: > 0 },
        _ => false,
    };
}

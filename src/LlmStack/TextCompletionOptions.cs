using Microsoft.Extensions.AI;

namespace LlmStack;

/// <summary>Options of a text completion; null always means the provider's default.</summary>
public sealed class TextCompletionOptions
{
    /// <summary>At most this many tokens are generated; 1 or more.</summary>
    public int? MaxOutputTokens { get; set; }

    /// <summary>Sampling temperature, usually 0 to 2.</summary>
    public float? Temperature { get; set; }

    /// <summary>Nucleus sampling, 0 to 1.</summary>
    public float? TopP { get; set; }

    /// <summary>Penalty by frequency, −2 to 2.</summary>
    public float? FrequencyPenalty { get; set; }

    /// <summary>Penalty by presence, −2 to 2.</summary>
    public float? PresencePenalty { get; set; }

    /// <summary>Seed for repeatable sampling where the provider supports it.</summary>
    public long? Seed { get; set; }

    /// <summary>Texts that end the generation.</summary>
    public IList<string>? StopSequences { get; set; }

    /// <summary>Text that follows the completion, for models that insert.</summary>
    public string? Suffix { get; set; }

    /// <summary>Whether the prompt is repeated in the answer.</summary>
    public bool? Echo { get; set; }

    /// <summary>Further body fields for the provider, and routing wishes.</summary>
    public AdditionalPropertiesDictionary? AdditionalProperties { get; set; }

    /// <summary>Makes a copy whose collections are its own.</summary>
    public TextCompletionOptions Clone() => new()
    {
        MaxOutputTokens = MaxOutputTokens,
        Temperature = Temperature,
        TopP = TopP,
        FrequencyPenalty = FrequencyPenalty,
        PresencePenalty = PresencePenalty,
        Seed = Seed,
        StopSequences = StopSequences is null ? null : [.. StopSequences],
        Suffix = Suffix,
        Echo = Echo,
        AdditionalProperties = AdditionalProperties?.Clone(),
    };
}

using Microsoft.Extensions.AI;

namespace LlmStack;

/// <summary>Options of a rerank call; null always means the provider's default.</summary>
public sealed class RerankOptions
{
    /// <summary>Return at most this many results; 1 or more. Null returns all.</summary>
    public int? TopN { get; set; }

    /// <summary>Further body fields for the provider, and routing wishes.</summary>
    public AdditionalPropertiesDictionary? AdditionalProperties { get; set; }

    /// <summary>Makes a copy whose collections are its own.</summary>
    public RerankOptions Clone() => new() { TopN = TopN, AdditionalProperties = AdditionalProperties?.Clone() };
}

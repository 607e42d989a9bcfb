using Microsoft.Extensions.AI;

namespace LlmStack;

/// <summary>Options of a moderation call.</summary>
public sealed class ModerationOptions
{
    /// <summary>Further body fields for the provider, and routing wishes.</summary>
    public AdditionalPropertiesDictionary? AdditionalProperties { get; set; }

    /// <summary>Makes a copy whose collections are its own.</summary>
    public ModerationOptions Clone() => new() { AdditionalProperties = AdditionalProperties?.Clone() };
}

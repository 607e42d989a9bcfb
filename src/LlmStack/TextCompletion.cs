using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack;

/// <summary>The continuation of a plain text.</summary>
public sealed class TextCompletion
{
    /// <summary>The text that was generated.</summary>
    public string Text { get; set; } = "";

    /// <summary>The provider's id of the answer, or null.</summary>
    public string? ResponseId { get; set; }

    /// <summary>The model that answered, as the provider names it, or null.</summary>
    public string? ModelId { get; set; }

    /// <summary>When the provider made the answer, or null.</summary>
    public DateTimeOffset? CreatedAt { get; set; }

    /// <summary>Why generation ended, or null when the provider did not say.</summary>
    public ChatFinishReason? FinishReason { get; set; }

    /// <summary>Tokens used, or null when not reported.</summary>
    public UsageDetails? Usage { get; set; }

    /// <summary>Further data of the provider, or null.</summary>
    public AdditionalPropertiesDictionary? AdditionalProperties { get; set; }

    internal CallRoute? Route { get; set; }

    /// <inheritdoc/>
    public override string ToString() => Text;
}

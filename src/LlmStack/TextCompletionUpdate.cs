using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack;

/// <summary>A piece of a streamed text completion.</summary>
public sealed class TextCompletionUpdate
{
    /// <summary>The new text; may be empty on the last update.</summary>
    public string Text { get; set; } = "";

    /// <summary>The provider's id of the answer, or null.</summary>
    public string? ResponseId { get; set; }

    /// <summary>The model that answers, or null.</summary>
    public string? ModelId { get; set; }

    /// <summary>Why generation ended; set on one of the last updates only.</summary>
    public ChatFinishReason? FinishReason { get; set; }

    /// <summary>Tokens used; set on the last update when the provider reports them.</summary>
    public UsageDetails? Usage { get; set; }

    /// <summary>Set on the update that announces that another deployment goes on with a stream that was lost; null on the others.</summary>
    public StreamContinuation? Continuation { get; set; }

    internal CallRoute? Route { get; set; }

    /// <inheritdoc/>
    public override string ToString() => Text;
}

using Microsoft.Extensions.AI;

namespace LlmStack.Testing;

/// <summary>The continuation of a text.</summary>
/// <param name="Pieces">The text; each piece is streamed on its own.</param>
public sealed record CannedCompletion(IReadOnlyList<string> Pieces) : CannedOperation
{
    /// <summary>Why generation ended: Stop or Length.</summary>
    public ChatFinishReason FinishReason { get; init; } = ChatFinishReason.Stop;

    /// <inheritdoc/>
    public override ConformanceOperations Operation => ConformanceOperations.TextCompletions;
}

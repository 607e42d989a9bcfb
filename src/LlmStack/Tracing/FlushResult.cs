using System.Collections.Immutable;

namespace LlmStack.Tracing;

/// <summary>What became of everything emitted before a flush.</summary>
/// <param name="Delivered">Spans, scores and files delivered since the sink was made.</param>
/// <param name="Dropped">Spans, scores and files dropped since then, with a counter for each reason; those that the server may have without having said so are among them, as <c>unknown</c>.</param>
/// <param name="Pending">Still waiting when the time was over.</param>
/// <param name="Error">Why something is dropped or pending, in words; null when all was delivered.</param>
public sealed record FlushResult(long Delivered, long Dropped, long Pending, string? Error)
{
    /// <summary>What was dropped since then, by reason, for instance <c>queue_full</c> or <c>unknown</c>; empty when nothing was, or when the sink does not tell.</summary>
    public IReadOnlyDictionary<string, long> DroppedByReason { get; init; } = ImmutableDictionary<string, long>.Empty;

    /// <summary>Whether nothing is pending and nothing was dropped.</summary>
    public bool IsComplete => Pending == 0 && Dropped == 0;
}

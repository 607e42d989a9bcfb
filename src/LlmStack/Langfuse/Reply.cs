namespace LlmStack.Langfuse;

/// <summary>An answer of the server.</summary>
/// <param name="Kind">What it means.</param>
/// <param name="Status">The status; 0 when there was no answer.</param>
/// <param name="Reason">Why, in words, without content.</param>
/// <param name="Body">The body of a 207, and of any success when it was wanted; empty otherwise.</param>
/// <param name="RetryAfter">What the server asked to wait, or null.</param>
internal readonly record struct Reply(ReplyKind Kind, int Status, string Reason, byte[] Body, TimeSpan? RetryAfter)
{
    /// <summary>Whether the server may have taken what was sent, in this or an earlier try of the same request, without having said so.</summary>
    public bool IsUncertain { get; init; }
}

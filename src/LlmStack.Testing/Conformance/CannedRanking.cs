namespace LlmStack.Testing;

/// <summary>Places of documents, in the order in which the other side sends them, which is not that of their scores.</summary>
/// <param name="Results">The places.</param>
public sealed record CannedRanking(IReadOnlyList<RerankResult> Results) : CannedOperation
{
    /// <inheritdoc/>
    public override ConformanceOperations Operation => ConformanceOperations.Rerank;
}

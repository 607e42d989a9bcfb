namespace LlmStack.Testing;

/// <summary>Vectors, in the order of their inputs.</summary>
/// <param name="Vectors">One vector for each input.</param>
public sealed record CannedVectors(IReadOnlyList<IReadOnlyList<float>> Vectors) : CannedOperation
{
    /// <inheritdoc/>
    public override ConformanceOperations Operation => ConformanceOperations.Embeddings;
}

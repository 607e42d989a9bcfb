namespace LlmStack.Testing;

/// <summary>Images that were made.</summary>
/// <param name="Images">The bytes of each, of a PNG.</param>
public sealed record CannedImages(IReadOnlyList<ReadOnlyMemory<byte>> Images) : CannedOperation
{
    /// <inheritdoc/>
    public override ConformanceOperations Operation => ConformanceOperations.Images;
}

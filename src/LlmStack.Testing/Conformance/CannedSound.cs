namespace LlmStack.Testing;

/// <summary>A spoken text.</summary>
/// <param name="Pieces">The bytes of an MP3; each piece is streamed on its own.</param>
public sealed record CannedSound(IReadOnlyList<ReadOnlyMemory<byte>> Pieces) : CannedOperation
{
    /// <inheritdoc/>
    public override ConformanceOperations Operation => ConformanceOperations.Speech;
}

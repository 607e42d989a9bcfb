namespace LlmStack.Testing;

/// <summary>Speech that was written down.</summary>
/// <param name="Pieces">The text; each piece is streamed on its own.</param>
public sealed record CannedTranscript(IReadOnlyList<string> Pieces) : CannedOperation
{
    /// <summary>The whole text.</summary>
    public string Text => string.Concat(Pieces);

    /// <inheritdoc/>
    public override ConformanceOperations Operation => ConformanceOperations.Transcription;
}

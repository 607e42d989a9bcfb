namespace LlmStack.Langfuse;

/// <summary>A score as it will be sent.</summary>
/// <param name="EnvelopeId">Unique for the score, the same on every repeat.</param>
/// <param name="Timestamp">ISO 8601 in UTC.</param>
/// <param name="Body">The JSON of the score.</param>
/// <param name="QueuedAt">A timestamp.</param>
internal sealed record ScoreItem(string EnvelopeId, string Timestamp, byte[] Body, long QueuedAt)
{
    /// <summary>Whether the server may have it from a try that was never answered.</summary>
    public bool IsUncertain { get; set; }
}

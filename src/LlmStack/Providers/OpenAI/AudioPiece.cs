namespace LlmStack.Providers.OpenAI;

/// <summary>What one message or delta said aloud.</summary>
/// <param name="Id">The id by which a later request refers to it; null on most deltas.</param>
/// <param name="Data">Base64, of a delta not necessarily whole.</param>
/// <param name="Transcript">The words.</param>
internal sealed record AudioPiece(string? Id, string? Data, string? Transcript);

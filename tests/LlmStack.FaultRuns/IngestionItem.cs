namespace LlmStack.FaultRuns;

/// <summary>An observation in a batch of the older format.</summary>
/// <param name="Envelope">The id by which the answer names it.</param>
/// <param name="Id">The span.</param>
/// <param name="Name">Its name.</param>
/// <param name="Bytes">Its event as it was written.</param>
internal sealed record IngestionItem(string Envelope, ulong Id, string Name, byte[] Bytes);

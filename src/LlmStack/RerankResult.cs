namespace LlmStack;

/// <summary>One document's place in a rerank answer.</summary>
/// <param name="Index">Index of the document in the list that was sent, from 0.</param>
/// <param name="Score">Relevance; higher is more relevant. The scale is the model's own.</param>
public readonly record struct RerankResult(int Index, double Score);

namespace LlmStack.Routing;

/// <summary>A topic by examples of what is said about it.</summary>
/// <param name="Name">The name of the pool.</param>
/// <param name="Examples">Utterances.</param>
/// <param name="Threshold">The cosine similarity that a message must have to one of them.</param>
internal sealed record SemanticTopic(string Name, IReadOnlyList<string> Examples, float Threshold);

namespace LlmStack;

/// <summary>What a moderation model says of one kind of harm.</summary>
/// <param name="Name">The provider's name of it, for instance <c>violence</c> or <c>self-harm/intent</c>.</param>
/// <param name="Flagged">Whether the provider considers the input harmful in this way.</param>
/// <param name="Score">How sure the model is, 0 to 1; null when not told. Scales of different models are not comparable.</param>
public sealed record ModerationCategory(string Name, bool Flagged, double? Score)
{
    /// <summary>Which parts of the input the judgement is of, for instance <c>text</c> and <c>image</c>; empty when not told.</summary>
    public IReadOnlyList<string> AppliedInputTypes { get; init; } = [];
}

namespace LlmStack;

/// <summary>What a moderation model says of one input.</summary>
/// <param name="Flagged">Whether the provider considers the input harmful.</param>
/// <param name="Categories">Every kind of harm that was looked for, in the provider's order.</param>
public sealed record ModerationResult(bool Flagged, IReadOnlyList<ModerationCategory> Categories)
{
    /// <summary>The category of a name, or null when the provider does not have it.</summary>
    /// <param name="name">The provider's name of it.</param>
    public ModerationCategory? Find(string name)
    {
        foreach (ModerationCategory category in Categories)
        {
            if (string.Equals(category.Name, name, StringComparison.Ordinal))
            {
                return category;
            }
        }

        return null;
    }
}

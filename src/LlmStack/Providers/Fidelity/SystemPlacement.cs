namespace LlmStack.Providers.Fidelity;

/// <summary>Where a format takes system messages.</summary>
internal enum SystemPlacement
{
    /// <summary>Anywhere in the conversation.</summary>
    Anywhere,

    /// <summary>Before all others, or in a field of their own.</summary>
    First,
}

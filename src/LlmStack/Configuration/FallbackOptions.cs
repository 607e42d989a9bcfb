namespace LlmStack;

/// <summary>A group to fall back to.</summary>
public sealed class FallbackOptions
{
    /// <summary>The group. Null: the key of this entry.</summary>
    public string? Group { get; set; }

    /// <summary>Lower is tried first. Default 0.</summary>
    public int Order { get; set; }

    /// <summary>The kinds of error it is for, by name. Empty: those another deployment could cure; content policy only when named.</summary>
    public List<string> Kinds { get; set; } = [];
}

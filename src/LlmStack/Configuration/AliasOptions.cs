namespace LlmStack;

/// <summary>Another name for a group.</summary>
public sealed class AliasOptions
{
    /// <summary>The name applications use. Null: the key of this entry.</summary>
    public string? Name { get; set; }

    /// <summary>The group it stands for; required.</summary>
    public string? Target { get; set; }
}

namespace LlmStack;

/// <summary>Another name for a group or a model; with stars in it, a pattern of names.</summary>
public sealed class AliasOptions
{
    /// <summary>The name applications use, for instance <c>quick</c> or <c>claude-*</c>; up to 8 stars. Null: the key of this entry.</summary>
    public string? Name { get; set; }

    /// <summary>
    /// The group or <c>provider/model</c> it stands for; required. The n-th star of <c>provider/model</c> receives what the n-th star of the
    /// name stands for; with fewer stars than the name it receives the requested name whole, without that name's provider.
    /// </summary>
    public string? Target { get; set; }
}

using Microsoft.Extensions.AI;

namespace LlmStack;

/// <summary>A group to fall back to.</summary>
public sealed class FallbackOptions
{
    /// <summary>The group. Null: the key of this entry.</summary>
    public string? Group { get; set; }

    /// <summary>Lower is tried first; fallbacks that say what they are for come before those for anything. Default 0.</summary>
    public int Order { get; set; }

    /// <summary>The kinds of error it is for, by name. Empty, and no <see cref="StatusCodes"/>: those another deployment could cure; content policy only when named.</summary>
    public List<string> Kinds { get; set; } = [];

    /// <summary>HTTP statuses it is for, 400 to 599.</summary>
    public List<int> StatusCodes { get; set; } = [];

    /// <summary>Replaces the caller's temperature. Null: kept.</summary>
    public float? Temperature { get; set; }

    /// <summary>Replaces the caller's nucleus sampling. Null: kept.</summary>
    public float? TopP { get; set; }

    /// <summary>Replaces the caller's cap of output tokens; 1 or more. Null: kept.</summary>
    public int? MaxOutputTokens { get; set; }

    /// <summary>Further fields of the request, set over the caller's; values that read as numbers or true/false are sent as such.</summary>
    public Dictionary<string, string> Extra { get; set; } = new(StringComparer.Ordinal);

    /// <summary>What code changes in the options of a chat; runs last.</summary>
    internal Action<ChatOptions>? Rewrite { get; private set; }

    /// <summary>Changes the options of a chat on the way to this fallback, after the values above.</summary>
    /// <param name="rewrite">Changes a copy of the caller's options.</param>
    public FallbackOptions RewriteWith(Action<ChatOptions> rewrite)
    {
        ArgumentNullException.ThrowIfNull(rewrite);
        Rewrite = rewrite;
        return this;
    }
}

namespace LlmStack;

/// <summary>Whether repeating a failed call can help.</summary>
public enum LlmRetryability
{
    /// <summary>Repeating cannot help anywhere.</summary>
    Never,

    /// <summary>Another deployment may succeed; the one that refused will refuse again.</summary>
    Elsewhere,

    /// <summary>The same deployment may succeed later.</summary>
    Transient,
}

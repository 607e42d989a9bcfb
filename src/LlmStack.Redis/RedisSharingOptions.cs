namespace LlmStack;

/// <summary>What instances of an application share through Redis, and how.</summary>
public sealed class RedisSharingOptions
{
    /// <summary>Keys begin with this; instances with the same prefix share. 1 to 64 letters, digits, <c>-</c>, <c>_</c>, <c>.</c> and <c>:</c>. Default <c>llmstack</c>.</summary>
    public string KeyPrefix { get; set; } = "llmstack";

    /// <summary>
    /// Instances exchange this often; 10 ms to 10 s. What another one uses counts here after at most two intervals and two round trips.
    /// Default 100 ms.
    /// </summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>An exchange that takes longer has failed; 50 ms to 1 min. No call waits for it. Default 1 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>After five failures in a row it is tried again ever more seldom, at last this often; 100 ms to 1 min. Default 5 s.</summary>
    public TimeSpan LongestPause { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Values of limits and budgets that are exchanged at most; 100 to 1,000,000, about 300 bytes each. Further ones count in this
    /// process alone until others are no longer used. Default 50,000.
    /// </summary>
    public int MaxScopes { get; set; } = 50_000;

    /// <summary>Whether limits and budgets are shared. Default true.</summary>
    public bool ShareLimits { get; set; } = true;

    /// <summary>Whether cooldowns of deployments and keys are shared. Default true.</summary>
    public bool ShareCooldowns { get; set; } = true;

    /// <summary>Whether latency estimates are shared. Default true.</summary>
    public bool ShareLatency { get; set; } = true;

    /// <summary>Whether sessions, conversations and cached prompts stay with their deployment whichever instance is called. Default true.</summary>
    public bool ShareStickiness { get; set; } = true;
}

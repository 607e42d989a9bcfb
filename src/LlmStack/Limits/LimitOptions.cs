namespace LlmStack;

/// <summary>What may be used in any window of time. Exactly the limit is allowed, one more is not. What is null is not limited.</summary>
public sealed class LimitOptions
{
    /// <summary>Which calls it is about. Default: all together.</summary>
    public ScopeOptions Scope { get; set; } = new();

    /// <summary>The length of the window, which slides; 0.1 s to 366 days. Default 1 minute.</summary>
    public TimeSpan Window { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Requests; 1 to 10¹². Of callers a call counts once, of providers, models and deployments each attempt that was sent.</summary>
    public long? Requests { get; set; }

    /// <summary>Input tokens; 1 to 10¹².</summary>
    public long? InputTokens { get; set; }

    /// <summary>Output tokens; 1 to 10¹².</summary>
    public long? OutputTokens { get; set; }

    /// <summary>Input and output tokens together; 1 to 10¹².</summary>
    public long? TotalTokens { get; set; }

    /// <summary>Calls under way at a time, whatever the window; 1 to 1,000,000.</summary>
    public int? ConcurrentCalls { get; set; }

    /// <summary>US dollars; more than 0, at most 1,000,000,000.</summary>
    public decimal? Cost { get; set; }

    /// <summary>What happens to calls of unknown price under <see cref="Cost"/>. Default <see cref="UnknownPriceBehavior.AssumeMax"/>.</summary>
    public UnknownPriceBehavior UnknownPrice { get; set; }

    /// <summary>What a call does when it is used up and no deployment is outside it. Default <see cref="LimitBehavior.Fail"/>.</summary>
    public LimitBehavior WhenReached { get; set; }

    /// <summary>The longest wait with <see cref="LimitBehavior.WaitUpTo"/>, of one call in sum; more than 0, at most 24 days. Default 10 s.</summary>
    public TimeSpan MaxWait { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Parts kept for some calls and lent to others while idle, by any id.</summary>
    public Dictionary<string, LimitShareOptions> Shares { get; set; } = new(StringComparer.OrdinalIgnoreCase);
}

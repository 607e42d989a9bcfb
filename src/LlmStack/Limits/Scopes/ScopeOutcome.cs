namespace LlmStack.Limits.Scopes;

/// <summary>What was really used, in the place of what was reserved.</summary>
internal readonly record struct ScopeOutcome
{
    /// <summary>Stands for a number that nobody knows: what was reserved stays.</summary>
    public const long Unknown = -1;

    /// <summary>Nothing was sent.</summary>
    public static ScopeOutcome Nothing => default;

    /// <summary>Whether the request left.</summary>
    public bool Sent { get; init; }

    public long InputTokens { get; init; }

    public long OutputTokens { get; init; }

    /// <summary>In 10⁻⁹ US dollars; <see cref="Unknown"/> when the price or the usage is.</summary>
    public long Cost { get; init; }

    /// <summary>The usage at the dearest known price; <see cref="Unknown"/> when the usage is.</summary>
    public long AssumedCost { get; init; }
}

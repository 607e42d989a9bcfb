namespace LlmStack.Limits.Scopes;

/// <summary>What is to be reserved.</summary>
internal readonly record struct ScopeDemand
{
    /// <summary>Now, in <see cref="TimeProvider"/> timestamp ticks.</summary>
    public long Now { get; init; }

    /// <summary>Now in ticks of UTC; 0 where no rule looks at the calendar.</summary>
    public long UtcTicks { get; init; }

    public long InputTokens { get; init; }

    public long OutputTokens { get; init; }

    /// <summary>The cost to expect in 10⁻⁹ US dollars; -1 when the price is unknown.</summary>
    public long Cost { get; init; }

    /// <summary>All of it together, where the cost is known.</summary>
    public UsedAmounts AmountsWith(long requests) => new(requests, InputTokens, OutputTokens, Cost);

    /// <summary>What it would cost at the dearest known price, for calls whose own is unknown.</summary>
    public long AssumedCost { get; init; }

    /// <summary>Whether the price is known to be 0: such a call passes an exhausted budget.</summary>
    public bool IsFree { get; init; }

    public int Priority { get; init; }

    /// <summary>Who calls, where shares of a limit belong to tags.</summary>
    public LlmContext Context { get; init; }
}

namespace LlmStack.Limits.Scopes;

/// <summary>What is used of one share of a limit.</summary>
internal sealed class LimitShareUse(long partTicks)
{
    public SlidingUse Use = new(partTicks);

    public long Running { get; set; }

    /// <summary>Until then its part is kept free.</summary>
    public long WantedUntil { get; set; } = long.MinValue;

    public long Of(LimitAmount amount) => amount switch
    {
        LimitAmount.Requests => Use.Sum.Requests,
        LimitAmount.Running => Running,
        LimitAmount.Input => Use.Sum.InputTokens,
        LimitAmount.Output => Use.Sum.OutputTokens,
        LimitAmount.Total => Use.Sum.TotalTokens,
        _ => Use.Sum.Cost,
    };
}

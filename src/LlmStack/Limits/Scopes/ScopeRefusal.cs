namespace LlmStack.Limits.Scopes;

/// <summary>Which rule refuses a call, and for how long.</summary>
/// <param name="Rule">The limit or budget; null when nothing refuses.</param>
/// <param name="Counter">The counter that is full.</param>
/// <param name="Amount">What of it is used up, for instance <c>requests</c>.</param>
/// <param name="Wait">
/// Until it would fit: <see cref="Never"/> when it does not fit even into an empty window, <see cref="UntilRelease"/> when another call
/// must end first.
/// </param>
internal readonly record struct ScopeRefusal(ScopeRule? Rule, ScopeCounter? Counter, string Amount, TimeSpan Wait)
{
    public static readonly TimeSpan Never = TimeSpan.MaxValue;

    public static readonly TimeSpan UntilRelease = Timeout.InfiniteTimeSpan;

    public bool Refuses => Rule is not null;

    /// <summary>What a caller may be told to wait; null when nobody can say.</summary>
    public TimeSpan? RetryAfter => Wait == Never || Wait == UntilRelease ? null : Wait;

    /// <summary>The reason as a constant text.</summary>
    public string Reason => Amount == ScopeAmountNames.Price ? Rule!.NoPrice : Wait == Never ? Rule!.TooLarge : Rule!.UsedUp;
}

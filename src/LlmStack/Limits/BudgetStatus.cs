namespace LlmStack;

/// <summary>What is spent of a budget.</summary>
/// <param name="Id">The budget's id in the configuration.</param>
/// <param name="Scope">Whose it is, for instance <c>team=search</c>; <c>all calls</c> for everybody's.</param>
/// <param name="Amount">What may be spent, in US dollars; null for one that only tells.</param>
/// <param name="Spent">What was spent in its window, in US dollars.</param>
/// <param name="Reserved">What calls under way will probably spend, in US dollars.</param>
/// <param name="ResetsIn">When its window ends; null when it does not, or has not begun.</param>
public sealed record BudgetStatus(string Id, string Scope, decimal? Amount, decimal Spent, decimal Reserved, TimeSpan? ResetsIn)
{
    /// <summary>What is left, in US dollars; 0 when calls cost more than expected; null for a budget that only tells.</summary>
    public decimal? Remaining => Amount is { } amount ? Math.Max(0, amount - Spent - Reserved) : null;
}

using LlmStack.Limits.Scopes;

namespace LlmStack.Limits.Budgets;

/// <summary>A budget of the configuration, or one that an application opened: what may be spent in a window.</summary>
internal sealed class BudgetRule(string id, ScopePattern pattern, ScopeTable table) : ScopeRule(id, pattern, table)
{
    /// <summary>In 10⁻⁹ US dollars.</summary>
    public required long Amount { get; init; }

    /// <summary>What is told when it is reached, in 10⁻⁹ US dollars, in rising order.</summary>
    public long[] Soft { get; init; } = [];

    /// <summary>Whether more than <see cref="Amount"/> is refused; false for one that only tells.</summary>
    public bool IsHard { get; init; } = true;

    /// <summary>Whether each call has the whole amount for itself.</summary>
    public bool PerCall { get; init; }

    /// <summary>The periods of the calendar; null for other windows.</summary>
    public CalendarPeriods? Calendar { get; init; }

    public IBudgetListener? Listener { get; init; }

    public override bool IsPerCall => PerCall;

    public override bool CountsAttempts => true;

    public override bool CountsCost => true;

    public override LlmErrorKind ErrorKind => LlmErrorKind.BudgetExceeded;

    public override string UsedUp => field ??= $"the budget '{Id}' has too little left";

    public override string TooLarge => field ??= Calendar is null && Table.IsEndless ? UsedUp : $"the call would probably cost more than the whole budget '{Id}'";
}

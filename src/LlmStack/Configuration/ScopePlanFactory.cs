using LlmStack.Limits.Budgets;
using LlmStack.Limits.Scopes;

namespace LlmStack.Configuration;

/// <summary>Turns validated limits and budgets into rules over counters that outlive them.</summary>
internal sealed class ScopePlanFactory(ScopeRegistry registry, IBudgetListener listener)
{
    /// <summary>The window of a budget that each call has for itself.</summary>
    public const string PerCallWindow = "call";

    /// <summary>About the length of a period, for whoever keeps its use.</summary>
    private static readonly TimeSpan[] PeriodLengths = [TimeSpan.FromDays(31), TimeSpan.FromDays(7), TimeSpan.FromDays(1)];

    /// <summary>Null without limits and budgets.</summary>
    public ScopePlan? Make(LlmStackOptions options)
    {
        ScopeRegistry.Lease tables = registry.Begin();
        List<ScopeRule> rules = [];
        List<string> windows = [];
        foreach ((string id, LimitOptions limit) in options.Limits)
        {
            rules.Add(Limit(tables, id, limit));
            windows.Add(WindowOf(limit));
        }

        foreach ((string id, BudgetOptions budget) in options.Budgets)
        {
            rules.Add(Budget(tables, id, budget));
            windows.Add(WindowOf(budget));
        }

        tables.Commit();
        for (int i = 0; i < rules.Count; i++)
        {
            // An entry for a value takes it out of the star, if they count over the same time.
            rules[i].MoreSpecific = [.. rules.Where((other, k) => windows[k] == windows[i] && other.GetType() == rules[i].GetType() && other.Pattern.IsMoreSpecificThan(rules[i].Pattern))];
        }

        return rules.Count == 0 ? null : new ScopePlan(rules) { UsesCalendar = rules.Exists(static rule => rule is BudgetRule { Calendar: not null }) };
    }

    /// <summary>Over which time a limit counts, as text to compare.</summary>
    public static string WindowOf(LimitOptions limit) => FormattableString.Invariant($"{limit.Window.TotalSeconds}");

    public static string WindowOf(BudgetOptions budget) =>
        budget.PerCall ? PerCallWindow
        : budget.Window == BudgetWindow.Rolling ? FormattableString.Invariant($"rolling-{budget.Length?.TotalSeconds}")
        : budget.Window == BudgetWindow.None ? "none"
        : $"{budget.Period}-{budget.TimeZone ?? "UTC"}".ToLowerInvariant();

    public static ScopePattern PatternOf(ScopeOptions scope) => new(PartsOf(scope).Where(static part => part.Value is not null).Select(static part => (part.Dimension, part.Value!.Trim())));

    public static IEnumerable<(ScopeDimension Dimension, string Name, string? Value)> PartsOf(ScopeOptions scope) =>
    [
        (ScopeDimension.Project, nameof(scope.Project), scope.Project),
        (ScopeDimension.Team, nameof(scope.Team), scope.Team),
        (ScopeDimension.User, nameof(scope.User), scope.User),
        (ScopeDimension.Key, nameof(scope.Key), scope.Key),
        (ScopeDimension.Session, nameof(scope.Session), scope.Session),
        (ScopeDimension.Feature, nameof(scope.Feature), scope.Feature),
        (ScopeDimension.Tag, nameof(scope.Tag), scope.Tag),
        (ScopeDimension.Provider, nameof(scope.Provider), scope.Provider),
        (ScopeDimension.Model, nameof(scope.Model), scope.Model),
        (ScopeDimension.Deployment, nameof(scope.Deployment), scope.Deployment),
    ];

    private static LimitRule Limit(ScopeRegistry.Lease tables, string id, LimitOptions limit)
    {
        ScopePattern pattern = PatternOf(limit.Scope);
        LimitShare[] shares = [.. limit.Shares.OrderBy(static pair => pair.Key, StringComparer.Ordinal).Select(static pair => new LimitShare(pair.Key, pair.Value.Tag?.Trim(), pair.Value.Priority, pair.Value.Share!.Value))];
        return new LimitRule(id, pattern, tables.OfLimit(id, pattern, limit.Window, shares.Select(static share => share.Id)))
        {
            Requests = limit.Requests ?? LimitRule.None,
            InputTokens = limit.InputTokens ?? LimitRule.None,
            OutputTokens = limit.OutputTokens ?? LimitRule.None,
            TotalTokens = limit.TotalTokens ?? LimitRule.None,
            Running = limit.ConcurrentCalls ?? LimitRule.None,
            Cost = limit.Cost is { } cost ? Money.FromDollars(cost) : LimitRule.None,
            UnknownPrice = limit.UnknownPrice,
            Window = limit.Window,
            Wait = limit.WhenReached == LimitBehavior.WaitUpTo ? limit.MaxWait : TimeSpan.Zero,
            Shares = shares,
        };
    }

    private BudgetRule Budget(ScopeRegistry.Lease tables, string id, BudgetOptions budget)
    {
        ScopePattern pattern = PatternOf(budget.Scope);
        bool isCalendar = !budget.PerCall && budget.Window == BudgetWindow.Calendar;
        bool isRolling = !budget.PerCall && budget.Window == BudgetWindow.Rolling;
        TimeSpan length = isRolling ? budget.Length!.Value : isCalendar ? PeriodLengths[(int)budget.Period] : TimeSpan.MaxValue;
        decimal amount = budget.Amount ?? 0;
        IEnumerable<decimal> soft = budget.SoftPercentages.Select(percentage => amount * (decimal)percentage / 100);
        return new BudgetRule(id, pattern, tables.OfBudget(id, pattern, WindowOf(budget), length, isRolling))
        {
            Amount = budget.Amount is null ? LimitRule.None : Money.FromDollars(amount),
            IsHard = budget.Amount is not null,
            Soft = [.. soft.Concat(budget.SoftAmount is { } one ? [one] : []).Select(Money.FromDollars).Distinct().Order()],
            PerCall = budget.PerCall,
            Calendar = isCalendar ? new CalendarPeriods(budget.Period, budget.TimeZone is { } zone ? TimeZoneInfo.FindSystemTimeZoneById(zone.Trim()) : TimeZoneInfo.Utc) : null,
            UnknownPrice = budget.UnknownPrice,
            Listener = listener,
        };
    }
}

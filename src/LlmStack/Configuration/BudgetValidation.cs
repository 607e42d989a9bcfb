using LlmStack.Limits.Budgets;

namespace LlmStack.Configuration;

/// <summary>Checks budgets.</summary>
internal static class BudgetValidation
{
    private static readonly TimeSpan ShortestWindow = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWindow = TimeSpan.FromDays(366);

    public static void Validate(LlmStackOptions options, OptionsProblems problems)
    {
        string root = $"{LlmStackOptions.SectionName}:{nameof(options.Budgets)}";
        foreach ((string id, BudgetOptions? budget) in options.Budgets)
        {
            string path = $"{root}:{id}";
            problems.Name(path, id, slashes: true);
            if (budget is null)
            {
                problems.Add(path, null, "a budget");
                continue;
            }

            ScopeValidation.Validate($"{path}:{nameof(budget.Scope)}", budget.Scope, options, problems);
            Amounts(path, budget, problems);
            LimitValidation.Defined(problems, $"{path}:{nameof(budget.UnknownPrice)}", budget.UnknownPrice);
            Window(path, budget, problems);
        }

        ScopeValidation.Distinct(root, options.Budgets.Where(static pair => pair.Value is not null), static budget => budget.Scope ?? new(), ScopePlanFactory.WindowOf, static (_, _) => "calls", problems);
    }

    private static void Amounts(string path, BudgetOptions budget, OptionsProblems problems)
    {
        if (budget.Amount is < 0 or > Money.Most)
        {
            problems.Add($"{path}:{nameof(budget.Amount)}", budget.Amount, "US dollars, 0 to 1000000000");
        }
        else if (budget.Amount is null && budget.SoftAmount is null)
        {
            problems.Add($"{path}:{nameof(budget.Amount)}", null, $"US dollars, 0 to 1000000000, or a {nameof(budget.SoftAmount)}");
        }

        if (budget.SoftAmount is <= 0 or > Money.Most || budget.SoftAmount > budget.Amount)
        {
            problems.Add($"{path}:{nameof(budget.SoftAmount)}", budget.SoftAmount, $"US dollars, more than 0 and not more than {nameof(budget.Amount)}");
        }

        for (int i = 0; i < budget.SoftPercentages.Count; i++)
        {
            problems.Above0($"{path}:{nameof(budget.SoftPercentages)}:{i}", budget.SoftPercentages[i], 100);
        }

        if (budget.SoftPercentages.Count > 0 && budget.Amount is null)
        {
            problems.Say($"{path}:{nameof(budget.SoftPercentages)}", $"is a part of nothing; allowed: together with {nameof(budget.Amount)}");
        }
    }

    private static void Window(string path, BudgetOptions budget, OptionsProblems problems)
    {
        LimitValidation.Defined(problems, $"{path}:{nameof(budget.Window)}", budget.Window);
        LimitValidation.Defined(problems, $"{path}:{nameof(budget.Period)}", budget.Period);
        if (budget.PerCall)
        {
            if (budget.Length is not null || budget.TimeZone is not null || budget.Window == BudgetWindow.Rolling)
            {
                problems.Say(path, $"has a window, and {nameof(budget.PerCall)}; allowed: one of them");
            }

            if ((budget.Scope?.Provider ?? budget.Scope?.Model ?? budget.Scope?.Deployment) is not null)
            {
                problems.Say($"{path}:{nameof(budget.Scope)}", $"looks at deployments, and the budget is {nameof(budget.PerCall)}; allowed: callers, because the attempts of a call go to several deployments");
            }

            return;
        }

        if (budget.Window == BudgetWindow.Rolling ? budget.Length is null || budget.Length < ShortestWindow || budget.Length > LongestWindow : budget.Length is not null)
        {
            problems.Add($"{path}:{nameof(budget.Length)}", budget.Length, budget.Window == BudgetWindow.Rolling ? "a time, 1 s to 366 days" : $"nothing, except for the window {nameof(BudgetWindow.Rolling)}");
        }

        if (budget.TimeZone is { } zone && (budget.Window != BudgetWindow.Calendar || string.IsNullOrWhiteSpace(zone) || !TimeZoneInfo.TryFindSystemTimeZoneById(zone.Trim(), out _)))
        {
            problems.Add($"{path}:{nameof(budget.TimeZone)}", zone, budget.Window == BudgetWindow.Calendar ? "the id of a time zone that this machine knows, for instance Europe/Berlin" : $"nothing, except for the window {nameof(BudgetWindow.Calendar)}");
        }
    }
}

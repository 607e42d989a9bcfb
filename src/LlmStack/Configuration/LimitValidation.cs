using LlmStack.Limits.Budgets;

namespace LlmStack.Configuration;

/// <summary>Checks limits.</summary>
internal static class LimitValidation
{
    private const long MostCounted = 1_000_000_000_000;
    private const int MostCalls = 1_000_000;
    private const int LeastUrgent = 9;

    private static readonly TimeSpan ShortestWindow = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestWindow = TimeSpan.FromDays(366);

    public static void Validate(LlmStackOptions options, OptionsProblems problems)
    {
        string root = $"{LlmStackOptions.SectionName}:{nameof(options.Limits)}";
        foreach ((string id, LimitOptions? limit) in options.Limits)
        {
            string path = $"{root}:{id}";
            problems.Name(path, id, slashes: true);
            if (limit is null)
            {
                problems.Add(path, null, "a limit");
                continue;
            }

            ScopeValidation.Validate($"{path}:{nameof(limit.Scope)}", limit.Scope, options, problems);
            problems.Between($"{path}:{nameof(limit.Requests)}", limit.Requests, 1, MostCounted);
            problems.Between($"{path}:{nameof(limit.InputTokens)}", limit.InputTokens, 1, MostCounted);
            problems.Between($"{path}:{nameof(limit.OutputTokens)}", limit.OutputTokens, 1, MostCounted);
            problems.Between($"{path}:{nameof(limit.TotalTokens)}", limit.TotalTokens, 1, MostCounted);
            problems.Between($"{path}:{nameof(limit.ConcurrentCalls)}", limit.ConcurrentCalls, 1, MostCalls);
            if (limit.Cost is <= 0 or > Money.Most)
            {
                problems.Add($"{path}:{nameof(limit.Cost)}", limit.Cost, "US dollars, more than 0 and at most 1000000000");
            }

            if ((limit.Requests ?? limit.InputTokens ?? limit.OutputTokens ?? limit.TotalTokens ?? limit.ConcurrentCalls) is null && limit.Cost is null)
            {
                problems.Say(path, $"limits nothing; allowed: at least one of {nameof(limit.Requests)}, {nameof(limit.InputTokens)}, {nameof(limit.OutputTokens)}, {nameof(limit.TotalTokens)}, {nameof(limit.ConcurrentCalls)}, {nameof(limit.Cost)}");
            }

            if (limit.Window < ShortestWindow || limit.Window > LongestWindow)
            {
                problems.Add($"{path}:{nameof(limit.Window)}", limit.Window, "a time, 0.1 s to 366 days, for instance 00:01:00");
            }

            Defined(problems, $"{path}:{nameof(limit.WhenReached)}", limit.WhenReached);
            Defined(problems, $"{path}:{nameof(limit.UnknownPrice)}", limit.UnknownPrice);
            problems.Positive($"{path}:{nameof(limit.MaxWait)}", limit.MaxWait);
            Shares($"{path}:{nameof(limit.Shares)}", limit, problems);
        }

        ScopeValidation.Distinct(root, options.Limits.Where(static pair => pair.Value is not null), static limit => limit.Scope ?? new(), ScopePlanFactory.WindowOf, Common, problems);
    }

    public static void Defined<T>(OptionsProblems problems, string path, T value)
        where T : struct, Enum
    {
        if (!Enum.IsDefined(value))
        {
            problems.Add(path, value, string.Join(", ", Enum.GetNames<T>()));
        }
    }

    private static void Shares(string path, LimitOptions limit, OptionsProblems problems)
    {
        double sum = 0;
        HashSet<(string?, int?)> classes = [];
        foreach ((string id, LimitShareOptions? share) in limit.Shares)
        {
            if (share?.Share is null or <= 0 or > 1 or double.NaN)
            {
                problems.Add($"{path}:{id}:{nameof(share.Share)}", share?.Share, "a number above 0, at most 1");
                continue;
            }

            sum += share.Share.Value;
            problems.Between($"{path}:{id}:{nameof(share.Priority)}", share.Priority, 0, LeastUrgent);
            if (share.Tag is null && share.Priority is null)
            {
                problems.Say($"{path}:{id}", $"is kept for nobody; allowed: a {nameof(share.Tag)}, a {nameof(share.Priority)} or both");
            }
            else if (share.Tag is { } tag && string.IsNullOrWhiteSpace(tag))
            {
                problems.Add($"{path}:{id}:{nameof(share.Tag)}", tag, "a tag");
            }
            else if (!classes.Add((share.Tag?.Trim(), share.Priority)))
            {
                problems.Say($"{path}:{id}", "is kept for the same calls as another share; allowed: each once");
            }
        }

        if (sum > 1.000_000_001)
        {
            problems.Add(path, sum, "shares that are at most 1 together");
        }
    }

    private static string? Common(LimitOptions a, LimitOptions b) =>
        Both(a.Requests, b.Requests) ? nameof(a.Requests)
        : Both(a.InputTokens, b.InputTokens) ? nameof(a.InputTokens)
        : Both(a.OutputTokens, b.OutputTokens) ? nameof(a.OutputTokens)
        : Both(a.TotalTokens, b.TotalTokens) ? nameof(a.TotalTokens)
        : Both(a.ConcurrentCalls, b.ConcurrentCalls) ? nameof(a.ConcurrentCalls)
        : Both(a.Cost, b.Cost) ? nameof(a.Cost)
        : null;

    private static bool Both<T>(T? a, T? b)
        where T : struct => a is not null && b is not null;
}

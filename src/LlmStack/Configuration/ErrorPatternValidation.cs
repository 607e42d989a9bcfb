using LlmStack.Providers;

namespace LlmStack.Configuration;

/// <summary>Checks the users' own patterns of errors.</summary>
internal static class ErrorPatternValidation
{
    private const string Root = LlmStackOptions.SectionName + ":" + nameof(LlmStackOptions.ErrorPatterns);

    /// <summary>What a provider's answer can mean; the other kinds are findings of our own.</summary>
    private static readonly string[] Kinds =
    [
        .. Enum.GetValues<LlmErrorKind>()
            .Where(static kind => kind is not (LlmErrorKind.Unknown or LlmErrorKind.StreamInterrupted or LlmErrorKind.NoCandidate or LlmErrorKind.LimitExceeded or LlmErrorKind.BudgetExceeded
                or LlmErrorKind.PolicyDenied or LlmErrorKind.Configuration or LlmErrorKind.Cancelled))
            .Select(static kind => kind.ToString()),
    ];

    public static void Validate(LlmStackOptions options, OptionsProblems problems)
    {
        foreach ((string id, ErrorPatternOptions? entry) in options.ErrorPatterns)
        {
            string path = $"{Root}:{id}";
            ErrorPatternOptions pattern = entry ?? new ErrorPatternOptions();
            if (pattern.Provider?.Trim() is { } provider && !options.Providers.ContainsKey(provider))
            {
                problems.Add($"{path}:{nameof(pattern.Provider)}", provider, "a provider, " + NearMatches.OneOf(provider, options.Providers.Keys));
            }

            if (!Kinds.Contains(pattern.Kind, StringComparer.OrdinalIgnoreCase))
            {
                problems.Add($"{path}:{nameof(pattern.Kind)}", pattern.Kind, NearMatches.OneOf(pattern.Kind, Kinds));
            }

            if (pattern is { Status: null, Contains: null, Matches: null })
            {
                problems.Say(path, $"fits every error; allowed: a pattern with {nameof(pattern.Status)}, {nameof(pattern.Contains)} or {nameof(pattern.Matches)}");
            }

            problems.Between($"{path}:{nameof(pattern.Status)}", pattern.Status, 300, 599);
            Text($"{path}:{nameof(pattern.Contains)}", pattern.Contains, problems);
            Text($"{path}:{nameof(pattern.Matches)}", pattern.Matches, problems);
            Expression($"{path}:{nameof(pattern.Matches)}", pattern.Matches, problems);
        }
    }

    private static void Text(string path, string? text, OptionsProblems problems)
    {
        if (text is not null && string.IsNullOrWhiteSpace(text))
        {
            problems.Add(path, text, "a text that is not empty");
        }
    }

    private static void Expression(string path, string? pattern, OptionsProblems problems)
    {
        try
        {
            if (pattern is not null)
            {
                UserErrorPattern.Compile(pattern);
            }
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            problems.Add(path, pattern, "a regular expression without references back and looking around");
        }
    }
}

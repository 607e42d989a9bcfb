using LlmStack.Limits.Scopes;

namespace LlmStack.Configuration;

/// <summary>Checks what limits and budgets are about.</summary>
internal static class ScopeValidation
{
    public static void Validate(string path, ScopeOptions? scope, LlmStackOptions options, OptionsProblems problems)
    {
        int stars = 0;
        foreach ((ScopeDimension dimension, string name, string? value) in scope is null ? [] : ScopePlanFactory.PartsOf(scope))
        {
            if (value is null)
            {
                continue;
            }

            if (string.IsNullOrWhiteSpace(value))
            {
                problems.Add($"{path}:{name}", value, "an id, or * for each with a counter of its own");
            }
            else if (value.Trim() == ScopePattern.Each)
            {
                stars++;
            }
            else if (value.Contains('*', StringComparison.Ordinal))
            {
                problems.Add($"{path}:{name}", value, "an id, or * alone; patterns are not");
            }
            else if (dimension == ScopeDimension.Provider && !options.Providers.ContainsKey(value.Trim()))
            {
                problems.Add($"{path}:{name}", value, "a known provider, " + NearMatches.OneOf(value, options.Providers.Keys));
            }
        }

        if (stars > ScopePattern.MaxStars)
        {
            problems.Say(path, $"has {stars} stars; allowed: at most {ScopePattern.MaxStars}");
        }
    }

    /// <summary>Two entries that count the same calls over the same time: nobody could say which holds.</summary>
    public static void Distinct<T>(string path, IEnumerable<KeyValuePair<string, T>> entries, Func<T, ScopeOptions> scope, Func<T, string> window, Func<T, T, string?> common, OptionsProblems problems)
    {
        var seen = new List<(string Id, ScopePattern Pattern, string Window, T Entry)>();
        foreach ((string id, T entry) in entries)
        {
            (string Id, ScopePattern Pattern, string Window, T Entry) own = (id, ScopePlanFactory.PatternOf(scope(entry)), window(entry), entry);
            foreach ((string otherId, ScopePattern pattern, string otherWindow, T other) in seen)
            {
                if (own.Window == otherWindow && own.Pattern.IsSameAs(pattern) && common(other, entry) is { } amount)
                {
                    problems.Say($"{path}:{id}", $"has the scope ({pattern.Text}), the window and {amount} of {otherId}; allowed: each once");
                }
            }

            seen.Add(own);
        }
    }
}

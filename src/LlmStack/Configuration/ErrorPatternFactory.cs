using LlmStack.Providers;

namespace LlmStack.Configuration;

/// <summary>Makes the users' own patterns of errors out of checked options.</summary>
internal static class ErrorPatternFactory
{
    /// <summary>Null when there are none.</summary>
    public static UserErrorPatterns? Create(Dictionary<string, ErrorPatternOptions> options) => options.Count == 0
        ? null
        : new UserErrorPatterns(
        [
            .. options
                .OrderBy(static pair => pair.Value.Order)
                .ThenBy(static pair => pair.Key, StringComparer.Ordinal)
                .Select(static pair => new UserErrorPattern(
                    pair.Value.Provider?.Trim(),
                    pair.Value.Status,
                    pair.Value.Contains,
                    pair.Value.Matches is { } expression ? UserErrorPattern.Compile(expression) : null,
                    Enum.Parse<LlmErrorKind>(pair.Value.Kind!, ignoreCase: true))),
        ]);
}

using System.Globalization;
using System.Text.RegularExpressions;

namespace LlmStack.Providers.Http;

/// <summary>The users' own patterns of errors, in their order.</summary>
internal sealed class UserErrorPatterns(UserErrorPattern[] patterns)
{
    /// <summary>Null when there are none.</summary>
    public static UserErrorPatterns? Of(Dictionary<string, ErrorPatternOptions> options) => options.Count == 0
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
                    pair.Value.Matches is { } expression ? Expression(expression) : null,
                    Enum.Parse<LlmErrorKind>(pair.Value.Kind!, ignoreCase: true))),
        ]);

    /// <summary>An expression whose time grows with the text alone, because servers write what it is run over.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    /// <exception cref="NotSupportedException">It needs backtracking.</exception>
    public static Regex Expression(string pattern) => new(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.IgnoreCase);

    /// <summary>What the first pattern that fits says; null when none does.</summary>
    public LlmErrorKind? Find(string provider, int? status, in ErrorBody body)
    {
        foreach (UserErrorPattern pattern in patterns)
        {
            if (pattern.Fits(provider, status, body))
            {
                return pattern.Kind;
            }
        }

        return null;
    }

    /// <summary>As <see cref="Find"/>, for an error inside an answer that came with a good status.</summary>
    public LlmErrorKind? FindInBand(string provider, int? status, in ErrorBody body) =>
        Find(provider, int.TryParse(body.Code, NumberStyles.None, CultureInfo.InvariantCulture, out int own) && own is >= 300 and < 600 ? own : status, body);
}

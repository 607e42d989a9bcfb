namespace LlmStack.Configuration;

/// <summary>The kinds of failure that settings may name.</summary>
internal static class KindNames
{
    /// <summary>A caller's own cancellation is no failure that anything here could cure.</summary>
    private static readonly string[] All = [.. Enum.GetNames<LlmErrorKind>().Where(static kind => kind != nameof(LlmErrorKind.Cancelled))];

    public static void Check(string path, string? kind, OptionsProblems problems)
    {
        if (!All.Contains(kind, StringComparer.OrdinalIgnoreCase))
        {
            problems.Add(path, kind, NearMatches.OneOf(kind, All));
        }
    }
}

namespace LlmStack.Testing.Simulation;

/// <summary>Counts by kind, as reports show them.</summary>
internal static class KindCounts
{
    /// <summary>The kinds that occurred, in the order of the enumeration.</summary>
    public static IReadOnlyDictionary<LlmErrorKind, long> Of(long[] counts)
    {
        var result = new SortedDictionary<LlmErrorKind, long>();
        for (int kind = 0; kind < counts.Length; kind++)
        {
            if (counts[kind] > 0)
            {
                result[(LlmErrorKind)kind] = counts[kind];
            }
        }

        return result;
    }

    /// <summary>For instance <c>ServerError 12, Timeout 1</c>; <c>none</c> when nothing was counted.</summary>
    public static string Text(IReadOnlyDictionary<LlmErrorKind, long> counts) =>
        counts.Count == 0 ? "none" : string.Join(", ", counts.Select(static pair => FormattableString.Invariant($"{pair.Key} {pair.Value}")));
}

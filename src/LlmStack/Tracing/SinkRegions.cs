namespace LlmStack.Tracing;

/// <summary>The regions a sink is marked for.</summary>
internal static class SinkRegions
{
    public static bool Contains(IReadOnlyList<string> regions, string region)
    {
        for (int i = 0; i < regions.Count; i++)
        {
            if (regions[i] == "*" || string.Equals(regions[i], region, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}

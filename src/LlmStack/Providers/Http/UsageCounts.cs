using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Http;

/// <summary>Counts for which the type of a usage has no property of its own.</summary>
internal static class UsageCounts
{
    /// <summary>Adds a count that is known and not 0.</summary>
    public static void Add(UsageDetails usage, string key, long? count)
    {
        if (count is > 0)
        {
            (usage.AdditionalCounts ??= [])[key] = count.Value;
        }
    }
}

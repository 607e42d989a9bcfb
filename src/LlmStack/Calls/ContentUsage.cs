using Microsoft.Extensions.AI;

namespace LlmStack.Calls;

/// <summary>The usage that travels among contents.</summary>
internal static class ContentUsage
{
    public static UsageDetails? Of(IList<AIContent> contents)
    {
        for (int i = 0; i < contents.Count; i++)
        {
            if (contents[i] is UsageContent usage)
            {
                return usage.Details;
            }
        }

        return null;
    }
}

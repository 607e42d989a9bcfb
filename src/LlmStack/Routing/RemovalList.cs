namespace LlmStack.Routing;

/// <summary>Adds removals to a list that has one entry for each filter.</summary>
internal static class RemovalList
{
    public static void Add(List<FilterRemoval> removals, string filter, int count, string reason)
    {
        for (int i = 0; i < removals.Count; i++)
        {
            if (removals[i].Filter == filter)
            {
                removals[i] = removals[i] with { Count = removals[i].Count + count };
                return;
            }
        }
        removals.Add(new FilterRemoval(filter, count, reason));
    }
}

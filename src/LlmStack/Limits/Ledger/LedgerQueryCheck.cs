namespace LlmStack.Limits.Ledger;

/// <summary>Says what is wrong with a question.</summary>
internal static class LedgerQueryCheck
{
    public static void Check(LedgerQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (query.From >= query.To)
        {
            throw new ArgumentException($"{nameof(query.From)} is {query.From:O} and {nameof(query.To)} is {query.To:O}; allowed: a {nameof(query.To)} after {nameof(query.From)}.", nameof(query));
        }

        if (!Enum.IsDefined(query.Interval))
        {
            throw new ArgumentException($"{nameof(query.Interval)} is {query.Interval}; allowed: {string.Join(", ", Enum.GetNames<LedgerInterval>())}.", nameof(query));
        }

        for (int i = 0; i < query.GroupBy.Count; i++)
        {
            CheckDimension(nameof(query.GroupBy), query.GroupBy[i]);
            for (int earlier = 0; earlier < i; earlier++)
            {
                if (query.GroupBy[earlier] == query.GroupBy[i])
                {
                    throw new ArgumentException($"{nameof(query.GroupBy)} has {query.GroupBy[i]} twice; allowed: each dimension once.", nameof(query));
                }
            }
        }

        foreach (LedgerDimension dimension in query.Where.Keys)
        {
            CheckDimension(nameof(query.Where), dimension);
        }
    }

    private static void CheckDimension(string field, LedgerDimension dimension)
    {
        if (!Enum.IsDefined(dimension))
        {
            throw new ArgumentException($"{field} has the dimension {(int)dimension}; allowed: {string.Join(", ", Enum.GetNames<LedgerDimension>())}.", nameof(dimension));
        }
    }
}

namespace LlmStack.Routing;

/// <summary>Tells from what a route keeps which candidates its last pick looked at, and what the filters removed.</summary>
internal static class RouteCandidates
{
    public const int Most = 10;

    /// <summary>The survivors of the static filters that were looked at, first those of the scanned tier; at most <see cref="Most"/>.</summary>
    public static IReadOnlyList<CandidateExplanation> Of(CallRoute route, StaticSet? set, int scannedTier, IReadOnlyList<CandidateRemoval>? removed)
    {
        var result = new List<CandidateExplanation>();
        if (set is not null && scannedTier >= 0)
        {
            foreach (Member member in set.Tiers[scannedTier].Members)
            {
                if (result.Count < Most && !IsIn(removed, member) && !ReferenceEquals(member.Deployment, route.Served))
                {
                    result.Add(Of(member.Deployment, member.Order, filter: null, "passed the filters"));
                }
            }
        }
        for (int i = 0; i < (removed?.Count ?? 0) && result.Count < Most; i++)
        {
            (Member member, string filter, string reason) = removed![i];
            result.Add(Of(member.Deployment, member.Order, filter, reason));
        }
        if (route.Served is { } served)
        {
            result.Insert(0, Of(served, order: 0, filter: null, route.Reason ?? "picked"));
        }
        return result.Count > Most ? result.GetRange(0, Most) : result;
    }

    /// <summary>What static filters removed from the group, and the others from those looked at; null when nothing was removed.</summary>
    public static IReadOnlyList<FilterRemoval>? Removals(StaticSet? set, IReadOnlyList<CandidateRemoval>? removed)
    {
        if (removed is null)
        {
            return set is { Removals.Length: > 0 } ? set.Removals : null;
        }
        List<FilterRemoval> all = [.. set?.Removals ?? []];
        for (int i = 0; i < removed.Count; i++)
        {
            RemovalList.Add(all, removed[i].Filter, 1, removed[i].Reason);
        }
        return all;
    }

    private static bool IsIn(IReadOnlyList<CandidateRemoval>? removed, Member member)
    {
        for (int i = 0; i < (removed?.Count ?? 0); i++)
        {
            if (ReferenceEquals(removed![i].Member, member))
            {
                return true;
            }
        }
        return false;
    }

    private static CandidateExplanation Of(Deployment deployment, int order, string? filter, string reason) =>
        new(deployment.Id, deployment.Provider, deployment.Model, filter is null, filter, reason) { Order = order };
}

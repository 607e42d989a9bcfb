namespace LlmStack.Routing;

/// <summary>The filters whose verdict depends on configuration and request shape alone. Runs once for a shape, so it may allocate.</summary>
internal sealed class StaticFilters(IRoutingFilter[] userFilters)
{
    public StaticSet Build(RoutingSnapshot snapshot, ModelGroup group, in RouteRequest request)
    {
        var verdicts = new StaticVerdict[group.Members.Length];
        LlmErrorKind kind = Judge(snapshot, group, request, verdicts);
        var byRank = new SortedDictionary<TierRank, List<Member>>();
        var removals = new List<FilterRemoval>();
        for (int i = 0; i < verdicts.Length; i++)
        {
            Member member = group.Members[i];
            if (verdicts[i].Filter is { } filter)
            {
                RemovalList.Add(removals, filter, 1, verdicts[i].Reason!);
                continue;
            }
            TierRank rank = TierRank.Of(group, member, request);
            if (!byRank.TryGetValue(rank, out List<Member>? tier))
            {
                byRank[rank] = tier = [];
            }
            tier.Add(member);
        }
        var tiers = new Tier[byRank.Count];
        int next = 0;
        foreach (List<Member> members in byRank.Values)
        {
            Member[] array = [.. members];
            tiers[next++] = new Tier(array, (group.Strategy as BuiltInStrategy)?.Prepare(array));
        }
        return new StaticSet(tiers, [.. removals], kind);
    }

    /// <summary>Fills in a verdict for every member; returns the kind of the last filter that removed somebody.</summary>
    public LlmErrorKind Judge(RoutingSnapshot snapshot, ModelGroup group, in RouteRequest request, StaticVerdict[] verdicts)
    {
        LlmErrorKind kind = LlmErrorKind.NoCandidate;
        foreach (StaticCheck check in StaticCheck.All)
        {
            for (int i = 0; i < verdicts.Length; i++)
            {
                if (verdicts[i].Filter is null && check.Check(snapshot, group, group.Members[i].Deployment, request) is { } reason)
                {
                    verdicts[i] = new StaticVerdict(check.Filter, reason);
                    kind = check.Kind;
                }
            }
        }
        if (TagFilter.Judge(group, request.Routing, verdicts))
        {
            kind = LlmErrorKind.NoCandidate;
        }
        foreach (IRoutingFilter filter in userFilters)
        {
            for (int i = 0; i < verdicts.Length; i++)
            {
                if (verdicts[i].Filter is null && filter.Check(request, group.Members[i]) is { Kept: false } verdict)
                {
                    verdicts[i] = new StaticVerdict(filter.Name, verdict.Reason);
                    kind = verdict.Kind;
                }
            }
        }
        return kind;
    }
}

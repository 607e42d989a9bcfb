namespace LlmStack.Routing;

/// <summary>The filters whose verdict depends on configuration and request shape alone. Runs once for a shape, so it may allocate.</summary>
internal sealed class StaticFilters(IRoutingFilter[] userFilters)
{
    private const string DefaultTag = "default";

    public StaticSet Build(RoutingSnapshot snapshot, ModelGroup group, in RouteRequest request)
    {
        var verdicts = new StaticVerdict[group.Members.Length];
        LlmErrorKind kind = Judge(snapshot, group, request, verdicts);
        var byOrder = new SortedDictionary<int, List<Member>>();
        var removals = new List<FilterRemoval>();
        for (int i = 0; i < verdicts.Length; i++)
        {
            Member member = group.Members[i];
            if (verdicts[i].Filter is { } filter)
            {
                RemovalList.Add(removals, filter, 1, verdicts[i].Reason!);
                continue;
            }
            if (!byOrder.TryGetValue(member.Order, out List<Member>? tier))
            {
                byOrder[member.Order] = tier = [];
            }
            tier.Add(member);
        }
        var tiers = new Tier[byOrder.Count];
        int next = 0;
        foreach (List<Member> members in byOrder.Values)
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
        for (int i = 0; i < verdicts.Length; i++)
        {
            verdicts[i] = JudgeBuiltIn(snapshot, group.Members[i], request);
        }
        JudgeTags(group, request.Routing?.Tags, verdicts);
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

    private static StaticVerdict JudgeBuiltIn(RoutingSnapshot snapshot, Member member, in RouteRequest request)
    {
        Deployment deployment = member.Deployment;
        if (deployment.ProviderEntry is { } provider && !provider.Supports(request.Operation))
        {
            return new StaticVerdict(FilterNames.Operation, $"provider '{provider.Name}' does not offer {request.Operation}");
        }
        if (deployment.Environments.Count > 0 && !Contains(deployment.Environments, snapshot.Environment))
        {
            return new StaticVerdict(FilterNames.Environment, $"serves {string.Join(", ", deployment.Environments)}, not '{snapshot.Environment}'");
        }
        if (request.Routing is not { } routing)
        {
            return default;
        }
        if (routing.Region is { } region && !string.Equals(region, deployment.Region, StringComparison.OrdinalIgnoreCase))
        {
            return new StaticVerdict(FilterNames.Region, deployment.Region is { } own ? $"region '{own}' is not '{region}'" : $"has no region, '{region}' is asked for");
        }
        if (routing.Only is { Count: > 0 } only && !Names(only, deployment))
        {
            return new StaticVerdict(FilterNames.Only, "not among the deployments the call allows");
        }
        if (routing.Ignore is { Count: > 0 } ignore && Names(ignore, deployment))
        {
            return new StaticVerdict(FilterNames.Ignore, "excluded by the call");
        }
        return default;
    }

    private static void JudgeTags(ModelGroup group, IReadOnlyList<string>? wished, StaticVerdict[] verdicts)
    {
        if (wished is { Count: > 0 } && RemoveUnless(group, wished, verdicts, "has none of the tags asked for"))
        {
            return;
        }
        bool anyDefault = RemoveUnless(group, [DefaultTag], verdicts, wished is { Count: > 0 } ? "has none of the tags asked for and is not a default" : "is not a default, and others are");
        if (!anyDefault && wished is { Count: > 0 })
        {
            for (int i = 0; i < verdicts.Length; i++)
            {
                if (verdicts[i].Filter is null)
                {
                    verdicts[i] = new StaticVerdict(FilterNames.Tags, "has none of the tags asked for, and there is no default");
                }
            }
        }
    }

    /// <summary>Keeps those with any of the tags, if there are any; otherwise changes nothing and returns false.</summary>
    private static bool RemoveUnless(ModelGroup group, IReadOnlyList<string> tags, StaticVerdict[] verdicts, string reason)
    {
        bool any = false;
        for (int i = 0; i < verdicts.Length && !any; i++)
        {
            any = verdicts[i].Filter is null && HasAny(group.Members[i].Deployment.Tags, tags);
        }
        for (int i = 0; any && i < verdicts.Length; i++)
        {
            if (verdicts[i].Filter is null && !HasAny(group.Members[i].Deployment.Tags, tags))
            {
                verdicts[i] = new StaticVerdict(FilterNames.Tags, reason);
            }
        }
        return any;
    }

    private static bool HasAny(IReadOnlyList<string> own, IReadOnlyList<string> tags)
    {
        foreach (string tag in tags)
        {
            if (Contains(own, tag))
            {
                return true;
            }
        }
        return false;
    }

    private static bool Contains(IReadOnlyList<string> names, string? name)
    {
        foreach (string one in names)
        {
            if (string.Equals(one, name, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }
        return false;
    }

    internal static bool Names(IReadOnlyList<string> names, Deployment deployment)
    {
        for (int i = 0; i < names.Count; i++)
        {
            if (Names(names[i], deployment))
            {
                return true;
            }
        }
        return false;
    }

    internal static bool Names(string name, Deployment deployment) =>
        string.Equals(name, deployment.Id, StringComparison.OrdinalIgnoreCase) || string.Equals(name, deployment.Provider, StringComparison.OrdinalIgnoreCase);
}

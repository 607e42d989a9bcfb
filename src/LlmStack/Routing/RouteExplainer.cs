using System.Globalization;
using System.Text;
using LlmStack.Health;

namespace LlmStack.Routing;

/// <summary>Puts the verdicts of the filters and the strategy's view into words. Runs on failures and dry runs, so it may allocate.</summary>
internal sealed class RouteExplainer(RoutingEngine engine, StaticFilters staticFilters, DynamicFilters dynamicFilters, HealthTracker health, IRandomSource random)
{
    /// <summary>A source nobody gave a way to copy is replaced: its state must not move.</summary>
    private const ulong OtherSeed = 0x5EED;

    private readonly CandidateFigures _figures = new(dynamicFilters, health);

    public RouteExplanation Explain(RoutingSnapshot snapshot, in ResolvedName name, in RouteRequest request)
    {
        ModelGroup group = name.Group;
        if (group.Selector is { } selector && request.Pool == 0 && selector.Select(request) is > 0 and var pool)
        {
            return Explain(snapshot, name, request with { Pool = pool });
        }
        IReadOnlyList<string> fallbacks = FallbackPlanner.Names(group, request.Routing);
        IRandomSource copy = random switch
        {
            SeededRandomSource seeded => seeded.Copy(),
            ThreadRandomSource => ThreadRandomSource.Copy(),
            _ => new SeededRandomSource(OtherSeed),
        };
        PickResult pick = engine.Pick(snapshot, group, request, history: null, PickMode.Fresh, removals: null, copy, peek: true);
        if (pick.Status == PickStatus.Cooling && fallbacks.Count == 0 && group.Policy.WhenAllCooling == AllCoolingBehavior.UseLeastBad)
        {
            pick = engine.Pick(snapshot, group, request, history: null, PickMode.LeastBad, removals: null, copy, peek: true);
        }
        var removals = new List<FilterRemoval>();
        CandidateExplanation[] candidates = Candidates(snapshot, group, request, history: null, PickMode.Fresh, removals);
        CallPolicy policy = pick.Member is { } member ? group.PolicyFor(member.Deployment) : group.Policy;
        return new RouteExplanation(
            request.RequestedName,
            name.Alias,
            group.Name,
            group.StrategyName,
            pick.Member?.Deployment.Id,
            candidates,
            fallbacks,
            request.EstimatedInputTokens,
            SettingsInForce.Of(policy, request.Routing),
            pick.Member is null ? DescribeEmpty(snapshot, group, request, history: null, PickMode.Fresh) : null)
        {
            SnapshotVersion = snapshot.Version,
            LikelyOutputTokens = request.LikelyOutputTokens,
            Removals = removals,
        };
    }

    public string DescribeEmpty(RoutingSnapshot snapshot, ModelGroup group, in RouteRequest request, AttemptHistory? history, PickMode mode)
    {
        if (group.Members.Length == 0)
        {
            return $"The model group '{group.Name}' has no deployments.";
        }
        var removals = new List<FilterRemoval>();
        var verdicts = new StaticVerdict[group.Members.Length];
        staticFilters.Judge(snapshot, group, request, verdicts);
        for (int i = 0; i < verdicts.Length; i++)
        {
            if (verdicts[i].Filter is { } filter)
            {
                RemovalList.Add(removals, filter, 1, verdicts[i].Reason!);
            }
        }
        for (int i = 0; i < verdicts.Length; i++)
        {
            if (verdicts[i].Filter is null && dynamicFilters.Judge(request, group.Members[i], history, mode) is { Removal: not Removal.None } verdict)
            {
                RemovalList.Add(removals, verdict.Filter!, 1, ReasonOf(group.Members[i].Deployment, verdict, request));
            }
        }
        var text = new StringBuilder($"No deployment of the model group '{group.Name}' can serve this call: ");
        for (int i = 0; i < removals.Count; i++)
        {
            text.Append(i == 0 ? "" : ", ").Append(removals[i].Filter).Append(" removed ")
                .Append(CultureInfo.InvariantCulture, $"{removals[i].Count} of {group.Members.Length} (").Append(removals[i].Reason).Append(')');
        }
        if (request.Affinity.Binds)
        {
            text.Append(removals.Count == 0 ? "" : ", ").Append(request.Affinity.Absence);
        }
        return text.Append('.').ToString();
    }

    public CandidateExplanation[] Candidates(RoutingSnapshot snapshot, ModelGroup group, in RouteRequest request, AttemptHistory? history, PickMode mode, List<FilterRemoval> removals)
    {
        var verdicts = new StaticVerdict[group.Members.Length];
        staticFilters.Judge(snapshot, group, request, verdicts);
        var reasons = new string?[verdicts.Length];
        var filters = new string?[verdicts.Length];
        var survivors = new List<Member>();
        TierRank? lowest = null;
        for (int i = 0; i < verdicts.Length; i++)
        {
            Member member = group.Members[i];
            DynamicVerdict verdict = verdicts[i].Filter is null ? dynamicFilters.Judge(request, member, history, mode) : default;
            filters[i] = verdicts[i].Filter ?? verdict.Filter;
            reasons[i] = verdicts[i].Reason ?? (verdict.Filter is null ? null : ReasonOf(member.Deployment, verdict, request));
            if (filters[i] is { } filter)
            {
                RemovalList.Add(removals, filter, 1, reasons[i]!);
            }
            else
            {
                TierRank rank = TierRank.Of(group, member, request);
                lowest = lowest is { } known && known.CompareTo(rank) <= 0 ? known : rank;
            }
        }
        for (int i = 0; i < verdicts.Length; i++)
        {
            if (filters[i] is null && TierRank.Of(group, group.Members[i], request) == lowest)
            {
                survivors.Add(group.Members[i]);
            }
        }
        var set = new CandidateSet([.. survivors], survivors.Count);
        double[]? shares = CandidateFigures.SharesOf(group, set);
        var result = new CandidateExplanation[verdicts.Length];
        for (int i = 0; i < result.Length; i++)
        {
            Member member = group.Members[i];
            TierRank tier = TierRank.Of(group, member, request);
            int rank = filters[i] is null ? survivors.IndexOf(member) : -1;
            string reason = reasons[i]
                ?? (tier != lowest ? tier.Describe(lowest!.Value)
                    : group.Strategy is BuiltInStrategy builtIn ? builtIn.Describe(request, set, rank)
                    : $"ranked by {group.StrategyName}");
            var explanation = new CandidateExplanation(member.Deployment.Id, member.Deployment.Provider, member.Deployment.Model, filters[i] is null, filters[i], reason);
            result[i] = _figures.Of(explanation, member, request, shares is not null && rank >= 0 ? shares[rank] : null);
        }
        return result;
    }

    /// <summary>The constant reason of a pick with the figures behind it.</summary>
    private string ReasonOf(Deployment deployment, in DynamicVerdict verdict, in RouteRequest request) => verdict.Removal switch
    {
        Removal.ContextWindow when dynamicFilters.InputTokens(request, deployment) > deployment.ContextWindow => string.Create(CultureInfo.InvariantCulture, $"about {dynamicFilters.InputTokens(request, deployment)} prompt tokens estimated, the limit is {deployment.ContextWindow}"),
        Removal.MaxOutput => string.Create(CultureInfo.InvariantCulture, $"{request.MaxOutputTokens} output tokens asked for, the model makes at most {deployment.MaxOutputTokens}"),
        Removal.Price => dynamicFilters.DescribeCost(request, deployment),
        Removal.Limits when verdict.Wait == DynamicVerdict.Never => string.Create(CultureInfo.InvariantCulture, $"about {request.EstimatedInputTokens} prompt tokens estimated, {deployment.TokensPerMinute} tokens are allowed per minute"),
        Removal.Limits => string.Create(CultureInfo.InvariantCulture, $"{verdict.Reason}; fits in {Seconds(verdict.Wait)}"),
        Removal.Cooldown when verdict.Filter == FilterNames.Headroom => $"{verdict.Reason}; its window resets in {Seconds(verdict.Wait)}",
        Removal.Cooldown => string.Create(CultureInfo.InvariantCulture, $"cooling after {ErrorKindTraits.NameOf(health.CauseOf(deployment, request.Timestamp, request.Context))}, back in {Seconds(verdict.Wait)}"),
        _ => verdict.Reason!,
    };

    private string Seconds(long ticks) => string.Create(CultureInfo.InvariantCulture, $"{health.ToTimeSpan(ticks).TotalSeconds:0.##} s");
}

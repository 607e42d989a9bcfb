using System.Numerics;
using LlmStack.Health;
using LlmStack.Limits;

namespace LlmStack.Routing;

/// <summary>Filters and picks. Pure over the snapshot and the learned state; the same code serves calls and <c>Explain</c>.</summary>
internal sealed class RoutingEngine
{
    /// <summary>Up to this many members are looked at one by one; larger sets are sampled first.</summary>
    public const int FullScan = 4;

    private const int Samples = 4;
    private const string ByOrder = "first in the call's order";
    private const string OnlyOne = "the only candidate";
    private const string ByOperator = "pinned by an operator";
    private const string JustBack = "has just come back, and nobody else is left";
    private const string DespiteProbe = "its last probe failed, but nobody else is left";
    private const string FirstBack = "all are cooling, this one comes back first";

    [ThreadStatic]
    private static Member[]? _scratch;

    private readonly HealthTracker _health;
    private readonly IRandomSource _random;
    private readonly StaticFilters _staticFilters;
    private readonly DynamicFilters _dynamicFilters;
    private readonly RouteExplainer _explainer;

    public RoutingEngine(IEnumerable<IRoutingFilter> userFilters, IAdmission admission, HealthTracker health, IRandomSource random, ITokenEstimator? estimator = null)
    {
        _health = health;
        _random = random;
        IRoutingFilter[] all = [.. userFilters];
        _staticFilters = new StaticFilters(Array.FindAll(all, static f => f.Scope == FilterScope.Static));
        _dynamicFilters = new DynamicFilters(Array.FindAll(all, static f => f.Scope == FilterScope.Dynamic), admission, health, estimator);
        _explainer = new RouteExplainer(this, _staticFilters, _dynamicFilters, health, random);
    }

    /// <summary>Picks a member of <paramref name="group"/>. <paramref name="removals"/>, when given, collects what removed what.</summary>
    public PickResult Pick(RoutingSnapshot snapshot, ModelGroup group, in RouteRequest request, AttemptHistory? history, PickMode mode, List<FilterRemoval>? removals = null)
        => Pick(snapshot, group, request, history, mode, removals, _random, peek: false);

    /// <summary>Whether a pick would find somebody other than <paramref name="asked"/>. Claims no probe and moves no strategy.</summary>
    public bool HasOther(RoutingSnapshot snapshot, ModelGroup group, in RouteRequest request, AttemptHistory? history, Deployment asked)
    {
        foreach (Tier tier in SetFor(snapshot, group, request).Tiers)
        {
            foreach (Member member in tier.Members)
            {
                if (!ReferenceEquals(member.Deployment, asked) && _dynamicFilters.Judge(request, member, history, PickMode.Fresh).Removal == Removal.None)
                {
                    return true;
                }
            }
        }
        return false;
    }

    /// <summary>Every member with its verdict, by the same filters and strategy, without moving a counter or the random state.</summary>
    public RouteExplanation Explain(RoutingSnapshot snapshot, in ResolvedName name, in RouteRequest request)
        => _explainer.Explain(snapshot, name, request);

    /// <summary>Whom a pick left out of the tier it scanned, at most as many as a route keeps; null when nobody.</summary>
    public IReadOnlyList<CandidateRemoval>? RemovedBy(in PickResult pick, in RouteRequest request, AttemptHistory? history, PickMode mode)
    {
        if (pick.Removed == 0)
        {
            return null;
        }
        var removed = new List<CandidateRemoval>(RouteCandidates.Most);
        Member[] members = pick.Set!.Tiers[pick.ScannedTier].Members;
        for (ulong left = pick.Removed; left != 0 && removed.Count < RouteCandidates.Most; left &= left - 1)
        {
            // Judged once more, which is rare: a pick itself keeps no list.
            Member member = members[BitOperations.TrailingZeroCount(left)];
            if (_dynamicFilters.Judge(request, member, history, mode) is { Removal: not Removal.None } verdict)
            {
                removed.Add(new CandidateRemoval(member, verdict.Filter!, verdict.Reason!));
            }
        }
        return removed;
    }

    /// <summary>Every member with its verdict and figures, for a request that has asked <paramref name="history"/>.</summary>
    public CandidateExplanation[] Candidates(RoutingSnapshot snapshot, ModelGroup group, in RouteRequest request, AttemptHistory? history, PickMode mode)
        => _explainer.Candidates(snapshot, group, request, history, mode, []);

    /// <summary>Says, for an error message, which filter removed how many and why.</summary>
    public string DescribeEmpty(RoutingSnapshot snapshot, ModelGroup group, in RouteRequest request, AttemptHistory? history, PickMode mode)
        => _explainer.DescribeEmpty(snapshot, group, request, history, mode);

    /// <summary>The pick itself; with <paramref name="peek"/> it claims no probe and moves no strategy.</summary>
    internal PickResult Pick(RoutingSnapshot snapshot, ModelGroup group, in RouteRequest request, AttemptHistory? history, PickMode mode, List<FilterRemoval>? removals, IRandomSource random, bool peek)
    {
        if (group.Selector is { } selector && request.Pool == 0 && selector.Select(request) is > 0 and var pool)
        {
            PickResult assigned = Pick(snapshot, group, request with { Pool = pool }, history, mode, removals, random, peek);
            MemberPool chosen = group.Pools[pool - 1];
            return assigned with { Pool = chosen.Name, Reason = assigned.Status == PickStatus.Picked ? chosen.Reason : assigned.Reason };
        }
        StaticSet set = SetFor(snapshot, group, request);
        if (removals is not null)
        {
            foreach (FilterRemoval removal in set.Removals)
            {
                RemovalList.Add(removals, removal.Filter, removal.Count, removal.Reason);
            }
        }
        if (set.Tiers.Length == 0)
        {
            return new PickResult(PickStatus.Filtered, null, TimeSpan.Zero, set.Kind, set.Removals.Length > 0 ? set.Removals[^1].Reason : "the group has no deployments");
        }
        if (request.Affinity.Binds)
        {
            return PickHolder(set, request, history, mode, peek);
        }
        if ((group.Control.PinnedTo is not null || request.Affinity.Kind != AffinityKind.None) && PickKnown(set, group, request, history, mode, random, peek) is { } known)
        {
            return known;
        }
        if (request.Routing?.Order is { Count: > 0 } order && PickByOrder(set, order, request, history, mode, peek) is { } listed)
        {
            return new PickResult(PickStatus.Picked, listed, TimeSpan.Zero, LlmErrorKind.Unknown, ByOrder) { Set = set };
        }
        var summary = new PickSummary();
        for (int i = 0; i < set.Tiers.Length; i++)
        {
            if (PickFrom(set, i, group, request, history, mode, removals, random, peek, ref summary) is { } picked)
            {
                return Picked(set, summary, picked, set.Tiers.Length == 1 && set.Tiers[i].Members.Length == 1 ? OnlyOne : group.ByStrategy);
            }
        }
        if (summary.FailsProbe)
        {
            // A probe never empties a group: what it says is ignored, and the decision says that.
            PickResult anyway = Pick(snapshot, group, request with { IgnoresProbes = true }, history, mode, removals: null, random, peek);
            return anyway.Status == PickStatus.Picked ? anyway with { Reason = DespiteProbe } : anyway;
        }
        if (summary.ComingBack is { } back && Take(back, request, peek))
        {
            return Picked(set, summary, back, JustBack);
        }
        return mode == PickMode.LeastBad && summary.Busy is null && summary.LeastBad is { } leastBad
            ? Picked(set, summary, leastBad, FirstBack)
            : summary.ToResult(_health);
    }

    /// <summary>The cached survivors of the static filters; built on a shape's first request.</summary>
    internal StaticSet SetFor(RoutingSnapshot snapshot, ModelGroup group, in RouteRequest request)
    {
        var key = new ShapeKey(request);
        if (group.Shapes.Find(key) is { } found)
        {
            return found;
        }
        StaticSet set = _staticFilters.Build(snapshot, group, request);
        group.Shapes.Add(key, set);
        return set;
    }

    /// <summary>Who holds the conversation, or nobody: to anybody else it is unknown.</summary>
    private PickResult PickHolder(StaticSet set, in RouteRequest request, AttemptHistory? history, PickMode mode, bool peek)
    {
        if (set.Find(request.Affinity.Deployment) is not { } holder)
        {
            return new PickResult(PickStatus.Filtered, null, TimeSpan.Zero, LlmErrorKind.NoCandidate, request.Affinity.Absence);
        }
        DynamicVerdict verdict = _dynamicFilters.Judge(request with { IgnoresProbes = true }, holder, history, mode);
        bool leastBad = mode == PickMode.LeastBad && verdict.Removal == Removal.Cooldown;
        if (leastBad || (verdict.Removal == Removal.None && Take(holder, request, peek)))
        {
            return new PickResult(PickStatus.Picked, holder, TimeSpan.Zero, LlmErrorKind.Unknown, request.Affinity.Reason) { Set = set };
        }
        var summary = new PickSummary();
        summary.Add(holder, 0, verdict, history);
        return summary.ToResult(_health);
    }

    /// <summary>Whom an operator or an earlier call named, while he can serve; null otherwise.</summary>
    private PickResult? PickKnown(StaticSet set, ModelGroup group, in RouteRequest request, AttemptHistory? history, PickMode mode, IRandomSource random, bool peek)
    {
        string? pinned = group.Control.PinnedTo;
        if (set.Find(pinned ?? request.Affinity.Deployment) is not { } member)
        {
            return null;
        }
        if (pinned is null && request.Affinity.Kind == AffinityKind.PromptCache && IsOverrun(set, member, random, peek))
        {
            return null;
        }
        return _dynamicFilters.Judge(request, member, history, mode).Removal == Removal.None && Take(member, request, peek)
            ? new PickResult(PickStatus.Picked, member, TimeSpan.Zero, LlmErrorKind.Unknown, pinned is null ? request.Affinity.Reason : ByOperator) { Set = set }
            : null;
    }

    /// <summary>A cached prompt saves money, but not at any wait: a deployment more than twice as busy as another, and by more than four calls, is left.</summary>
    private static bool IsOverrun(StaticSet set, Member member, IRandomSource random, bool peek)
    {
        Member[] members = set.Tiers[0].Members;
        Member other = members[peek ? 0 : random.NextInt32(members.Length)];
        return member.Deployment.InFlight > (2 * other.Deployment.InFlight) + 4;
    }

    private Member? PickByOrder(StaticSet set, IReadOnlyList<string> order, in RouteRequest request, AttemptHistory? history, PickMode mode, bool peek)
    {
        for (int i = 0; i < order.Count; i++)
        {
            foreach (Tier tier in set.Tiers)
            {
                foreach (Member member in tier.Members)
                {
                    if (member.Deployment.IsNamed(order[i])
                        && _dynamicFilters.Judge(request, member, history, mode).Removal == Removal.None
                        && Take(member, request, peek))
                    {
                        return member;
                    }
                }
            }
        }
        return null;
    }

    private static PickResult Picked(StaticSet set, in PickSummary summary, Member member, string reason) =>
        new(PickStatus.Picked, member, TimeSpan.Zero, LlmErrorKind.Unknown, reason) { Set = set, ScannedTier = summary.ScannedTier, Removed = summary.Removed };

    private Member? PickFrom(StaticSet set, int tierIndex, ModelGroup group, in RouteRequest request, AttemptHistory? history, PickMode mode, List<FilterRemoval>? removals, IRandomSource random, bool peek, ref PickSummary summary)
    {
        Tier tier = set.Tiers[tierIndex];
        Member[] members = tier.Members;
        var all = new CandidateSet(members, members.Length, tier.Precomputed);
        for (int sample = 0; members.Length > FullScan && sample < Samples; sample++)
        {
            int index = Ask(group, request, all, random, peek, ref summary);
            ref readonly MemberFacts facts = ref tier.Facts[index];
            facts.Prefetch();
            if (_dynamicFilters.Keeps(request, facts, history))
            {
                // Who serves all callers is not coming back from anything either, and there is no probe to take.
                return facts.Member;
            }
            Member member = facts.Member;
            if (_dynamicFilters.Judge(request, member, history, mode).Removal == Removal.None && !IsPassedOver(member, request.Timestamp, random, ref summary) && Take(member, request, peek))
            {
                return member;
            }
        }
        summary.BeginScan(tierIndex);
        if (members.Length <= FullScan && KeepsAll(tier, request, history))
        {
            return members[members.Length == 1 ? 0 : Ask(group, request, all, random, peek, ref summary)];
        }
        Member[] scratch = Rent(members.Length);
        try
        {
            int count = Survivors(members, scratch, request, history, mode, removals, ref summary);
            while (count > 0)
            {
                CandidateSet survivors = count == members.Length ? all : new CandidateSet(scratch, count);
                int index = count == 1 ? 0 : Ask(group, request, survivors, random, peek, ref summary);
                Member member = scratch[index];
                if (!IsPassedOver(member, request.Timestamp, random, ref summary) && Take(member, request, peek))
                {
                    return member;
                }
                // Somebody else took the probe between the look and the pick: for this pick the candidate is gone.
                Array.Copy(scratch, index + 1, scratch, index, --count - index);
            }
            return null;
        }
        finally
        {
            Return(scratch, members.Length);
        }
    }

    private bool KeepsAll(Tier tier, in RouteRequest request, AttemptHistory? history)
    {
        foreach (ref readonly MemberFacts facts in tier.Facts.AsSpan())
        {
            if (!_dynamicFilters.Keeps(request, facts, history))
            {
                return false;
            }
        }
        return true;
    }

    private int Survivors(Member[] members, Member[] survivors, in RouteRequest request, AttemptHistory? history, PickMode mode, List<FilterRemoval>? removals, ref PickSummary summary)
    {
        int count = 0;
        for (int i = 0; i < members.Length; i++)
        {
            Member member = members[i];
            DynamicVerdict verdict = _dynamicFilters.Judge(request, member, history, mode);
            if (verdict.Removal == Removal.None)
            {
                survivors[count++] = member;
                continue;
            }
            summary.Add(member, i, verdict, history);
            if (removals is not null)
            {
                RemovalList.Add(removals, verdict.Filter!, 1, verdict.Reason!);
            }
        }
        return count;
    }

    /// <summary>Who has just come back from a cooldown gets a growing share of the picks that fall on him.</summary>
    private static bool IsPassedOver(Member member, long now, IRandomSource random, ref PickSummary summary)
    {
        double share = HealthTracker.ShareOf(member.Deployment, now);
        if (share >= 1 || random.NextDouble() < share)
        {
            return false;
        }
        summary.NoteComingBack(member);
        return true;
    }

    private bool Take(Member member, in RouteRequest request, bool peek) => peek || _health.TryEnter(member.Deployment, request.Timestamp, request.Context);

    private static int Ask(ModelGroup group, in RouteRequest request, in CandidateSet candidates, IRandomSource random, bool peek, ref PickSummary summary)
    {
        int ahead = summary.Asked++;
        int index = peek && group.Strategy is BuiltInStrategy builtIn
            ? builtIn.Peek(request, candidates, random, ahead)
            : group.Strategy.Pick(request, candidates, random);
        if ((uint)index >= (uint)candidates.Count)
        {
            throw new LlmException(LlmErrorKind.Configuration, $"The strategy '{group.StrategyName}' of group '{group.Name}' returned {index}; allowed is 0 to {candidates.Count - 1}.");
        }
        return index;
    }

    private static Member[] Rent(int size)
    {
        // Taken out while in use: a filter of the user's may route a call of its own on this thread.
        Member[]? scratch = _scratch;
        _scratch = null;
        return scratch is not null && scratch.Length >= size ? scratch : new Member[Math.Max(size, FullScan)];
    }

    private static void Return(Member[] scratch, int used)
    {
        Array.Clear(scratch, 0, used);
        _scratch = scratch;
    }
}

using System.Globalization;
using LlmStack.Health;
using LlmStack.Limits;
using LlmStack.Limits.Budgets;
using LlmStack.Limits.Scopes;

namespace LlmStack.Routing;

/// <summary>The filters whose verdict changes between calls. Pure reads, no allocation, reasons are constants.</summary>
internal sealed class DynamicFilters(IRoutingFilter[] userFilters, IAdmission admission, HealthTracker health, ITokenEstimator? estimator)
{
    private readonly TokenEstimator? _calibration = estimator as TokenEstimator;

    /// <summary>Whether a member certainly stays: what <see cref="Judge"/> would find, from few reads. False only says that it has to look.</summary>
    public bool Keeps(in RouteRequest request, in MemberFacts facts, AttemptHistory? history) =>
        history is null or { Count: 0 }
        && userFilters.Length == 0
        && request.Scopes is null
        && facts.Suits(request)
        && facts.Health is { Draining: false } own
        && health.IsServing(own)
        && own.Headroom.WaitFor(request.EstimatedInputTokens, request.Timestamp) == 0
        && admission.WaitFor(new Demand(facts.Deployment, request.Context, request.EstimatedInputTokens, request.LikelyOutputTokens, request.Timestamp)) == TimeSpan.Zero;

    public DynamicVerdict Judge(in RouteRequest request, Member member, AttemptHistory? history, PickMode mode)
    {
        Deployment deployment = member.Deployment;
        if (deployment.Health.Draining)
        {
            return new DynamicVerdict(Removal.Drained, FilterNames.Drained, "is drained by an operator", LlmErrorKind.NoCandidate, DynamicVerdict.Never);
        }
        if (deployment.ContextWindow is { } window && TokenEstimator.MostAfterCalibration(request.EstimatedInputTokens) > window && InputTokens(request, deployment) > window)
        {
            return new DynamicVerdict(Removal.ContextWindow, FilterNames.ContextWindow, "the estimated prompt exceeds the context window", LlmErrorKind.ContextWindowExceeded, DynamicVerdict.Never);
        }
        if (request.MaxOutputTokens > deployment.MaxOutputTokens)
        {
            return new DynamicVerdict(Removal.MaxOutput, FilterNames.MaxOutput, "more output is asked for than the model makes", LlmErrorKind.NoCandidate, DynamicVerdict.Never);
        }
        if (request.Routing?.MaxCost is { } most && ExpectedCost(request, deployment) > (double)most)
        {
            return new DynamicVerdict(Removal.Price, FilterNames.Price, "the expected cost is above the call's cap", LlmErrorKind.BudgetExceeded, DynamicVerdict.Never);
        }
        if (member.Constraint is { } constraint && constraint.Violation(request, deployment) is { } violation)
        {
            return new DynamicVerdict(Removal.Constraint, FilterNames.Constraint, violation, LlmErrorKind.NoCandidate, DynamicVerdict.Never);
        }
        foreach (IRoutingFilter filter in userFilters)
        {
            if (filter.Check(request, member) is { Kept: false } verdict)
            {
                return new DynamicVerdict(Removal.User, filter.Name, verdict.Reason, verdict.Kind, DynamicVerdict.Never);
            }
        }
        if (history is { Count: > 0 })
        {
            if (history.IsTooSmall(deployment))
            {
                return new DynamicVerdict(Removal.ContextWindow, FilterNames.ContextWindow, "no larger than one that was too small for this request", LlmErrorKind.ContextWindowExceeded, DynamicVerdict.Never);
            }
            if (history.HasRefused(deployment))
            {
                return new DynamicVerdict(Removal.History, FilterNames.History, "refused this request", LlmErrorKind.NoCandidate, DynamicVerdict.Never);
            }
            if (mode == PickMode.Fresh && history.WasAsked(deployment))
            {
                return new DynamicVerdict(Removal.History, FilterNames.History, "was asked by this request", LlmErrorKind.NoCandidate, DynamicVerdict.Never);
            }
        }
        KeyRoom room = RoomOf(request, deployment);
        TimeSpan wait = room.Limit;
        if (wait > TimeSpan.Zero)
        {
            return wait == TimeSpan.MaxValue
                ? new DynamicVerdict(Removal.Limits, FilterNames.Limits, "the prompt exceeds the tokens allowed in a minute", LlmErrorKind.LimitExceeded, DynamicVerdict.Never)
                : new DynamicVerdict(Removal.Limits, FilterNames.Limits, "its requests or tokens per minute are used up", LlmErrorKind.LimitExceeded, health.ToTicks(wait));
        }
        if (request.Scopes is { } scopes && !scopes.Fits(request, deployment))
        {
            return Refused(scopes.Last);
        }
        return health.StateOf(deployment, request.Timestamp, out long cooling, request.Context) switch
        {
            CircuitState.Open => new DynamicVerdict(Removal.Cooldown, FilterNames.Cooldown, "is cooling down after failures", LlmErrorKind.NoCandidate, cooling),
            CircuitState.Probing => new DynamicVerdict(Removal.Cooldown, FilterNames.Cooldown, "is being probed after a cooldown", LlmErrorKind.NoCandidate, cooling),
            _ when room.Cooling > 0 => new DynamicVerdict(Removal.Cooldown, FilterNames.Cooldown, "is cooling down after failures", LlmErrorKind.NoCandidate, room.Cooling),
            _ when room.Headroom > 0 =>
                new DynamicVerdict(Removal.Cooldown, FilterNames.Headroom, "the provider reports fewer tokens left than the prompt has", LlmErrorKind.NoCandidate, room.Headroom),
            _ when deployment.MaxConcurrency is { } places && !deployment.Gate.HasRoom(places) =>
                new DynamicVerdict(Removal.Concurrency, FilterNames.Concurrency, "all its places are taken", LlmErrorKind.Overloaded, DynamicVerdict.Never),
            _ when deployment.Probe is { } probe && !request.IgnoresProbes && probe.Fails(request.Timestamp) =>
                new DynamicVerdict(Removal.Probe, FilterNames.Probe, "its last probe failed", LlmErrorKind.NoCandidate, DynamicVerdict.Never),
            _ => default,
        };
    }

    /// <summary>What limits and headers leave: of the deployment where one key serves everybody, else of the best key.</summary>
    private KeyRoom RoomOf(in RouteRequest request, Deployment deployment) => KeyCooldowns.HasOneKey(deployment)
        ? new KeyRoom(
            admission.WaitFor(new Demand(deployment, request.Context, request.EstimatedInputTokens, request.LikelyOutputTokens, request.Timestamp)),
            Cooling: 0,
            deployment.Health.Headroom.WaitFor(request.EstimatedInputTokens, request.Timestamp))
        : KeyRoom.Best(request, deployment, admission, health);

    private DynamicVerdict Refused(in ScopeRefusal refusal)
    {
        bool budget = refusal.Rule is BudgetRule;
        return new DynamicVerdict(
            budget ? Removal.Budget : Removal.ScopeLimits,
            budget ? FilterNames.Budget : FilterNames.Limits,
            refusal.Reason,
            refusal.Rule!.ErrorKind,
            refusal.RetryAfter is { } wait ? health.ToTicks(wait) : DynamicVerdict.Never);
    }

    /// <summary>What the call would probably cost, in US dollars; <see cref="Strategies.ExpectedCost.Unknown"/> without a price.</summary>
    public double ExpectedCost(in RouteRequest request, Deployment deployment) =>
        Strategies.ExpectedCost.Of(deployment.Price, request, InputTokens(request, deployment));

    public string DescribeCost(in RouteRequest request, Deployment deployment) => ExpectedCost(request, deployment) is var cost && cost == Strategies.ExpectedCost.Unknown
        ? string.Create(CultureInfo.InvariantCulture, $"the price is unknown, the cap is {request.Routing?.MaxCost} USD")
        : string.Create(CultureInfo.InvariantCulture, $"expected to cost {cost:0.########} USD, the cap is {request.Routing?.MaxCost} USD");

    /// <summary>The estimated prompt for this deployment's model.</summary>
    public int InputTokens(in RouteRequest request, Deployment deployment) =>
        _calibration?.Calibrate(deployment.Model, request.EstimatedInputTokens) ?? request.EstimatedInputTokens;
}

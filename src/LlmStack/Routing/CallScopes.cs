using LlmStack.Catalog;
using LlmStack.Limits;
using LlmStack.Limits.Budgets;
using LlmStack.Limits.Scopes;
using Microsoft.Extensions.AI;

namespace LlmStack.Routing;

/// <summary>The limits and budgets that one call falls under, and what it holds of them. Pooled; one owner at a time.</summary>
internal sealed class CallScopes(ScopeBook book, TimeProvider time, WallClock clock, bool isDryRun = false)
{
    // Of the caller, whoever serves. A rule may be in several: what counts once for a call, tokens, cost, all that an attempt uses.
    private readonly ScopeList _all = new() { IsDryRun = isDryRun };
    private readonly ScopeList _calls = new();
    private readonly ScopeList _tokens = new();
    private readonly ScopeList _costs = new();
    private readonly ScopeList _attempts = new();

    private readonly ScopeList _candidate = new() { IsDryRun = isDryRun };
    private readonly ScopeReservation _call = new();
    private ScopePlan _plan = ScopePlan.Empty;
    private ModelLookup _models = null!;
    private bool _countsCost;
    private CacheMark? _mark;
    private int _lastInput;
    private int _lastPriority = RoutingOptions.DefaultPriority;
    private LlmContext _lastContext = LlmContext.Empty;

    /// <summary>The output to reserve: with 95 % of the answers so far not longer.</summary>
    public int LikelyOutputTokens { get; set; }

    /// <summary>What the call has waited for limits, in timestamp ticks.</summary>
    public long WaitedTicks { get; set; }

    /// <summary>What the last pick was refused by, if it is a limit that may be waited for; of several the one that gives way first.</summary>
    public ScopeRefusal ToWaitFor { get; private set; }

    /// <summary>The budget that refused a candidate last.</summary>
    public ScopeRefusal Budget { get; private set; }

    /// <summary>What refused the candidate looked at last.</summary>
    public ScopeRefusal Last { get; private set; }

    /// <summary>Finds what the call falls under; false when it is nothing.</summary>
    public bool Begin(ScopePlan plan, LlmContext context, ModelLookup models)
    {
        _plan = plan;
        _models = models;
        foreach (ScopeRule rule in plan.OfCallers)
        {
            rule.Collect(context, null, _all);
        }

        for (LlmBudget? budget = context.Budget; budget is not null; budget = budget.Outer)
        {
            _all.Add(budget.Entry);
        }

        _countsCost = plan.CountsCostOfDeployments;
        foreach (ScopeEntry entry in _all.Entries)
        {
            ScopeRule rule = entry.Rule;
            if (rule.CountsCalls && !context.IsPartOfCall)
            {
                _calls.Add(entry);
            }

            if (rule.CountsAttempts)
            {
                _attempts.Add(entry);
                if (rule.CountsCost)
                {
                    _costs.Add(entry);
                    _countsCost = true;
                }

                if (rule is LimitRule { CountsTokens: true })
                {
                    _tokens.Add(entry);
                }
            }
        }

        return _all.Count > 0 || plan.LooksAtDeployments;
    }

    /// <summary>Takes the call up under the limits of its caller, once, and looks whether its tokens fit. On refusal nothing more is held than before.</summary>
    public ScopeRefusal Enter(in RouteRequest request, long now)
    {
        ScopeDemand demand = DemandOfCaller(request, now);
        if (!ScopeBook.Fits(_tokens.Entries, demand, ScopePart.Attempt, out ScopeRefusal refusal) || _calls.Count == 0 || _call.IsHeld)
        {
            return refusal;
        }

        _call.Clear();
        _call.Add(_calls.Entries);

        if (!book.TryReserve(_call, demand, ScopePart.Call, out refusal))
        {
            _call.Clear();
        }

        return refusal;
    }

    /// <summary>Whether one counter still has no room for what it refused.</summary>
    public bool StillRefuses(in ScopeRefusal refusal, long now)
    {
        ScopeEntry[] one = [new(refusal.Rule!, refusal.Counter!)];
        var demand = new ScopeDemand { Now = now, UtcTicks = UtcTicks(now), InputTokens = _lastInput, OutputTokens = LikelyOutputTokens, IsFree = true, Priority = _lastPriority, Context = _lastContext };
        return !(ScopeBook.Fits(one, demand, ScopePart.Attempt, out _) && ScopeBook.Fits(one, demand, ScopePart.Call, out _)) || refusal.Amount == ScopeAmountNames.Cost;
    }

    /// <summary>Begins a pick: what candidates are refused by from here on is new.</summary>
    public void BeginPick()
    {
        ToWaitFor = default;
        Budget = default;
    }

    /// <summary>Whether a deployment's limits, and the budgets of the call, have room for it there. Moves nothing but what <see cref="ToWaitFor"/> says.</summary>
    public bool Fits(in RouteRequest request, Deployment deployment)
    {
        CollectCandidate(request, deployment);
        ReadOnlySpan<ScopeEntry> ofCaller = isDryRun ? _attempts.Entries : _costs.Entries;
        foreach (ScopeEntry entry in ofCaller)
        {
            _candidate.Add(entry);
        }

        ScopeRefusal refusal = default;
        bool fits = (_candidate.Count == 0 || ScopeBook.Fits(_candidate.Entries, DemandOf(request, deployment, request.Timestamp), ScopePart.Attempt, out refusal))
            && (!isDryRun || ScopeBook.Fits(_calls.Entries, DemandOfCaller(request, request.Timestamp), ScopePart.Call, out refusal));
        Last = refusal;
        if (fits)
        {
            return true;
        }

        if (refusal.Rule is BudgetRule)
        {
            Budget = refusal;
        }
        else if (refusal.Rule!.MaxWait > TimeSpan.Zero && refusal.Wait != ScopeRefusal.Never && (!ToWaitFor.Refuses || refusal.Wait < ToWaitFor.Wait))
        {
            ToWaitFor = refusal;
        }

        return false;
    }

    /// <summary>The call fails: whose budget refused it, is told.</summary>
    public void NoteFailure(LlmErrorKind kind)
    {
        if (kind == LlmErrorKind.BudgetExceeded && Budget is { Rule: BudgetRule budget, Counter: BudgetCounter counter })
        {
            counter.NoteRefused(budget);
        }
    }

    /// <summary>Reserves for an attempt, over everything it falls under or over nothing.</summary>
    public bool TryReserve(ScopeReservation reservation, in RouteRequest request, Deployment deployment, long now)
    {
        reservation.Clear();
        CollectCandidate(request, deployment);
        reservation.Add(_candidate.Entries);
        reservation.Add(_attempts.Entries);

        if (reservation.Holds.Length == 0)
        {
            return true;
        }

        if (book.TryReserve(reservation, DemandOf(request, deployment, now), ScopePart.Attempt, out ScopeRefusal refusal))
        {
            return true;
        }

        Last = refusal;
        reservation.Clear();
        return false;
    }

    /// <summary>Settles an attempt with what it used.</summary>
    /// <param name="reservation">What it holds.</param>
    /// <param name="deployment">Where it went.</param>
    /// <param name="sent">Whether its request left.</param>
    /// <param name="billed">Whether it is, or may have been, billed.</param>
    /// <param name="usage">What it used; null when nobody knows.</param>
    /// <param name="billing">By what terms it is billed, beside the list price.</param>
    public void Settle(ScopeReservation reservation, Deployment deployment, bool sent, bool billed, UsageDetails? usage, BillingTerms? billing)
    {
        if (!reservation.IsHeld)
        {
            return;
        }

        long unknown = billed ? ScopeOutcome.Unknown : 0;
        long cost = unknown;
        long assumed = unknown;
        if (billed && _countsCost)
        {
            if (CostCalculator.TryCompute(deployment.Price, usage, billing, out CostAmounts amounts))
            {
                cost = Money.FromDollars(amounts.Total);
            }
            else if (deployment.IsFree)
            {
                cost = 0;
            }
            else if (usage is not null)
            {
                assumed = AssumedCost(deployment, usage.InputTokenCount ?? 0, usage.OutputTokenCount ?? 0);
            }
        }

        book.Settle(reservation, new ScopeOutcome
        {
            Sent = sent,
            InputTokens = usage is null ? unknown : usage.InputTokenCount ?? 0,
            OutputTokens = usage is null ? unknown : usage.OutputTokenCount ?? 0,
            Cost = cost,
            AssumedCost = assumed,
        });
    }

    /// <summary>Ends the call: what it holds as a whole is given back, and its request is not counted when nothing was sent.</summary>
    public void End(bool sent)
    {
        book.Settle(_call, new ScopeOutcome { Sent = sent });
        _call.Clear();
        _all.Clear();
        _calls.Clear();
        _tokens.Clear();
        _costs.Clear();
        _attempts.Clear();
        _candidate.Clear();
        _plan = ScopePlan.Empty;
        _models = null!;
        _mark = null;
        _lastContext = LlmContext.Empty;
        WaitedTicks = 0;
        LikelyOutputTokens = 0;
        Last = default;
        BeginPick();
    }

    private void CollectCandidate(in RouteRequest request, Deployment deployment)
    {
        _candidate.Clear();
        if (!_plan.LooksAtDeployments)
        {
            return;
        }

        foreach (ScopeEntry entry in deployment.ScopeTarget.EntriesOf(_plan))
        {
            _candidate.Add(entry);
        }

        foreach (ScopeRule rule in _plan.OfBoth)
        {
            rule.Collect(request.Context, deployment.ScopeTarget, _candidate);
        }
    }

    /// <summary>For what holds whoever serves: cost is looked at with each candidate, because one may be free.</summary>
    private ScopeDemand DemandOfCaller(in RouteRequest request, long now)
    {
        _lastInput = request.EstimatedInputTokens;
        _lastPriority = request.Routing?.Priority ?? RoutingOptions.DefaultPriority;
        _lastContext = request.Context;
        return new ScopeDemand
        {
            Now = now,
            InputTokens = _lastInput,
            OutputTokens = LikelyOutputTokens,
            IsFree = true,
            Priority = _lastPriority,
            Context = request.Context,
        };
    }

    private ScopeDemand DemandOf(in RouteRequest request, Deployment deployment, long now)
    {
        long cost = 0;
        long assumed = 0;
        bool free = !_countsCost || deployment.IsFree;
        if (!free)
        {
            // As if nothing were answered from the provider's cache, and all that may be were written to it: a reservation is to be enough.
            DateTimeOffset? moment = deployment.Price is { } price && PriceSelection.DependsOnTime(price) ? time.GetUtcNow() : null;
            cost = CostForecast.For(deployment.Price, request.EstimatedInputTokens, LikelyOutputTokens, moment, prompt: PromptOf(request, deployment)) is { } known ? Money.FromDollars(known) : ScopeOutcome.Unknown;
            assumed = cost == ScopeOutcome.Unknown ? AssumedCost(deployment, request.EstimatedInputTokens, LikelyOutputTokens) : 0;
        }

        return new ScopeDemand
        {
            Now = now,
            UtcTicks = UtcTicks(now),
            InputTokens = request.EstimatedInputTokens,
            OutputTokens = LikelyOutputTokens,
            Cost = cost,
            AssumedCost = assumed,
            IsFree = free,
            Priority = request.Routing?.Priority ?? RoutingOptions.DefaultPriority,
            Context = request.Context,
        };
    }

    private UsageBucket PromptOf(in RouteRequest request, Deployment deployment)
    {
        if (deployment.Price?.CacheWritePerMillion is null || request.Messages is not { } messages)
        {
            return UsageBucket.Input;
        }

        return PromptPrice.Of(deployment.ProviderEntry!, request.Routing, _mark ??= CacheMarkerExtensions.LongestOf(messages, request.Options));
    }

    private long AssumedCost(Deployment deployment, long input, long output) =>
        Money.FromDollars(CostForecast.For(_models.DearestOf(deployment.ProviderEntry!), input, output) ?? 0);

    private long UtcTicks(long now) => _plan.UsesCalendar ? clock.At(now) : 0;
}

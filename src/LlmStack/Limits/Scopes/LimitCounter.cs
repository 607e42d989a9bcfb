namespace LlmStack.Limits.Scopes;

/// <summary>What one value of a limit's scope has used inside its sliding window, and its calls under way.</summary>
internal sealed class LimitCounter : ScopeCounter
{
    private const int NoShare = -1;

    private readonly TimeProvider _time;
    private readonly TimeSpan _window;
    private readonly long _windowTicks;
    private readonly LimitShareUse[] _shares;

    // What the rule at hand says of an attempt, beside what is compared with it: one place in memory instead of two on every call.
    private LimitRule? _rule;
    private UsedAmounts _max;
    private long _maxTokens;
    private long _maxRunning;
    private int _requestsOfAttempt;
    private long _leastPlainCost;

    private SlidingUse _use;
    private long _running;
    private UsedAmounts _others;
    private long _othersRunning;

    // Until then the others' use holds; MaxValue while there is none.
    private long _othersUntil = long.MaxValue;

    // When the window, or the others' use, moves on.
    private long _next = long.MinValue;

    public LimitCounter(ScopeTable table, ScopeKey key, TimeSpan window, int shares, TimeProvider time)
        : base(table, key)
    {
        _time = time;
        _window = window;
        long partTicks = SlidingUse.PartTicks(window, time.TimestampFrequency);
        _windowTicks = partTicks * SlidingUse.Parts;
        _use = new SlidingUse(partTicks);
        _shares = shares == 0 ? [] : new LimitShareUse[shares];
        for (int i = 0; i < shares; i++)
        {
            _shares[i] = new LimitShareUse(partTicks);
        }
    }

    public override TimeSpan Length => _window;

    public override bool IsFixed => false;

    public override bool Fits(ScopeRule rule, in ScopeDemand demand, ScopePart part, out ScopeRefusal refusal)
    {
        var limit = (LimitRule)rule;
        Prepare(limit, demand.Now);
        refusal = default;
        return (IsPlain(demand, part) && FitsPlainly(demand.AmountsWith(_requestsOfAttempt))) || FitsExactly(limit, demand, part, ref refusal);
    }

    public override bool TryReserve(ref ScopeHold hold, in ScopeDemand demand, ScopePart part, ref ScopeRefusal refusal)
    {
        Prepare(hold.Rule, demand.Now);
        if (IsPlain(demand, part))
        {
            UsedAmounts amounts = demand.AmountsWith(_requestsOfAttempt);
            if (FitsPlainly(amounts))
            {
                hold.Amounts = amounts;
                hold.Share = NoShare;
                hold.Running = _requestsOfAttempt;
                _running += _requestsOfAttempt;
                hold.Place = _use.Add(amounts);
                return true;
            }
        }

        return TryReserveExactly((LimitRule)hold.Rule, ref hold, demand, part, ref refusal);
    }

    public override void Undo(ref ScopeHold hold) => Change(ref hold, -hold.Amounts);

    public override bool Settle(ref ScopeHold hold, in ScopeOutcome outcome)
    {
        UsedAmounts held = hold.Amounts;
        UsedAmounts change = outcome is { Sent: true, InputTokens: >= 0, OutputTokens: >= 0, Cost: >= 0 }
            ? new UsedAmounts(0, outcome.InputTokens, outcome.OutputTokens, outcome.Cost) - held.WithoutRequests
            : new UsedAmounts(
                outcome.Sent ? 0 : -held.Requests,
                outcome.InputTokens == ScopeOutcome.Unknown ? 0 : outcome.InputTokens - held.InputTokens,
                outcome.OutputTokens == ScopeOutcome.Unknown ? 0 : outcome.OutputTokens - held.OutputTokens,
                hold.Rule.CostOf(outcome, held.Cost) - held.Cost);
        Change(ref hold, change);
        if (HasWaiters && (hold.Running > 0 || change.IsLess))
        {
            Wake();
        }

        return false;
    }

    public override ScopeUse Read()
    {
        using (ScopeBook.Lock())
        {
            MoveTo(_time.GetTimestamp());
            UsedAmounts used = _use.Sum;
            return new ScopeUse(0, new ScopeAmounts(used.Requests, used.InputTokens, used.OutputTokens, used.Cost, _running), _window);
        }
    }

    public override void SetOthers(long bucket, in ScopeAmounts others)
    {
        using (ScopeBook.Lock())
        {
            _others = new UsedAmounts(others.Requests, others.InputTokens, others.OutputTokens, others.Cost);
            _othersRunning = others.Running;
            _othersUntil = _time.GetTimestamp() + _windowTicks;
            _next = Math.Min(_next, _othersUntil);
            Wake();
        }
    }

    /// <summary>What is used, other machines included.</summary>
    public ScopeAmounts UsedAt(long now)
    {
        using (ScopeBook.Lock())
        {
            MoveTo(now);
            UsedAmounts used = _use.Sum + _others;
            return new ScopeAmounts(used.Requests, used.InputTokens, used.OutputTokens, used.Cost, _running + _othersRunning);
        }
    }

    /// <summary>When the first of what is used leaves the window; null when nothing is used.</summary>
    public TimeSpan? RelievedIn(long now)
    {
        using (ScopeBook.Lock())
        {
            MoveTo(now);
            TimeSpan wait = _use.WaitFor(now, _time.TimestampFrequency, LimitRule.NoMax, LimitRule.None);
            return wait == TimeSpan.MaxValue ? null : wait;
        }
    }

    /// <summary>Whether a request, and a call under way, counts in this part of a call.</summary>
    private static bool Counts(LimitRule limit, ScopePart part) => (part == ScopePart.Call) == limit.CountsCalls;

    private void Prepare(ScopeRule rule, long now)
    {
        if (!ReferenceEquals(rule, _rule))
        {
            Adopt((LimitRule)rule);
        }

        if (now >= _next)
        {
            MoveTo(now);
        }
    }

    private void Adopt(LimitRule limit)
    {
        _rule = limit;
        _max = limit.Max;
        _maxTokens = limit.TotalTokens;
        _maxRunning = limit.Running;
        _requestsOfAttempt = limit.CountsCalls ? 0 : 1;

        // A cost of nothing has rules of its own, unless none is limited; so have shares.
        _leastPlainCost = limit.Shares.Length > 0 ? long.MaxValue : limit.Cost == LimitRule.None ? 0 : 1;
    }

    /// <summary>Whether a demand may be looked at with all its amounts at once.</summary>
    private bool IsPlain(in ScopeDemand demand, ScopePart part) => part == ScopePart.Attempt && demand.Cost >= _leastPlainCost;

    /// <summary>
    /// The likely output is only a guess: when the prompt alone fits, prompt and guess together never demand more than the whole limit, so
    /// that a small limit lets large calls through one after the other instead of never.
    /// </summary>
    private static (long Input, long Output) TokensOf(LimitRule limit, in ScopeDemand demand)
    {
        long output = Math.Min(demand.OutputTokens, limit.OutputTokens);
        return (demand.InputTokens, Math.Min(output, Math.Max(0, limit.TotalTokens - demand.InputTokens)));
    }

    /// <summary>The usual answer in few steps: whether everything fits at once. False is no refusal yet.</summary>
    private bool FitsPlainly(in UsedAmounts amounts)
    {
        UsedAmounts after = _use.Sum + _others + amounts;
        return after.FitsInto(_max)
            && (_maxTokens == LimitRule.None || after.TotalTokens <= _maxTokens)
            && _running + _othersRunning + _requestsOfAttempt <= _maxRunning;
    }

    private bool FitsExactly(LimitRule limit, in ScopeDemand demand, ScopePart part, ref ScopeRefusal refusal)
    {
        int share = limit.ShareOf(demand);
        UsedAmounts used = _use.Sum + _others;
        if (Counts(limit, part))
        {
            if (limit.Requests != LimitRule.None && !HasRoom(limit, limit.Requests, used.Requests, 1, LimitAmount.Requests, share, demand.Now))
            {
                refusal = Refuse(limit, ScopeAmountNames.Requests, WaitFor(limit, demand, share, requests: 1, 0, 0, 0));
                return false;
            }

            if (limit.Running != LimitRule.None && !HasRoom(limit, limit.Running, _running + _othersRunning, 1, LimitAmount.Running, share, demand.Now))
            {
                refusal = Refuse(limit, ScopeAmountNames.Running, ScopeRefusal.UntilRelease);
                return false;
            }
        }

        return part == ScopePart.Call || (TokensFit(limit, demand, used, share, ref refusal) && CostFits(limit, demand, used, share, ref refusal));
    }

    private bool TryReserveExactly(LimitRule limit, ref ScopeHold hold, in ScopeDemand demand, ScopePart part, ref ScopeRefusal refusal)
    {
        int share = limit.ShareOf(demand);
        if (share >= 0 && share < _shares.Length)
        {
            // Whether it gets it or not: shares are lent while idle.
            _shares[share].WantedUntil = demand.Now + _windowTicks;
        }

        if (!FitsExactly(limit, demand, part, ref refusal))
        {
            return false;
        }

        bool counts = Counts(limit, part);
        long input = 0;
        long output = 0;
        long cost = 0;
        if (part == ScopePart.Attempt)
        {
            (input, output) = TokensOf(limit, demand);
            cost = limit.TryCost(demand, out long expected) ? expected : 0;
        }

        hold.Share = share;
        hold.Amounts = new UsedAmounts(counts ? 1 : 0, input, output, cost);
        hold.Running = counts ? 1 : 0;
        _running += hold.Running;
        hold.Place = _use.Add(hold.Amounts);
        if (share >= 0 && share < _shares.Length)
        {
            _shares[share].Running += hold.Running;
            _shares[share].Use.Add(hold.Amounts);
        }

        return true;
    }

    /// <summary>Changes what is held, and gives the running call back.</summary>
    private void Change(ref ScopeHold hold, in UsedAmounts change)
    {
        _use.Correct(hold.Place, change);
        _running -= hold.Running;
        if (hold.Share >= 0 && hold.Share < _shares.Length)
        {
            _shares[hold.Share].Running -= hold.Running;
            _shares[hold.Share].Use.Correct(hold.Place, change);
        }
    }

    private bool TokensFit(LimitRule limit, in ScopeDemand demand, in UsedAmounts used, int share, ref ScopeRefusal refusal)
    {
        if (!limit.CountsTokens)
        {
            return true;
        }

        (long input, long output) = TokensOf(limit, demand);
        string? over =
            limit.InputTokens != LimitRule.None && !HasRoom(limit, limit.InputTokens, used.InputTokens, input, LimitAmount.Input, share, demand.Now) ? ScopeAmountNames.InputTokens
            : limit.OutputTokens != LimitRule.None && !HasRoom(limit, limit.OutputTokens, used.OutputTokens, output, LimitAmount.Output, share, demand.Now) ? ScopeAmountNames.OutputTokens
            : limit.TotalTokens != LimitRule.None && !HasRoom(limit, limit.TotalTokens, used.TotalTokens, input + output, LimitAmount.Total, share, demand.Now) ? ScopeAmountNames.TotalTokens
            : null;
        if (over is null)
        {
            return true;
        }

        refusal = Refuse(limit, over, WaitFor(limit, demand, share, 0, input, output, 0));
        return false;
    }

    private bool CostFits(LimitRule limit, in ScopeDemand demand, in UsedAmounts used, int share, ref ScopeRefusal refusal)
    {
        if (limit.Cost == LimitRule.None || demand.IsFree || !limit.TryCost(demand, out long cost))
        {
            return true;
        }

        if (demand.Cost < 0 && limit.UnknownPrice == UnknownPriceBehavior.Reject)
        {
            refusal = Refuse(limit, ScopeAmountNames.Price, ScopeRefusal.Never);
            return false;
        }

        // A call that costs something too little to be estimated needs some room as well.
        if (HasRoom(limit, limit.Cost, used.Cost, Math.Max(1, cost), LimitAmount.Cost, share, demand.Now))
        {
            return true;
        }

        refusal = Refuse(limit, ScopeAmountNames.Cost, WaitFor(limit, demand, share, 0, 0, 0, Math.Max(1, cost)));
        return false;
    }

    private void MoveTo(long now)
    {
        _use.MoveTo(now);
        foreach (LimitShareUse share in _shares)
        {
            share.Use.MoveTo(now);
        }

        if (now >= _othersUntil)
        {
            _others = default;
            _othersRunning = 0;
            _othersUntil = long.MaxValue;
        }

        _next = Math.Min(_use.PartEnd, _othersUntil);
    }

    /// <summary>Whether an amount fits the limit, what belongs to other shares and is wanted left aside.</summary>
    private bool HasRoom(LimitRule limit, long max, long used, long amount, LimitAmount kind, int share, long now)
    {
        if (used + amount > max)
        {
            return false;
        }

        if (limit.Shares.Length == 0 || (share >= 0 && share < _shares.Length && _shares[share].Of(kind) + amount <= limit.Shares[share].Of(max)))
        {
            return true;
        }

        return used + amount + HeldBack(limit, max, kind, share, now) <= max;
    }

    private long HeldBack(LimitRule limit, long max, LimitAmount kind, int share, long now)
    {
        long held = 0;
        for (int i = 0; i < limit.Shares.Length && i < _shares.Length; i++)
        {
            if (i != share && now < _shares[i].WantedUntil)
            {
                held += Math.Max(0, limit.Shares[i].Of(max) - _shares[i].Of(kind));
            }
        }

        return held;
    }

    private TimeSpan WaitFor(LimitRule limit, in ScopeDemand demand, int share, long requests, long input, long output, long cost)
    {
        if (requests > limit.Requests || input > limit.InputTokens || output > limit.OutputTokens || input + output > limit.TotalTokens || cost > limit.Cost)
        {
            return ScopeRefusal.Never;
        }

        var room = new UsedAmounts(
            Room(limit, limit.Requests, _others.Requests + requests, LimitAmount.Requests, share, demand.Now),
            Room(limit, limit.InputTokens, _others.InputTokens + input, LimitAmount.Input, share, demand.Now),
            Room(limit, limit.OutputTokens, _others.OutputTokens + output, LimitAmount.Output, share, demand.Now),
            Room(limit, limit.Cost, _others.Cost + cost, LimitAmount.Cost, share, demand.Now));
        TimeSpan wait = _use.WaitFor(demand.Now, _time.TimestampFrequency, room, Room(limit, limit.TotalTokens, _others.TotalTokens + input + output, LimitAmount.Total, share, demand.Now));

        // What other machines use, or other shares want, moves on within a window.
        return wait == TimeSpan.MaxValue ? _window : wait;
    }

    private long Room(LimitRule limit, long max, long taken, LimitAmount kind, int share, long now) =>
        max == LimitRule.None ? LimitRule.None : max - taken - (limit.Shares.Length == 0 ? 0 : HeldBack(limit, max, kind, share, now));

    private ScopeRefusal Refuse(LimitRule limit, string amount, TimeSpan wait) => new(limit, this, amount, wait);
}

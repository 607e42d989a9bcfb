namespace LlmStack.Limits.Scopes;

/// <summary>What one value of a limit's scope has used inside its sliding window, and its calls under way.</summary>
internal sealed class LimitCounter : ScopeCounter
{
    private readonly TimeProvider _time;
    private readonly TimeSpan _window;
    private readonly long _windowTicks;
    private readonly SlidingUse _use;
    private readonly ShareUse[] _shares;
    private ScopeAmounts _others;
    private long _othersUntil = long.MinValue;
    private long _running;

    public LimitCounter(ScopeTable table, ScopeKey key, TimeSpan window, int shares, TimeProvider time)
        : base(table, key)
    {
        _time = time;
        _window = window;
        long partTicks = SlidingUse.PartTicks(window, time.TimestampFrequency);
        _windowTicks = partTicks * SlidingUse.Parts;
        _use = new SlidingUse(partTicks);
        _shares = shares == 0 ? [] : new ShareUse[shares];
        for (int i = 0; i < shares; i++)
        {
            _shares[i] = new ShareUse(new SlidingUse(partTicks));
        }
    }

    public override TimeSpan Length => _window;

    public override bool IsFixed => false;

    public override bool Fits(ScopeRule rule, in ScopeDemand demand, ScopePart part, out ScopeRefusal refusal)
    {
        var limit = (LimitRule)rule;
        MoveTo(demand.Now);
        refusal = default;
        int share = limit.Shares.Length == 0 ? -1 : limit.ShareOf(demand);
        if ((part == ScopePart.Call) == limit.CountsCalls)
        {
            if (limit.Requests != LimitRule.None && !HasRoom(limit, limit.Requests, _use.Requests + _others.Requests, 1, Kind.Requests, share, demand.Now))
            {
                refusal = Refuse(limit, ScopeAmountNames.Requests, WaitFor(limit, demand, share, requests: 1, 0, 0, 0));
                return false;
            }

            if (limit.Running != LimitRule.None && !HasRoom(limit, limit.Running, _running + _others.Running, 1, Kind.Running, share, demand.Now))
            {
                refusal = Refuse(limit, ScopeAmountNames.Running, ScopeRefusal.UntilRelease);
                return false;
            }
        }

        return part == ScopePart.Call || (TokensFit(limit, demand, share, out refusal) && CostFits(limit, demand, share, out refusal));
    }

    public override void Reserve(ref ScopeHold hold, in ScopeDemand demand, ScopePart part)
    {
        var limit = (LimitRule)hold.Rule;
        MoveTo(demand.Now);
        hold.Share = limit.Shares.Length == 0 ? -1 : limit.ShareOf(demand);
        if ((part == ScopePart.Call) == limit.CountsCalls)
        {
            hold.Requests = 1;
            hold.Running = 1;
        }

        if (part == ScopePart.Attempt)
        {
            (hold.InputTokens, hold.OutputTokens) = TokensOf(limit, demand);
            hold.Cost = limit.TryCost(demand, out long cost) ? cost : 0;
        }

        _running += hold.Running;
        hold.Place = _use.Add(hold.Requests, hold.InputTokens, hold.OutputTokens, hold.Cost);
        if (hold.Share >= 0 && hold.Share < _shares.Length)
        {
            _shares[hold.Share].Running += hold.Running;
            _shares[hold.Share].Use.Add(hold.Requests, hold.InputTokens, hold.OutputTokens, hold.Cost);
        }
    }

    public override void Settle(ref ScopeHold hold, in ScopeOutcome outcome)
    {
        long requests = outcome.Sent ? 0 : -hold.Requests;
        long input = outcome.InputTokens == ScopeOutcome.Unknown ? 0 : outcome.InputTokens - hold.InputTokens;
        long output = outcome.OutputTokens == ScopeOutcome.Unknown ? 0 : outcome.OutputTokens - hold.OutputTokens;
        long cost = hold.Rule.CostOf(outcome, hold.Cost) - hold.Cost;
        _use.Correct(hold.Place, requests, input, output, cost);
        _running -= hold.Running;
        if (hold.Share >= 0 && hold.Share < _shares.Length)
        {
            _shares[hold.Share].Running -= hold.Running;
            _shares[hold.Share].Use.Correct(hold.Place, requests, input, output, cost);
        }

        if (hold.Running > 0 || requests < 0 || input < 0 || output < 0 || cost < 0)
        {
            Wake();
        }
    }

    public override void NoteDemand(ScopeRule rule, in ScopeDemand demand)
    {
        var limit = (LimitRule)rule;
        if (limit.Shares.Length > 0 && limit.ShareOf(demand) is >= 0 and var share && share < _shares.Length)
        {
            _shares[share].WantedUntil = demand.Now + _windowTicks;
        }
    }

    public override ScopeUse Read()
    {
        lock (ScopeBook.Gate)
        {
            MoveTo(_time.GetTimestamp());
            return new ScopeUse(0, new ScopeAmounts(_use.Requests, _use.InputTokens, _use.OutputTokens, _use.Cost, _running), _window);
        }
    }

    public override void SetOthers(long bucket, in ScopeAmounts others)
    {
        lock (ScopeBook.Gate)
        {
            _others = others;
            _othersUntil = _time.GetTimestamp() + _windowTicks;
            Wake();
        }
    }

    /// <summary>What is used, other machines included.</summary>
    public ScopeAmounts UsedAt(long now)
    {
        lock (ScopeBook.Gate)
        {
            MoveTo(now);
            return new ScopeAmounts(_use.Requests + _others.Requests, _use.InputTokens + _others.InputTokens, _use.OutputTokens + _others.OutputTokens, _use.Cost + _others.Cost, _running + _others.Running);
        }
    }

    /// <summary>When the first of what is used leaves the window; null when nothing is used.</summary>
    public TimeSpan? RelievedIn(long now)
    {
        lock (ScopeBook.Gate)
        {
            MoveTo(now);
            TimeSpan wait = _use.WaitFor(now, _time.TimestampFrequency, long.MaxValue, long.MaxValue, long.MaxValue, long.MaxValue, long.MaxValue);
            return wait == TimeSpan.MaxValue ? null : wait;
        }
    }

    /// <summary>
    /// The likely output is only a guess: when the prompt alone fits, prompt and guess together never demand more than the whole limit, so
    /// that a small limit lets large calls through one after the other instead of never.
    /// </summary>
    private static (long Input, long Output) TokensOf(LimitRule limit, in ScopeDemand demand)
    {
        long output = Math.Min(demand.OutputTokens, limit.OutputTokens);
        return (demand.InputTokens, Math.Min(output, Math.Max(0, limit.TotalTokens - demand.InputTokens)));
    }

    private bool TokensFit(LimitRule limit, in ScopeDemand demand, int share, out ScopeRefusal refusal)
    {
        refusal = default;
        if (!limit.CountsTokens)
        {
            return true;
        }

        (long input, long output) = TokensOf(limit, demand);
        string? over =
            limit.InputTokens != LimitRule.None && !HasRoom(limit, limit.InputTokens, _use.InputTokens + _others.InputTokens, input, Kind.Input, share, demand.Now) ? ScopeAmountNames.InputTokens
            : limit.OutputTokens != LimitRule.None && !HasRoom(limit, limit.OutputTokens, _use.OutputTokens + _others.OutputTokens, output, Kind.Output, share, demand.Now) ? ScopeAmountNames.OutputTokens
            : limit.TotalTokens != LimitRule.None && !HasRoom(limit, limit.TotalTokens, _use.InputTokens + _use.OutputTokens + _others.InputTokens + _others.OutputTokens, input + output, Kind.Total, share, demand.Now) ? ScopeAmountNames.TotalTokens
            : null;
        if (over is null)
        {
            return true;
        }

        refusal = Refuse(limit, over, WaitFor(limit, demand, share, 0, input, output, 0));
        return false;
    }

    private bool CostFits(LimitRule limit, in ScopeDemand demand, int share, out ScopeRefusal refusal)
    {
        refusal = default;
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
        if (HasRoom(limit, limit.Cost, _use.Cost + _others.Cost, Math.Max(1, cost), Kind.Cost, share, demand.Now))
        {
            return true;
        }

        refusal = Refuse(limit, ScopeAmountNames.Cost, WaitFor(limit, demand, share, 0, 0, 0, Math.Max(1, cost)));
        return false;
    }

    private void MoveTo(long now)
    {
        _use.MoveTo(now);
        foreach (ShareUse share in _shares)
        {
            share.Use.MoveTo(now);
        }

        if (_others != default && now >= _othersUntil)
        {
            _others = default;
        }
    }

    /// <summary>Whether an amount fits the limit, what belongs to other shares and is wanted left aside.</summary>
    private bool HasRoom(LimitRule limit, long max, long used, long amount, Kind kind, int share, long now)
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

    private long HeldBack(LimitRule limit, long max, Kind kind, int share, long now)
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

        TimeSpan wait = _use.WaitFor(
            demand.Now,
            _time.TimestampFrequency,
            Room(limit, limit.Requests, _others.Requests + requests, Kind.Requests, share, demand.Now),
            Room(limit, limit.InputTokens, _others.InputTokens + input, Kind.Input, share, demand.Now),
            Room(limit, limit.OutputTokens, _others.OutputTokens + output, Kind.Output, share, demand.Now),
            Room(limit, limit.TotalTokens, _others.InputTokens + _others.OutputTokens + input + output, Kind.Total, share, demand.Now),
            Room(limit, limit.Cost, _others.Cost + cost, Kind.Cost, share, demand.Now));

        // What other machines use, or other shares want, moves on within a window.
        return wait == TimeSpan.MaxValue ? _window : wait;
    }

    private long Room(LimitRule limit, long max, long taken, Kind kind, int share, long now) =>
        max == LimitRule.None ? LimitRule.None : max - taken - (limit.Shares.Length == 0 ? 0 : HeldBack(limit, max, kind, share, now));

    private ScopeRefusal Refuse(LimitRule limit, string amount, TimeSpan wait) => new(limit, this, amount, wait);

    private enum Kind
    {
        Requests,
        Running,
        Input,
        Output,
        Total,
        Cost,
    }

    private sealed class ShareUse(SlidingUse use)
    {
        public SlidingUse Use { get; } = use;

        public long Running { get; set; }

        /// <summary>Until then its part is kept free.</summary>
        public long WantedUntil { get; set; } = long.MinValue;

        public long Of(Kind kind) => kind switch
        {
            Kind.Requests => Use.Requests,
            Kind.Running => Running,
            Kind.Input => Use.InputTokens,
            Kind.Output => Use.OutputTokens,
            Kind.Total => Use.InputTokens + Use.OutputTokens,
            _ => Use.Cost,
        };
    }
}

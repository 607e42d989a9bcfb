using LlmStack.Limits.Scopes;

namespace LlmStack.Limits.Budgets;

/// <summary>What one value of a budget's scope has spent in its window, and what calls under way will probably spend.</summary>
/// <remarks>
/// Spent and reserved together never pass the amount when a call is admitted, so more is spent than allowed only by what calls under way
/// cost above their reservation.
/// </remarks>
internal sealed class BudgetCounter : ScopeCounter
{
    private readonly TimeProvider _time;
    private readonly TimeSpan _length;
    private readonly long _rollingTicks;
    private long _window;
    private long _windowEnd = long.MinValue;
    private long _others;
    private long _othersWindow;
    private long _recovered;
    private long _recoveredWindow;
    private int _softReached;
    private int _softTold;
    private bool _refusalTold;
    private Earlier _earlier;

    /// <param name="table">Where it is kept.</param>
    /// <param name="key">Whose it is.</param>
    /// <param name="length">Of a rolling window, or about that of a period; <see cref="TimeSpan.MaxValue"/> for no window.</param>
    /// <param name="isRolling">Whether the window starts at first use.</param>
    /// <param name="time">The clock.</param>
    public BudgetCounter(ScopeTable table, ScopeKey key, TimeSpan length, bool isRolling, TimeProvider time)
        : base(table, key)
    {
        _time = time;
        _length = length;
        _rollingTicks = isRolling ? (long)Int128.Min(long.MaxValue / 2, (Int128)length.Ticks * time.TimestampFrequency / TimeSpan.TicksPerSecond) : 0;
    }

    /// <summary>In the window of the last call; in 10⁻⁹ US dollars, as everything here.</summary>
    public long Spent { get; private set; }

    public long Reserved { get; private set; }

    public override TimeSpan Length => _length;

    public override bool IsFixed => true;

    public override bool Fits(ScopeRule rule, in ScopeDemand demand, ScopePart part, out ScopeRefusal refusal)
    {
        var budget = (BudgetRule)rule;
        refusal = default;
        if (part == ScopePart.Call || !budget.IsHard || demand.IsFree || !budget.TryCost(demand, out long cost))
        {
            return true;
        }

        if (demand.Cost < 0 && budget.UnknownPrice == UnknownPriceBehavior.Reject)
        {
            refusal = new ScopeRefusal(budget, this, ScopeAmountNames.Price, ScopeRefusal.Never);
            return false;
        }

        // Who costs something, if too little to be estimated, needs something left.
        cost = Math.Max(1, cost);
        bool current = IsCurrent(budget, demand, out long end);
        long used = current ? Spent + Reserved + OthersIn(_window) : OthersIn(WindowOf(budget, demand));
        if (used + cost <= budget.Amount)
        {
            return true;
        }

        refusal = new ScopeRefusal(budget, this, ScopeAmountNames.Cost, cost > budget.Amount ? ScopeRefusal.Never : WaitUntil(budget, demand, end));
        return false;
    }

    public override bool TryReserve(ref ScopeHold hold, in ScopeDemand demand, ScopePart part, ref ScopeRefusal refusal)
    {
        var budget = (BudgetRule)hold.Rule;
        bool current = IsCurrent(budget, demand, out long end);
        bool counts = part == ScopePart.Attempt;
        if (current && counts && demand.Cost >= 0 && Spent + Reserved + OthersIn(_window) + Math.Max(1, demand.Cost) <= budget.Amount)
        {
            // The usual case in few steps.
            hold.BeganWindow = false;
            hold.Place = _window;
            hold.Cost = demand.Cost;
            Reserved += demand.Cost;
            return true;
        }

        if (!Fits(budget, demand, part, out ScopeRefusal refused))
        {
            refusal = refused;
            return false;
        }

        hold.BeganWindow = !current;
        if (!current)
        {
            _earlier = new Earlier(_window, _windowEnd, Spent, Reserved, _others, _recovered, _softReached, _softTold, _refusalTold);
            Begin(budget, demand.Now, demand.UtcTicks, end);
        }

        hold.Place = _window;
        hold.Cost = counts && budget.TryCost(demand, out long cost) ? cost : 0;
        Reserved += hold.Cost;
        return true;
    }

    public override void Undo(ref ScopeHold hold)
    {
        Reserved -= hold.Cost;
        hold.Cost = 0;
        if (hold.BeganWindow)
        {
            // A window that begins at first use must not begin with a call that nobody made.
            (_window, _windowEnd, Spent, Reserved, _others, _recovered, _softReached, _softTold, _refusalTold) = _earlier;
        }
    }

    public override bool Settle(ref ScopeHold hold, in ScopeOutcome outcome)
    {
        long cost = hold.Rule.CostOf(outcome, hold.Cost);
        if (hold.Place != _window)
        {
            // Its window is over: what it cost belongs there, and nothing carries over.
            return false;
        }

        Reserved -= hold.Cost;
        Spent += cost;
        var budget = (BudgetRule)hold.Rule;
        while (_softReached < budget.Soft.Length && Spent + OthersIn(_window) >= budget.Soft[_softReached])
        {
            _softReached++;
        }

        if (HasWaiters && cost < hold.Cost)
        {
            Wake();
        }

        return _softTold != _softReached;
    }

    public override void AfterSettle(ScopeRule rule)
    {
        if (Volatile.Read(ref _softTold) == Volatile.Read(ref _softReached))
        {
            return;
        }

        var budget = (BudgetRule)rule;
        int from;
        int to;
        decimal spent;
        using (ScopeBook.Lock())
        {
            (from, to, spent) = (_softTold, _softReached, Money.ToDollars(Spent + OthersIn(_window)));
            _softTold = to;
        }

        for (int i = from; i < to && i < budget.Soft.Length; i++)
        {
            budget.Listener?.SoftReached(budget, this, Money.ToDollars(budget.Soft[i]), spent);
        }
    }

    /// <summary>A call failed for it.</summary>
    public void NoteRefused(BudgetRule budget)
    {
        decimal spent;
        using (ScopeBook.Lock())
        {
            if (_refusalTold)
            {
                return;
            }

            _refusalTold = true;
            spent = Money.ToDollars(Spent + OthersIn(_window));
        }

        budget.Listener?.HardRefused(budget, this, spent);
    }

    public override ScopeUse Read()
    {
        using (ScopeBook.Lock())
        {
            if (_rollingTicks == 0)
            {
                return new ScopeUse(_window, new ScopeAmounts(0, 0, 0, Spent + Reserved, 0), _window == 0 ? TimeSpan.MaxValue : _length);
            }

            long left = _windowEnd == long.MinValue ? 0 : _windowEnd - _time.GetTimestamp();
            return left <= 0 ? default : new ScopeUse(0, new ScopeAmounts(0, 0, 0, Spent + Reserved, 0), _time.GetElapsedTime(0, left));
        }
    }

    public override void SetOthers(long bucket, in ScopeAmounts others)
    {
        using (ScopeBook.Lock())
        {
            // Rolling windows of several machines do not begin at the same moment: there what is told last holds for the window at hand.
            long window = _rollingTicks == 0 ? bucket : _window;
            if (window >= _othersWindow || _rollingTicks > 0)
            {
                _othersWindow = window;
                _others = others.Cost;
                Wake();
            }
        }
    }

    /// <summary>What was spent in the window at hand before the process began.</summary>
    /// <param name="budget">The rule.</param>
    /// <param name="amount">The amount.</param>
    /// <param name="age">Of a rolling window, how long ago it began.</param>
    /// <param name="isShared">
    /// Whether others tell what they use: then an earlier process may still be among them, and the larger of both counts instead of the sum.
    /// </param>
    public void Recover(BudgetRule budget, long amount, TimeSpan age, bool isShared = false)
    {
        using (ScopeBook.Lock())
        {
            long now = _time.GetTimestamp();
            Roll(budget, now, budget.Calendar is null ? 0 : _time.GetUtcNow().UtcTicks);
            if (_rollingTicks > 0)
            {
                _windowEnd = now + _rollingTicks - (long)((Int128)age.Ticks * _time.TimestampFrequency / TimeSpan.TicksPerSecond);
            }

            if (isShared)
            {
                (_recovered, _recoveredWindow) = (amount, _window);
            }
            else
            {
                Spent += amount;
            }

            while (_softReached < budget.Soft.Length && Spent + OthersIn(_window) >= budget.Soft[_softReached])
            {
                // It was told before the process began.
                _softTold = ++_softReached;
            }
        }
    }

    /// <summary>What is spent, others included, and reserved in the window at hand, and when it ends; null when it does not, or has not begun.</summary>
    public (long Spent, long Reserved, TimeSpan? EndsIn) StateAt(BudgetRule budget)
    {
        using (ScopeBook.Lock())
        {
            var now = new ScopeDemand { Now = _time.GetTimestamp(), UtcTicks = budget.Calendar is null ? 0 : _time.GetUtcNow().UtcTicks };
            bool current = IsCurrent(budget, now, out long end);
            TimeSpan left = WaitUntil(budget, now, end);
            TimeSpan? endsIn = left == ScopeRefusal.Never || (!current && _rollingTicks > 0) ? null : left;
            return current ? (Spent + OthersIn(_window), Reserved, endsIn) : (OthersIn(WindowOf(budget, now)), 0, endsIn);
        }
    }

    private bool IsCurrent(BudgetRule budget, in ScopeDemand demand, out long end)
    {
        if (budget.Calendar is { } calendar)
        {
            (long start, end) = calendar.At(demand.UtcTicks);
            return start == _window && _windowEnd != long.MinValue;
        }

        end = _windowEnd;
        return _windowEnd != long.MinValue && (_rollingTicks == 0 || demand.Now < _windowEnd);
    }

    private static long WindowOf(BudgetRule budget, in ScopeDemand demand) => budget.Calendar?.At(demand.UtcTicks).Start ?? 0;

    private long OthersIn(long window) => Math.Max(_othersWindow == window ? _others : 0, _recoveredWindow == window ? _recovered : 0);

    private void Roll(BudgetRule budget, long now, long utcTicks)
    {
        if (!IsCurrent(budget, new ScopeDemand { Now = now, UtcTicks = utcTicks }, out long end))
        {
            Begin(budget, now, utcTicks, end);
        }
    }

    private void Begin(BudgetRule budget, long now, long utcTicks, long end)
    {
        bool first = _windowEnd == long.MinValue;
        (_window, _windowEnd) = budget.Calendar is not null ? (budget.Calendar.At(utcTicks).Start, end)
            : _rollingTicks > 0 ? (now, now + _rollingTicks)
            : (0, long.MaxValue);
        Spent = 0;
        Reserved = 0;
        _softReached = _softTold = 0;
        _refusalTold = false;
        if (_rollingTicks > 0 && !first)
        {
            _others = 0;
            _recovered = 0;
        }
    }

    private TimeSpan WaitUntil(BudgetRule budget, in ScopeDemand demand, long end) =>
        budget.Calendar is not null ? TimeSpan.FromTicks(end - demand.UtcTicks)
        : _rollingTicks == 0 ? ScopeRefusal.Never
        : end == long.MinValue || end <= demand.Now ? _length
        : TimeSpan.FromTicks((long)(((Int128)(end - demand.Now) * TimeSpan.TicksPerSecond / _time.TimestampFrequency) + 1));

    /// <summary>What was before a window began.</summary>
    private readonly record struct Earlier(
        long Window, long WindowEnd, long Spent, long Reserved, long Others, long Recovered, int SoftReached, int SoftTold, bool RefusalTold);
}

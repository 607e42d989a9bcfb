using LlmStack.Limits.Budgets;
using LlmStack.Limits.Scopes;
using Microsoft.Extensions.Time.Testing;

namespace LlmStack.Tests.Limits.Scopes;

/// <summary>Rules, and calls under them, without a router.</summary>
internal sealed class ScopeRig
{
    private readonly Dictionary<string, ScopeTable> _tables = [];

    public ScopeRig(IScopeExchange? exchange = null, FakeTimeProvider? time = null)
    {
        Time = time ?? new FakeTimeProvider(new DateTimeOffset(2026, 11, 24, 8, 0, 0, TimeSpan.Zero));
        Book = new ScopeBook(exchange ?? NoScopeExchange.Instance);
    }

    public FakeTimeProvider Time { get; }

    public ScopeBook Book { get; }

    public List<ScopeRule> Rules { get; } = [];

    public List<string> Told { get; } = [];

    /// <summary>Adds a limit; the scope is written as <c>team=*</c>.</summary>
    public LimitRule Limit(string scope, Func<ScopePattern, ScopeTable, LimitRule> make, TimeSpan? window = null, int shares = 0, int capacity = ScopeTable.Capacity)
    {
        ScopePattern pattern = Pattern(scope);
        LimitRule rule = make(pattern, Table("limits/" + scope, pattern, (table, key) => new LimitCounter(table, key, window ?? TimeSpan.FromMinutes(1), shares, Time), capacity));
        Rules.Add(rule);
        return rule;
    }

    public BudgetRule Budget(string scope, decimal amount, TimeSpan? rolling = null, CalendarPeriods? calendar = null, UnknownPriceBehavior unknown = default, decimal[]? soft = null, bool hard = true, int capacity = ScopeTable.Capacity)
    {
        ScopePattern pattern = Pattern(scope);
        ScopeTable table = Table("budgets/" + scope, pattern, (table, key) => new BudgetCounter(table, key, rolling ?? TimeSpan.MaxValue, rolling is not null, Time), capacity);
        var rule = new BudgetRule("b:" + scope, pattern, table)
        {
            Amount = Money.FromDollars(amount),
            Calendar = calendar,
            UnknownPrice = unknown,
            Soft = [.. (soft ?? []).Select(Money.FromDollars)],
            IsHard = hard,
            Listener = new Listener(Told),
        };
        Rules.Add(rule);
        return rule;
    }

    /// <summary>Reserves for a call of a caller; null when refused.</summary>
    public ScopeReservation? Reserve(LlmContext context, out ScopeRefusal refusal, long input = 0, long output = 0, decimal? cost = 0, ScopePart part = ScopePart.Call, int priority = 4, bool free = false, decimal assumed = 0)
    {
        var list = new ScopeList();
        foreach (ScopeRule rule in Rules)
        {
            rule.Collect(context, null, list);
        }

        var reservation = new ScopeReservation();
        reservation.Add(list.Entries);

        ScopeDemand demand = Demand(context, input, output, cost, priority, free, assumed);
        bool reserved = Book.TryReserve(reservation, demand, part, out refusal);
        return reserved ? reservation : null;
    }

    public bool Reserves(LlmContext context, long input = 0, long output = 0, decimal? cost = 0, ScopePart part = ScopePart.Call, int priority = 4) =>
        Reserve(context, out _, input, output, cost, part, priority) is not null;

    public ScopeDemand Demand(LlmContext context, long input = 0, long output = 0, decimal? cost = 0, int priority = 4, bool free = false, decimal assumed = 0) => new()
    {
        Now = Time.GetTimestamp(),
        UtcTicks = Time.GetUtcNow().UtcTicks,
        InputTokens = input,
        OutputTokens = output,
        Cost = cost is { } known ? Money.FromDollars(known) : -1,
        AssumedCost = Money.FromDollars(assumed),
        IsFree = free,
        Priority = priority,
        Context = context,
    };

    public static ScopeOutcome Outcome(long input = 0, long output = 0, decimal? cost = 0, decimal? assumed = null, bool sent = true) => new()
    {
        Sent = sent,
        InputTokens = input,
        OutputTokens = output,
        Cost = cost is { } known ? Money.FromDollars(known) : ScopeOutcome.Unknown,
        AssumedCost = assumed is { } guess ? Money.FromDollars(guess) : ScopeOutcome.Unknown,
    };

    public static ScopePattern Pattern(string scope) => new(scope.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(static part => part.Split('='))
        .Select(static part => (Enum.Parse<ScopeDimension>(part[0], ignoreCase: true), part[1])));

    private ScopeTable Table(string name, ScopePattern pattern, Func<ScopeTable, ScopeKey, ScopeCounter> make, int capacity) =>
        _tables[name + _tables.Count] = new ScopeTable(name, pattern, make, capacity);

    private sealed class Listener(List<string> told) : IBudgetListener
    {
        public void SoftReached(BudgetRule rule, BudgetCounter counter, decimal soft, decimal spent) =>
            told.Add(FormattableString.Invariant($"{rule.Pattern.Describe(counter.Key)} reached {soft}: {spent}"));

        public void HardRefused(BudgetRule rule, BudgetCounter counter, decimal spent) =>
            told.Add(FormattableString.Invariant($"{rule.Pattern.Describe(counter.Key)} refused at {spent}"));
    }
}

using LlmStack.Limits.Budgets;
using LlmStack.Limits.Scopes;
using Microsoft.Extensions.Time.Testing;

namespace LlmStack.Tests.Limits.Scopes;

/// <summary>Two machines that tell each other what they use.</summary>
public class ScopeExchangeTests
{
    private static readonly LlmContext Team = new() { Team = "search" };
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 24, 8, 0, 0, TimeSpan.Zero));
    private readonly Wire _wire = new();

    private ScopeRig NewMachine() => new(new Machine(_wire), _time);

    [Fact]
    public void What_another_machine_uses_counts_here()
    {
        ScopeRig here = NewMachine();
        ScopeRig there = NewMachine();
        foreach (ScopeRig machine in new[] { here, there })
        {
            machine.Limit("team=*", static (pattern, table) => new LimitRule("l", pattern, table) { Requests = 3 });
        }

        Assert.True(here.Reserves(Team));
        Assert.True(there.Reserves(Team));
        Assert.True(there.Reserves(Team));
        _wire.Exchange();
        Assert.False(here.Reserves(Team));
        Assert.False(there.Reserves(Team));
        Assert.True(here.Reserves(new LlmContext { Team = "other" }));

        // Silence for a window: what the other used has left it.
        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal([true, true, true, false], Enumerable.Range(0, 4).Select(_ => here.Reserves(Team)));
    }

    [Fact]
    public void A_settlement_tells_the_difference()
    {
        ScopeRig here = NewMachine();
        ScopeRig there = NewMachine();
        BudgetRule[] budgets = [.. new[] { here, there }.Select(static machine => machine.Budget("team=*", 1m, calendar: new CalendarPeriods(BudgetPeriod.Day, TimeZoneInfo.Utc)))];
        Assert.True(there.Reserves(Team, cost: 0.000_000_001m, part: ScopePart.Attempt));
        ScopeReservation held = here.Reserve(Team, out _, cost: 0.9m, part: ScopePart.Attempt)!;
        _wire.Exchange();
        Assert.False(there.Reserves(Team, cost: 0.2m, part: ScopePart.Attempt));
        here.Book.Settle(held, ScopeRig.Outcome(cost: 0.5m));
        _wire.Exchange();
        Assert.True(there.Reserves(Team, cost: 0.499_999_999m, part: ScopePart.Attempt));
        Assert.False(there.Reserves(Team, cost: 0.000_000_001m, part: ScopePart.Attempt));
        Assert.Equal(1m, Money.ToDollars(_wire.Total("budgets/team=*/team=search", new DateTimeOffset(2026, 11, 24, 0, 0, 0, TimeSpan.Zero).UtcTicks)));

        // The next day's window has another id: what is told of yesterday does not count in it.
        _time.Advance(TimeSpan.FromDays(1));
        _wire.Exchange();
        Assert.True(there.Reserves(Team, cost: 1m, part: ScopePart.Attempt));
        Assert.Equal(2, budgets.Length);
    }

    [Fact]
    public void Nothing_is_told_when_nobody_listens()
    {
        var machine = new Machine(_wire) { IsActive = false };
        ScopeRig alone = new(machine, _time);
        alone.Limit("team=*", static (pattern, table) => new LimitRule("l", pattern, table) { Requests = 3 });
        alone.Book.Settle(alone.Reserve(Team, out _)!, ScopeRig.Outcome());
        Assert.Empty(machine.Scopes);
    }

    [Fact]
    public void A_refusal_is_told_as_well_so_that_the_others_are_looked_at()
    {
        var machine = new Machine(_wire);
        ScopeRig here = new(machine, _time);
        here.Limit("team=*", static (pattern, table) => new LimitRule("l", pattern, table) { Requests = 0 });
        Assert.False(here.Reserves(Team));
        Assert.Single(machine.Scopes);
    }

    [Fact]
    public void What_a_run_inside_one_process_may_spend_is_nobody_elses_business()
    {
        var machine = new Machine(_wire);
        ScopeRig here = new(machine, _time);
        using LlmBudget run = LlmContext.OpenBudget(1m, "run");
        var reservation = new ScopeReservation();
        reservation.Add([run.Entry]);
        Assert.True(here.Book.TryReserve(reservation, here.Demand(Team, cost: 0.1m), ScopePart.Attempt, out _));
        Assert.Empty(machine.Scopes);
    }

    /// <summary>What the ledger remembers of an earlier process may be what another machine tells: the larger of both counts, not the sum.</summary>
    [Fact]
    public void What_was_spent_before_a_restart_is_not_counted_twice()
    {
        ScopeRig here = NewMachine();
        BudgetRule rule = here.Budget("team=*", 1m, calendar: new CalendarPeriods(BudgetPeriod.Day, TimeZoneInfo.Utc));
        var counter = (BudgetCounter)rule.Table.GetOrAdd(new ScopeKey("search", null, null, null));
        counter.Recover(rule, Money.FromDollars(0.4m), TimeSpan.Zero, isShared: true);
        Assert.Equal(0.4m, Money.ToDollars(counter.StateAt(rule).Spent));
        Assert.Equal(0, counter.Read().Amounts.Cost);
        counter.SetOthers(counter.Read().Bucket, new ScopeAmounts(0, 0, 0, Money.FromDollars(0.3m), 0));
        Assert.Equal(0.4m, Money.ToDollars(counter.StateAt(rule).Spent));
        counter.SetOthers(counter.Read().Bucket, new ScopeAmounts(0, 0, 0, Money.FromDollars(0.7m), 0));
        Assert.Equal(0.7m, Money.ToDollars(counter.StateAt(rule).Spent));
        Assert.True(here.Reserves(Team, cost: 0.3m, part: ScopePart.Attempt));
        Assert.False(here.Reserves(Team, cost: 0.001m, part: ScopePart.Attempt));
        Assert.Equal(0.3m, Money.ToDollars(counter.Read().Amounts.Cost));
    }

    /// <summary>A store that knows of every machine what it uses, by name and window.</summary>
    private sealed class Wire
    {
        private readonly List<Machine> _machines = [];

        public void Add(Machine machine) => _machines.Add(machine);

        public long Total(string name, long bucket) => _machines.Sum(machine => machine.Scopes.GetValueOrDefault(name)?.Read() is { } use && use.Bucket == bucket ? use.Amounts.Cost : 0);

        /// <summary>Tells each machine what the others use.</summary>
        public void Exchange()
        {
            foreach (Machine machine in _machines)
            {
                foreach (ISharedScope scope in machine.Scopes.Values)
                {
                    long bucket = scope.Read().Bucket;
                    scope.SetOthers(bucket, _machines.Where(other => other != machine && other.Scopes.ContainsKey(scope.Name))
                        .Select(other => other.Scopes[scope.Name].Read())
                        .Where(use => use.Bucket == bucket)
                        .Aggregate(default(ScopeAmounts), static (sum, use) => Plus(sum, use.Amounts)));
                }
            }
        }

        private static ScopeAmounts Plus(ScopeAmounts a, ScopeAmounts b) =>
            new(a.Requests + b.Requests, a.InputTokens + b.InputTokens, a.OutputTokens + b.OutputTokens, a.Cost + b.Cost, a.Running + b.Running);
    }

    private sealed class Machine : IScopeExchange
    {
        public Machine(Wire wire) => wire.Add(this);

        public Dictionary<string, ISharedScope> Scopes { get; } = [];

        public bool IsActive { get; init; } = true;

        public void Changed(ISharedScope scope) => Scopes[scope.Name] = scope;

        public void Start()
        {
        }
    }
}

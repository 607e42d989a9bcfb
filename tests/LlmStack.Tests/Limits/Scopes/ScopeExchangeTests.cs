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

    private ScopeRig Machine() => new(new Machines(_wire), _time);

    [Fact]
    public void What_another_machine_uses_counts_here()
    {
        ScopeRig here = Machine();
        ScopeRig there = Machine();
        foreach (ScopeRig machine in new[] { here, there })
        {
            machine.Limit("team=*", static (pattern, table) => new LimitRule("l", pattern, table) { Requests = 3 });
        }

        Assert.True(here.Reserves(Team));
        Assert.True(there.Reserves(Team));
        Assert.True(there.Reserves(Team));
        _wire.Exchange(_time);
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
        ScopeRig here = Machine();
        ScopeRig there = Machine();
        BudgetRule[] budgets = [.. new[] { here, there }.Select(static machine => machine.Budget("team=*", 1m, calendar: new CalendarPeriods(BudgetPeriod.Day, TimeZoneInfo.Utc)))];
        Assert.True(there.Reserves(Team, cost: 0.000_000_001m, part: ScopePart.Attempt));
        ScopeReservation held = here.Reserve(Team, out _, cost: 0.9m, part: ScopePart.Attempt)!;
        _wire.Exchange(_time);
        Assert.False(there.Reserves(Team, cost: 0.2m, part: ScopePart.Attempt));
        here.Book.Settle(held, ScopeRig.Outcome(cost: 0.5m));
        _wire.Exchange(_time);
        Assert.True(there.Reserves(Team, cost: 0.499_999_999m, part: ScopePart.Attempt));
        Assert.False(there.Reserves(Team, cost: 0.000_000_001m, part: ScopePart.Attempt));
        Assert.Equal(1m, Money.ToDollars(_wire.Total("budgets/team=*/team=search", new DateTimeOffset(2026, 11, 24, 0, 0, 0, TimeSpan.Zero).UtcTicks).Cost));

        // The next day's window has another id: what is told of yesterday does not count in it.
        _time.Advance(TimeSpan.FromDays(1));
        _wire.Exchange(_time);
        Assert.True(there.Reserves(Team, cost: 1m, part: ScopePart.Attempt));
        Assert.Equal(2, budgets.Length);
    }

    [Fact]
    public void Nothing_is_told_when_nobody_listens()
    {
        ScopeRig alone = new(new Machines(_wire) { IsActive = false }, _time);
        alone.Limit("team=*", static (pattern, table) => new LimitRule("l", pattern, table) { Requests = 3 });
        alone.Book.Settle(alone.Reserve(Team, out _)!, ScopeRig.Outcome());
        Assert.Equal(0, _wire.Changes);
    }

    /// <summary>A store that adds up what every machine tells, by name and bucket.</summary>
    private sealed class Wire
    {
        private readonly List<(Machines Machine, ScopeChange Change)> _changes = [];

        public int Changes => _changes.Count;

        public void Add(Machines machine, in ScopeChange change) => _changes.Add((machine, change));

        public ScopeAmounts Total(string name, long bucket) =>
            _changes.Where(change => change.Change.Scope.Name == name && change.Change.Bucket == bucket).Aggregate(default(ScopeAmounts), static (sum, change) => Plus(sum, change.Change.Amounts));

        /// <summary>Tells each machine what the others have used.</summary>
        public void Exchange(FakeTimeProvider time)
        {
            foreach (Machines machine in _changes.Select(static change => change.Machine).Distinct().ToArray())
            {
                foreach (ISharedScope scope in machine.Scopes.Values)
                {
                    var others = _changes.Where(change => change.Machine != machine && change.Change.Scope.Name == scope.Name).Select(static change => change.Change);
                    if (scope.IsFixed)
                    {
                        foreach (IGrouping<long, ScopeChange> window in others.GroupBy(static change => change.Bucket))
                        {
                            scope.SetOthers(window.Key, window.Aggregate(default(ScopeAmounts), static (sum, change) => Plus(sum, change.Amounts)));
                        }
                    }
                    else
                    {
                        long from = time.GetUtcNow().UtcTicks - scope.Length.Ticks;
                        scope.SetOthers(0, others.Where(change => change.Bucket > from).Aggregate(default(ScopeAmounts), static (sum, change) => Plus(sum, change.Amounts)));
                    }
                }
            }
        }

        private static ScopeAmounts Plus(ScopeAmounts a, ScopeAmounts b) =>
            new(a.Requests + b.Requests, a.InputTokens + b.InputTokens, a.OutputTokens + b.OutputTokens, a.Cost + b.Cost, a.Running + b.Running);
    }

    private sealed class Machines(Wire wire) : IScopeExchange
    {
        public Dictionary<string, ISharedScope> Scopes { get; } = [];

        public bool IsActive { get; init; } = true;

        public void Publish(in ScopeChange change)
        {
            Scopes[change.Scope.Name] = change.Scope;
            wire.Add(this, change);
        }
    }
}

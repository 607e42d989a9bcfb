using LlmStack.Limits.Budgets;
using LlmStack.Limits.Scopes;

namespace LlmStack.Tests.Limits.Scopes;

public class BudgetCounterTests
{
    private static readonly LlmContext Team = new() { Team = "t" };
    private readonly ScopeRig _rig = new();

    private bool Spend(decimal cost)
    {
        if (_rig.Reserve(Team, out _, cost: cost, part: ScopePart.Attempt) is not { } held)
        {
            return false;
        }

        _rig.Book.Settle(held, ScopeRig.Outcome(cost: cost));
        return true;
    }

    [Fact]
    public void Exactly_the_amount_is_allowed_and_not_a_billionth_more()
    {
        BudgetRule budget = _rig.Budget("team=*", 1m);
        Assert.False(Spend(1.000_000_001m));
        Assert.True(Spend(0.999_999_999m));
        Assert.False(Spend(0.000_000_002m));
        Assert.True(Spend(0.000_000_001m));
        Assert.False(Spend(0.000_000_001m));
        Assert.Equal((1_000_000_000L, 0L), (Counter(budget).Spent, Counter(budget).Reserved));
    }

    [Fact]
    public void What_is_known_to_be_free_passes_an_exhausted_budget_and_what_is_only_cheap_does_not()
    {
        _rig.Budget("", 0m);
        Assert.NotNull(_rig.Reserve(Team, out _, cost: 0, part: ScopePart.Attempt, free: true));
        Assert.Null(_rig.Reserve(Team, out ScopeRefusal refusal, cost: 0, part: ScopePart.Attempt));
        Assert.Equal(LlmErrorKind.BudgetExceeded, refusal.Rule!.ErrorKind);
    }

    [Fact]
    public void Reservations_count_until_they_are_settled()
    {
        BudgetRule budget = _rig.Budget("team=*", 1m);
        ScopeReservation held = _rig.Reserve(Team, out _, cost: 0.8m, part: ScopePart.Attempt)!;
        Assert.False(Spend(0.3m));
        _rig.Book.Settle(held, ScopeRig.Outcome(cost: 0.1m));
        _rig.Book.Settle(held, ScopeRig.Outcome(cost: 5m));
        Assert.True(Spend(0.9m));
        Assert.Equal((1_000_000_000L, 0L), (Counter(budget).Spent, Counter(budget).Reserved));
    }

    [Fact]
    public void A_rolling_window_starts_at_first_use_and_again_at_the_first_use_after_its_end()
    {
        BudgetRule budget = _rig.Budget("team=*", 1m, rolling: TimeSpan.FromHours(1));
        _rig.Time.Advance(TimeSpan.FromMinutes(50));
        Assert.True(Spend(0.6m));
        _rig.Time.Advance(TimeSpan.FromMinutes(59));
        Assert.Null(_rig.Reserve(Team, out ScopeRefusal refusal, cost: 0.5m, part: ScopePart.Attempt));
        Assert.InRange(refusal.Wait, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1) + TimeSpan.FromTicks(1));
        _rig.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(Counter(budget).StateAt(budget).EndsIn);
        _rig.Time.Advance(TimeSpan.FromMinutes(30));
        Assert.True(Spend(1m));
        Assert.Equal(TimeSpan.FromHours(1), TimeSpan.FromSeconds(Math.Round(Counter(budget).StateAt(budget).EndsIn!.Value.TotalSeconds)));
    }

    [Fact]
    public void A_call_that_another_limit_refuses_begins_no_window_and_spends_nothing()
    {
        BudgetRule budget = _rig.Budget("team=*", 1m, rolling: TimeSpan.FromHours(1), soft: [0.5m]);
        _rig.Limit("team=*", static (p, t) => new LimitRule("few", p, t) { InputTokens = 5 });
        ScopeReservation held = _rig.Reserve(Team, out _, cost: 0.6m, part: ScopePart.Attempt)!;
        _rig.Time.Advance(TimeSpan.FromMinutes(90));
        Assert.Null(_rig.Reserve(Team, out ScopeRefusal refusal, input: 6, cost: 0.1m, part: ScopePart.Attempt));
        Assert.Equal("few", refusal.Rule!.Id);
        Assert.Null(Counter(budget).StateAt(budget).EndsIn);

        // Nobody has begun another window, so the first one still takes what is settled.
        _rig.Book.Settle(held, ScopeRig.Outcome(cost: 0.7m));
        Assert.Equal(Money.FromDollars(0.7m), Counter(budget).Spent);
        Assert.Equal(0, Counter(budget).Reserved);
        Assert.Single(_rig.Told);
        Assert.Equal(0, _rig.Book.OpenReservations);
    }

    [Fact]
    public void A_calendar_window_ends_with_its_period_and_nothing_carries_over()
    {
        BudgetRule budget = _rig.Budget("team=*", 1m, calendar: new CalendarPeriods(BudgetPeriod.Month, TimeZoneInfo.Utc));
        Assert.True(Spend(0.25m));
        ScopeReservation late = _rig.Reserve(Team, out _, cost: 0.75m, part: ScopePart.Attempt)!;
        Assert.Null(_rig.Reserve(Team, out ScopeRefusal refusal, cost: 0.1m, part: ScopePart.Attempt));
        Assert.Equal(new DateTimeOffset(2026, 12, 1, 0, 0, 0, TimeSpan.Zero) - _rig.Time.GetUtcNow(), refusal.Wait);
        _rig.Time.Advance(refusal.Wait);

        // What began in the old window is settled into it.
        Assert.True(Spend(0.5m));
        _rig.Book.Settle(late, ScopeRig.Outcome(cost: 3m));
        Assert.Equal((500_000_000L, 0L), (Counter(budget).Spent, Counter(budget).Reserved));
        Assert.True(Spend(0.5m));
        Assert.False(Spend(0.000_000_001m));
    }

    [Fact]
    public void A_budget_without_a_window_gives_nothing_back()
    {
        _rig.Budget("team=*", 1m);
        Assert.True(Spend(1m));
        _rig.Time.Advance(TimeSpan.FromDays(1_000));
        Assert.Null(_rig.Reserve(Team, out ScopeRefusal refusal, cost: 0.1m, part: ScopePart.Attempt));
        Assert.Null(refusal.RetryAfter);
    }

    [Fact]
    public void Unknown_prices_are_assumed_ignored_or_rejected()
    {
        BudgetRule assume = _rig.Budget("team=assume", 1m, unknown: UnknownPriceBehavior.AssumeMax);
        BudgetRule ignore = _rig.Budget("team=ignore", 1m, unknown: UnknownPriceBehavior.Ignore);
        _rig.Budget("team=reject", 1m, unknown: UnknownPriceBehavior.Reject);
        Assert.Null(Reserve("assume", assumed: 1.1m));
        _rig.Book.Settle(Reserve("assume", assumed: 0.9m)!, ScopeRig.Outcome(cost: null, assumed: 0.3m));
        Assert.Equal(300_000_000, Counter(assume).Spent);
        _rig.Book.Settle(Reserve("assume", assumed: 0.4m)!, ScopeRig.Outcome(cost: null));
        Assert.Equal(700_000_000, Counter(assume).Spent);
        _rig.Book.Settle(Reserve("ignore", assumed: 9m)!, ScopeRig.Outcome(cost: null, assumed: 9m));
        Assert.Equal(0, Counter(ignore).Spent);
        Assert.Null(_rig.Reserve(new LlmContext { Team = "reject" }, out ScopeRefusal refusal, cost: null, part: ScopePart.Attempt));
        Assert.Equal("its price is unknown, which 'b:team=reject' does not allow", refusal.Reason);
        return;

        ScopeReservation? Reserve(string team, decimal assumed) => _rig.Reserve(new LlmContext { Team = team }, out _, cost: null, part: ScopePart.Attempt, assumed: assumed);
    }

    [Fact]
    public void Soft_amounts_are_told_once_in_each_window_and_a_refusal_too()
    {
        BudgetRule budget = _rig.Budget("team=*", 1m, calendar: new CalendarPeriods(BudgetPeriod.Day, TimeZoneInfo.Utc), soft: [0.5m, 0.9m]);
        Assert.True(Spend(0.4m));
        Assert.Empty(_rig.Told);
        Assert.True(Spend(0.1m));
        Assert.True(Spend(0.1m));
        Assert.True(Spend(0.4m));
        Counter(budget).NoteRefused(budget);
        Counter(budget).NoteRefused(budget);
        _rig.Time.Advance(TimeSpan.FromDays(1));
        Assert.True(Spend(1m));
        Assert.Equal(["team=t reached 0.5: 0.5", "team=t reached 0.9: 1", "team=t refused at 1", "team=t reached 0.5: 1", "team=t reached 0.9: 1"], _rig.Told);
    }

    [Fact]
    public void A_budget_that_only_tells_refuses_nothing()
    {
        _rig.Budget("team=*", 0m, soft: [1m], hard: false);
        Assert.True(Spend(5m));
        Assert.Equal(["team=t reached 1: 5"], _rig.Told);
    }

    [Fact]
    public void What_was_spent_before_the_process_began_counts()
    {
        BudgetRule rolling = _rig.Budget("team=*", 1m, rolling: TimeSpan.FromHours(2), soft: [0.5m]);
        var counter = (BudgetCounter)rolling.Table.GetOrAdd(new ScopeKey("t", null, null, null));
        counter.Recover(rolling, 800_000_000, TimeSpan.FromHours(1.5));
        Assert.False(Spend(0.3m));
        Assert.True(Spend(0.2m));
        Assert.Empty(_rig.Told);
        _rig.Time.Advance(TimeSpan.FromHours(0.5));
        Assert.True(Spend(1m));
    }

    [Fact]
    public async Task Under_parallel_load_no_more_is_spent_than_the_amount_and_what_calls_under_way_cost_above_their_reservation()
    {
        const decimal Estimate = 0.001m;
        const decimal Most = 0.0015m;
        const int Workers = 8;
        BudgetRule budget = _rig.Budget("team=*", 1m);
        _rig.Budget("", 1.2m);
        long inFlight = 0;
        long mostInFlight = 0;
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(() =>
        {
            var random = new Random(worker);
            for (int i = 0; i < 5_000; i++)
            {
                if (_rig.Reserve(Team, out _, cost: Estimate, part: ScopePart.Attempt) is { } held)
                {
                    InterlockedMax(ref mostInFlight, Interlocked.Increment(ref inFlight));
                    decimal cost = random.Next(0, 3) == 0 ? 0 : Most * (decimal)random.NextDouble();
                    _rig.Book.Settle(held, ScopeRig.Outcome(cost: cost));
                    Interlocked.Decrement(ref inFlight);
                }
            }
        }))).WaitAsync(TimeSpan.FromSeconds(120));

        long spent = Counter(budget).Spent;
        Assert.InRange(spent, 1, Money.FromDollars(1m + (mostInFlight * (Most - Estimate))));
        Assert.InRange(spent, Money.FromDollars(1m - Estimate), long.MaxValue);
        Assert.Equal((0L, 0), (Counter(budget).Reserved, _rig.Book.OpenReservations));
    }

    private static void InterlockedMax(ref long most, long value)
    {
        long known = Volatile.Read(ref most);
        while (value > known)
        {
            known = Interlocked.CompareExchange(ref most, value, known) is var seen && seen == known ? value : seen;
        }
    }

    private static BudgetCounter Counter(BudgetRule budget) => (BudgetCounter)Assert.Single(budget.Table.Counters);
}

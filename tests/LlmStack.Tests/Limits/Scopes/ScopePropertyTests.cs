using CsCheck;
using LlmStack.Limits.Budgets;
using LlmStack.Limits.Scopes;

namespace LlmStack.Tests.Limits.Scopes;

public class ScopePropertyTests
{
    /// <summary>Random histories agree with a plain list of what was reserved and used: for a limit, and for a budget beside it.</summary>
    [Fact]
    public void Random_histories_agree_with_a_plain_list()
    {
        Gen<(int Kind, int Amount, int Actual)> step = Gen.Select(Gen.Int[0, 4], Gen.Int[1, 60], Gen.Int[0, 120]);
        Gen.Select(Gen.Int[1, 5], Gen.Int[60, 200], Gen.Int[100, 900], step.Array[1, 80]).Sample(
            (requests, tokens, budget, steps) =>
            {
                var rig = new ScopeRig();
                LimitRule limit = rig.Limit("team=*", (p, t) => new LimitRule("l", p, t) { TotalTokens = tokens });
                BudgetRule spending = rig.Budget("team=*", budget);
                var team = new LlmContext { Team = "t" };
                var model = new List<(TimeSpan At, long Tokens, long Cost, ScopeReservation Held, bool Open)>();
                TimeSpan now = TimeSpan.Zero;
                foreach ((int kind, int amount, int actual) in steps)
                {
                    if (kind == 0)
                    {
                        TimeSpan by = TimeSpan.FromMilliseconds(amount * 500);
                        rig.Time.Advance(by);
                        now += by;
                    }
                    else if (kind < 3)
                    {
                        bool expected = model.Where(e => now - e.At < TimeSpan.FromSeconds(60)).Sum(static e => e.Tokens) + amount <= tokens
                            && model.Sum(static e => e.Cost) + amount <= budget;
                        ScopeReservation? held = rig.Reserve(team, out ScopeRefusal refusal, amount, cost: amount, part: ScopePart.Attempt);
                        Assert.Equal(expected, held is not null);
                        if (held is not null)
                        {
                            model.Add((now, amount, amount, held, true));
                        }
                        else if (refusal.Rule == limit)
                        {
                            TimeSpan then = now + refusal.Wait;
                            Assert.InRange(refusal.Wait, TimeSpan.FromTicks(1), TimeSpan.FromSeconds(60));
                            Assert.True(model.Where(e => then - e.At < TimeSpan.FromSeconds(60)).Sum(static e => e.Tokens) + amount <= tokens);
                        }
                    }
                    else if (model.FindIndex(static e => e.Open) is >= 0 and var index)
                    {
                        (TimeSpan at, long reserved, long cost, ScopeReservation held, _) = model[index];
                        bool sent = actual % 4 != 0;
                        long used = sent ? actual : 0;
                        rig.Book.Settle(held, ScopeRig.Outcome(used, cost: used, sent: sent));
                        rig.Book.Settle(held, ScopeRig.Outcome(999, cost: 999));
                        model[index] = (at, used, used, held, false);
                        Assert.True(reserved > 0 && cost > 0);
                    }

                    if (model.Count > 0)
                    {
                        ScopeAmounts used = ((LimitCounter)limit.Table.Counters.Single()).UsedAt(rig.Time.GetTimestamp());
                        var inside = model.Where(e => now - e.At < TimeSpan.FromSeconds(60)).ToList();
                        Assert.Equal(inside.Sum(static e => e.Tokens), used.InputTokens);
                        Assert.Equal(model.Count(static e => e.Open), used.Running);
                        var counter = (BudgetCounter)spending.Table.Counters.Single();
                        Assert.Equal(model.Where(static e => !e.Open).Sum(static e => e.Cost) * 1_000_000_000L, counter.Spent);
                        Assert.Equal(model.Where(static e => e.Open).Sum(static e => e.Cost) * 1_000_000_000L, counter.Reserved);
                        Assert.Equal(model.Count(static e => e.Open), rig.Book.OpenReservations);
                    }
                }

                Assert.True(requests > 0);
            },
            iter: 300);
    }

    /// <summary>A million attempts on several threads over six scopes, with every outcome: nothing goes negative or over, and everything is released.</summary>
    [Fact]
    public async Task A_million_mixed_outcomes_leave_nothing_behind()
    {
        var rig = new ScopeRig();
        rig.Limit("", static (p, t) => new LimitRule("all", p, t) { Running = 3 });
        rig.Limit("project=*", static (p, t) => new LimitRule("project", p, t) { TotalTokens = 5_000_000 });
        rig.Limit("team=*", static (p, t) => new LimitRule("team", p, t) { Requests = 900_000 });
        rig.Limit("user=*", static (p, t) => new LimitRule("user", p, t) { InputTokens = 3_000_000 }, capacity: 16);
        rig.Budget("team=*", 1_000m, calendar: new CalendarPeriods(BudgetPeriod.Day, TimeZoneInfo.Utc));
        rig.Budget("", 1_500m, rolling: TimeSpan.FromHours(1));
        int wrong = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(() => Run(rig, worker, ref wrong)))).WaitAsync(TimeSpan.FromMinutes(4));

        Assert.Equal(0, wrong);
        Assert.Equal(0, rig.Book.OpenReservations);
        long now = rig.Time.GetTimestamp();
        foreach (ScopeCounter counter in rig.Rules.SelectMany(static rule => rule.Table.Counters))
        {
            Assert.Equal(0, counter.Open);
            if (counter is LimitCounter limit)
            {
                ScopeAmounts used = limit.UsedAt(now);
                Assert.Equal(0, used.Running);
                Assert.True(used is { Requests: >= 0, InputTokens: >= 0, OutputTokens: >= 0, Cost: >= 0 });
            }
            else
            {
                var budget = (BudgetCounter)counter;
                Assert.Equal(0, budget.Reserved);
                Assert.InRange(budget.Spent, 0, Money.FromDollars(1_500.1m));
            }
        }
    }

    private static void Run(ScopeRig rig, int worker, ref int wrong)
    {
        var random = new Random(worker);
        LlmContext[] callers = [.. Enumerable.Range(0, 64).Select(i => new LlmContext { Project = "p", Team = "t" + (i % 3), UserId = "u" + i })];
        var list = new ScopeList();
        var reservation = new ScopeReservation();
        for (int i = 0; i < 250_000; i++)
        {
            LlmContext caller = callers[random.Next(callers.Length)];
            list.Clear();
            foreach (ScopeRule rule in rig.Rules)
            {
                rule.Collect(caller, null, list);
            }

            reservation.Clear();
            reservation.Add(list.Entries);

            long tokens = random.Next(1, 50);
            if (!rig.Book.TryReserve(reservation, rig.Demand(caller, tokens, tokens / 2, 0.002m), (i & 1) == 0 ? ScopePart.Attempt : ScopePart.Call, out _))
            {
                reservation.Clear();
                continue;
            }

            foreach (ref ScopeHold hold in reservation.Holds)
            {
                if (hold.Counter is BudgetCounter { Spent: < 0 } or BudgetCounter { Reserved: < 0 })
                {
                    Interlocked.Increment(ref wrong);
                }
            }

            ScopeOutcome outcome = random.Next(5) switch
            {
                0 => ScopeOutcome.Nothing,
                1 => ScopeRig.Outcome(ScopeOutcome.Unknown, ScopeOutcome.Unknown, cost: null),
                2 => ScopeRig.Outcome(tokens, 0, 0.000_5m),
                _ => ScopeRig.Outcome(tokens, random.Next(0, 40), 0.001_5m),
            };
            rig.Book.Settle(reservation, outcome);
            rig.Book.Settle(reservation, outcome);
        }
    }

    [Fact]
    public void Reserving_and_settling_over_six_scopes_does_not_allocate()
    {
        var rig = new ScopeRig();
        foreach (string scope in (string[])["", "project=*", "team=*", "user=*"])
        {
            rig.Limit(scope, static (p, t) => new LimitRule("l", p, t) { Requests = 1_000_000, TotalTokens = 1_000_000, Running = 10 });
        }

        rig.Budget("team=*", 1_000m, calendar: new CalendarPeriods(BudgetPeriod.Month, TimeZoneInfo.Utc));
        rig.Budget("", 1_000m);
        var caller = new LlmContext { Project = "p", Team = "t", UserId = "u" };
        var list = new ScopeList();
        var reservation = new ScopeReservation();
        ScopeDemand demand = rig.Demand(caller, 100, 50, 0.01m);
        ScopeOutcome outcome = ScopeRig.Outcome(100, 20, 0.005m);
        long before = 0;
        for (int i = 0; i < 2_000; i++)
        {
            if (i == 1_000)
            {
                before = GC.GetAllocatedBytesForCurrentThread();
            }

            list.Clear();
            foreach (ScopeRule rule in rig.Rules)
            {
                rule.Collect(caller, null, list);
            }

            reservation.Clear();
            reservation.Add(list.Entries);

            if (!rig.Book.TryReserve(reservation, demand, ScopePart.Attempt, out _))
            {
                throw new InvalidOperationException("There was meant to be room.");
            }

            rig.Book.Settle(reservation, outcome);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}

using LlmStack.Limits.Scopes;

namespace LlmStack.Tests.Limits.Scopes;

public class LimitCounterTests
{
    private static readonly LlmContext Search = new() { Team = "search", UserId = "u", Project = "p", Tags = ["a", "b"] };
    private static readonly LlmContext Mail = new() { Team = "mail", UserId = "u" };
    private readonly ScopeRig _rig = new();

    private ScopeRig With(string scope, Func<ScopePattern, ScopeTable, LimitRule> make, TimeSpan? window = null, int shares = 0)
    {
        _rig.Limit(scope, make, window, shares);
        return _rig;
    }

    [Fact]
    public void Exactly_the_limit_is_allowed_and_one_more_is_not()
    {
        With("team=*", static (p, t) => new LimitRule("l", p, t) { Requests = 3 });
        Assert.Equal([true, true, true, false], Enumerable.Range(0, 4).Select(_ => _rig.Reserves(Search)));
        Assert.Null(_rig.Reserve(Search, out ScopeRefusal refusal));
        Assert.Equal(("requests", TimeSpan.FromSeconds(60)), (refusal.Amount, refusal.Wait));
        Assert.True(_rig.Reserves(Mail));
        Assert.True(_rig.Reserves(LlmContext.Empty), "A call without a team falls under no team's limit.");
    }

    [Theory]
    [InlineData(60)]
    [InlineData(3_600)]
    [InlineData(86_400)]
    public void The_window_slides_and_relief_comes_within_it(int seconds)
    {
        var window = TimeSpan.FromSeconds(seconds);
        With("", (p, t) => new LimitRule("l", p, t) { Requests = 2, Window = window }, window);
        Assert.True(_rig.Reserves(Search));
        _rig.Time.Advance(window * 0.5);
        Assert.True(_rig.Reserves(Search));
        Assert.Null(_rig.Reserve(Search, out ScopeRefusal refusal));
        Assert.Equal(window * 0.5, refusal.Wait);
        _rig.Time.Advance(refusal.Wait - TimeSpan.FromTicks(1));
        Assert.False(_rig.Reserves(Search));
        _rig.Time.Advance(TimeSpan.FromTicks(1));
        Assert.True(_rig.Reserves(Search));
        Assert.False(_rig.Reserves(Search));

        // Nothing carries over from another day.
        _rig.Time.Advance(TimeSpan.FromDays(30));
        Assert.Equal([true, true, false], Enumerable.Range(0, 3).Select(_ => _rig.Reserves(Search)));
    }

    [Fact]
    public void Tokens_in_out_and_together_and_cost_each_have_their_limit()
    {
        With("", static (p, t) => new LimitRule("l", p, t) { InputTokens = 100, OutputTokens = 50, TotalTokens = 120, Cost = 1_000_000_000 });
        Assert.Equal("input tokens", Refused(input: 101));
        Assert.Null(Refused(input: 60, output: 40, cost: 0.4m));
        Assert.Equal("input tokens", Refused(input: 41, output: 0));
        Assert.Equal("output tokens", Refused(input: 0, output: 11));
        Assert.Equal("tokens", Refused(input: 20, output: 5));
        Assert.Equal("USD", Refused(input: 1, cost: 0.600_000_001m));
        Assert.Null(Refused(input: 10, output: 10, cost: 0.6m));
        Assert.Equal("tokens", Refused(input: 1));
        return;

        string? Refused(long input = 0, long output = 0, decimal cost = 0.000_000_001m)
        {
            ScopeReservation? held = _rig.Reserve(Search, out ScopeRefusal refusal, input, output, cost, ScopePart.Attempt);
            return held is null ? refusal.Amount : null;
        }
    }

    [Fact]
    public void A_guessed_output_never_makes_a_fitting_prompt_too_large()
    {
        With("", static (p, t) => new LimitRule("l", p, t) { TotalTokens = 100 });
        Assert.Null(_rig.Reserve(Search, out ScopeRefusal never, input: 101, part: ScopePart.Attempt));
        Assert.Equal(ScopeRefusal.Never, never.Wait);
        Assert.True(_rig.Reserves(Search, input: 60, output: 512, part: ScopePart.Attempt));
        Assert.False(_rig.Reserves(Search, input: 1, part: ScopePart.Attempt));
    }

    [Fact]
    public void Settling_replaces_the_estimate_once_and_what_was_never_sent_is_given_back()
    {
        LimitRule limit = _rig.Limit("team=*", static (p, t) => new LimitRule("l", p, t) { TotalTokens = 100 });
        ScopeReservation held = _rig.Reserve(Search, out _, 10, 80, part: ScopePart.Attempt)!;
        Assert.False(_rig.Reserves(Search, 20, part: ScopePart.Attempt));
        _rig.Book.Settle(held, ScopeRig.Outcome(10, 5));
        _rig.Book.Settle(held, ScopeRig.Outcome(0, 0));
        var counter = (LimitCounter)Assert.Single(limit.Table.Counters);
        Assert.Equal(new ScopeAmounts(1, 10, 5, 0, 0), counter.UsedAt(_rig.Time.GetTimestamp()));
        ScopeReservation unsent = _rig.Reserve(Search, out _, 85, part: ScopePart.Attempt)!;
        _rig.Book.Settle(unsent, ScopeOutcome.Nothing);
        Assert.Equal(new ScopeAmounts(1, 10, 5, 0, 0), counter.UsedAt(_rig.Time.GetTimestamp()));
        Assert.Equal(0, _rig.Book.OpenReservations);
    }

    [Fact]
    public void A_usage_that_nobody_knows_keeps_what_was_reserved()
    {
        LimitRule limit = _rig.Limit("team=*", static (p, t) => new LimitRule("l", p, t) { TotalTokens = 100, Cost = 100 });
        ScopeReservation held = _rig.Reserve(Search, out _, 10, 20, 0.000_000_03m, ScopePart.Attempt)!;
        _rig.Book.Settle(held, ScopeRig.Outcome(ScopeOutcome.Unknown, ScopeOutcome.Unknown, cost: null));
        Assert.Equal(new ScopeAmounts(1, 10, 20, 30, 0), ((LimitCounter)Assert.Single(limit.Table.Counters)).UsedAt(_rig.Time.GetTimestamp()));
    }

    [Fact]
    public void Calls_under_way_are_counted_until_they_end()
    {
        With("team=*", static (p, t) => new LimitRule("l", p, t) { Running = 2 });
        ScopeReservation first = _rig.Reserve(Search, out _)!;
        Assert.True(_rig.Reserves(Search));
        _rig.Time.Advance(TimeSpan.FromHours(1));
        Assert.Null(_rig.Reserve(Search, out ScopeRefusal refusal));
        Assert.Equal(("concurrent calls", ScopeRefusal.UntilRelease, (TimeSpan?)null), (refusal.Amount, refusal.Wait, refusal.RetryAfter));
        _rig.Book.Settle(first, ScopeRig.Outcome());
        Assert.True(_rig.Reserves(Search));
    }

    [Fact]
    public void One_refusal_holds_nothing_of_the_others()
    {
        LimitRule wide = _rig.Limit("project=*", static (p, t) => new LimitRule("wide", p, t) { Requests = 10 });
        _rig.Limit("team=*", static (p, t) => new LimitRule("narrow", p, t) { Requests = 1 });
        Assert.True(_rig.Reserves(Search));
        Assert.Null(_rig.Reserve(Search, out ScopeRefusal refusal));
        Assert.Equal("narrow", refusal.Rule!.Id);
        Assert.Equal(1, ((LimitCounter)Assert.Single(wide.Table.Counters)).UsedAt(_rig.Time.GetTimestamp()).Requests);
    }

    [Fact]
    public void What_a_refusal_takes_back_leaves_no_trace_in_the_window_nor_in_shares()
    {
        LimitRule wide = _rig.Limit("project=*", static (p, t) => new LimitRule("wide", p, t) { TotalTokens = 100, Shares = [new LimitShare("all", null, 4, 0.5)] }, shares: 1);
        _rig.Limit("team=*", static (p, t) => new LimitRule("narrow", p, t) { InputTokens = 5 });
        Assert.Null(_rig.Reserve(Search, out ScopeRefusal refusal, input: 6, output: 10, part: ScopePart.Attempt));
        Assert.Equal("narrow", refusal.Rule!.Id);
        var counter = (LimitCounter)Assert.Single(wide.Table.Counters);
        Assert.Equal(default, counter.UsedAt(_rig.Time.GetTimestamp()));
        Assert.Null(counter.RelievedIn(_rig.Time.GetTimestamp()));
        Assert.Equal(0, counter.Open);
    }

    [Fact]
    public void A_value_with_an_entry_of_its_own_leaves_the_star()
    {
        LimitRule each = _rig.Limit("team=*", static (p, t) => new LimitRule("each", p, t) { Requests = 1 });
        LimitRule own = _rig.Limit("team=search", static (p, t) => new LimitRule("own", p, t) { Requests = 3 });
        each.MoreSpecific = [own];
        Assert.Equal([true, true, true, false], Enumerable.Range(0, 4).Select(_ => _rig.Reserves(Search)));
        Assert.Equal([true, false], Enumerable.Range(0, 2).Select(_ => _rig.Reserves(Mail)));
        Assert.Equal("team=mail", Assert.Single(each.Table.Counters) is { } counter ? each.Pattern.Describe(counter.Key) : null);
    }

    [Fact]
    public void A_call_counts_for_each_of_its_tags()
    {
        LimitRule limit = _rig.Limit("tag=*", static (p, t) => new LimitRule("l", p, t) { Requests = 2 });
        Assert.True(_rig.Reserves(Search));
        Assert.True(_rig.Reserves(new LlmContext { Tags = ["b"] }));
        Assert.Null(_rig.Reserve(Search, out ScopeRefusal refusal));
        Assert.Equal("tag=b", limit.Pattern.Describe(refusal.Counter!.Key));
        Assert.True(_rig.Reserves(new LlmContext { Tags = ["a"] }));
        Assert.False(_rig.Reserves(new LlmContext { Tags = ["a"] }));
    }

    [Fact]
    public void Several_dimensions_make_one_counter_for_each_combination()
    {
        LimitRule limit = _rig.Limit("user=*,team=*,project=p", static (p, t) => new LimitRule("l", p, t) { Requests = 1 });
        Assert.True(_rig.Reserves(Search));
        Assert.False(_rig.Reserves(Search));
        Assert.True(_rig.Reserves(Search with { UserId = "v" }));
        Assert.True(_rig.Reserves(Search with { Project = "q" }), "Another project is outside.");
        Assert.Equal(["project=p, team=search, user=u", "project=p, team=search, user=v"], limit.Table.Counters.Select(counter => limit.Pattern.Describe(counter.Key)).Order());
    }

    [Fact]
    public void A_share_is_lent_while_nobody_wants_it_and_kept_while_somebody_does()
    {
        With("", static (p, t) => new LimitRule("l", p, t) { Requests = 10, Shares = [new LimitShare("live", null, 0, 0.6)] }, shares: 1);

        // Nobody urgent has come yet: all ten are lent.
        Assert.Equal(10, Enumerable.Range(0, 12).Count(_ => _rig.Reserves(Search)));
        _rig.Time.Advance(TimeSpan.FromSeconds(60));

        // One urgent call, and six places are kept for a window: five of them are still his class's.
        Assert.True(_rig.Reserves(Search, priority: 0));
        Assert.Equal(4, Enumerable.Range(0, 12).Count(_ => _rig.Reserves(Search)));
        Assert.Equal(5, Enumerable.Range(0, 12).Count(_ => _rig.Reserves(Search, priority: 0)));
        Assert.False(_rig.Reserves(Search, priority: 0));

        // Idle for a window: lent again.
        _rig.Time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(10, Enumerable.Range(0, 12).Count(_ => _rig.Reserves(Search)));
    }

    [Fact]
    public void A_share_may_belong_to_a_tag_and_of_calls_under_way()
    {
        With("", static (p, t) => new LimitRule("l", p, t) { Running = 4, Shares = [new LimitShare("a", "a", null, 0.5)] }, shares: 1);
        ScopeReservation held = _rig.Reserve(Search, out _)!;
        Assert.Equal(2, Enumerable.Range(0, 4).Count(_ => _rig.Reserves(Mail)));
        _rig.Book.Settle(held, ScopeRig.Outcome());
        Assert.False(_rig.Reserves(Mail), "Two places are kept for those tagged a.");
        Assert.Equal(2, Enumerable.Range(0, 4).Count(_ => _rig.Reserves(Search)));
    }

    [Fact]
    public void Time_that_steps_back_neither_frees_nor_fails()
    {
        With("", static (p, t) => new LimitRule("l", p, t) { Requests = 2 });
        ScopeDemand early = _rig.Demand(Search);
        _rig.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.True(_rig.Reserves(Search));
        var late = new ScopeReservation();
        ScopeRule rule = _rig.Rules[0];
        late.Add([new ScopeEntry(rule, rule.Table.GetOrAdd(default))]);
        Assert.True(_rig.Book.TryReserve(late, early, ScopePart.Call, out _));
        Assert.False(_rig.Reserves(Search));
        _rig.Book.Settle(late, ScopeOutcome.Nothing);
        Assert.True(_rig.Reserves(Search));
    }

    [Fact]
    public void Values_beyond_the_capacity_are_forgotten_but_none_with_an_open_reservation()
    {
        LimitRule limit = _rig.Limit("user=*", static (p, t) => new LimitRule("l", p, t) { Requests = 1, Running = 1 }, capacity: 8);
        ScopeReservation held = _rig.Reserve(new LlmContext { UserId = "held" }, out _)!;
        for (int i = 0; i < 100; i++)
        {
            _rig.Book.Settle(_rig.Reserve(new LlmContext { UserId = "u" + i }, out _)!, ScopeRig.Outcome());
        }

        Assert.InRange(limit.Table.Count, 1, 8);
        Assert.Equal(limit.Table.Count, limit.Table.Counters.Count());
        Assert.False(_rig.Reserves(new LlmContext { UserId = "held" }));
        _rig.Book.Settle(held, ScopeOutcome.Nothing);
        Assert.True(_rig.Reserves(new LlmContext { UserId = "held" }));
    }

    [Fact]
    public void A_counter_forgotten_on_the_way_to_it_counts_again()
    {
        LimitRule limit = _rig.Limit("user=*", static (p, t) => new LimitRule("l", p, t) { Requests = 1 }, capacity: 2);
        ScopeCounter counter = limit.Table.GetOrAdd(new ScopeKey("slow", null, null, null));
        var reservation = new ScopeReservation();
        reservation.Add([new ScopeEntry(limit, counter)]);
        for (int i = 0; i < 10; i++)
        {
            _rig.Book.Settle(_rig.Reserve(new LlmContext { UserId = "u" + i }, out _)!, ScopeRig.Outcome());
        }

        Assert.True(counter.IsForgotten);
        Assert.True(_rig.Book.TryReserve(reservation, _rig.Demand(Search), ScopePart.Call, out _));
        Assert.False(counter.IsForgotten);
        Assert.False(_rig.Reserves(new LlmContext { UserId = "slow" }));
    }
}

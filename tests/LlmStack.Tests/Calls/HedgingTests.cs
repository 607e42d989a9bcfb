using LlmStack.Routing;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Calls;

public sealed class HedgingTests
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(250);
    private static readonly ModelPrice Price = new() { InputPerMillion = 1_000_000, OutputPerMillion = 1_000_000 };

    private static CallHarness Pair(Action<ModelGroupOptions> configure) => new(
        llm => llm.AddModelGroup("fast", g => g
            .AddDeployment("a/m", d => { d.Order = 0; d.Price = Price; })
            .AddDeployment("b/m", d => { d.Order = 1; d.Price = Price; })
            .Configure(configure)),
        "a",
        "b");

    private static CallHarness Hedged(TimeSpan? delay, double share = 1) => Pair(o => o.Hedging = new HedgingOptions { Delay = delay, MaxShare = share });

    [Fact]
    public async Task A_slow_call_is_asked_elsewhere_and_the_loser_is_cancelled_and_on_the_bill()
    {
        using CallHarness h = Hedged(TimeSpan.FromSeconds(1));
        h["a"].OnOtherCalls.StallAfter(0);
        h["b"].OnOtherCalls.Answer("quick").Usage(3, 1);

        ChatResponse response = await h.RunAsync(h.Client.ChatAsync("fast", "Hello"), Step);

        CallRoute route = response.GetRoute()!;
        Assert.Equal("quick", response.Text);
        Assert.Equal("b/m", route.Deployment);
        Assert.Equal(["a/m", "b/m"], route.Attempts.Select(a => a.Deployment));
        Assert.Equal([LlmErrorKind.Cancelled, null], route.Attempts.Select(a => a.Error));
        Assert.Equal([AttemptRole.Usual, AttemptRole.Hedge], route.Attempts.Select(a => a.Role));
        Assert.True(route.Attempts[0].MayHaveBeenBilled);
        Assert.Equal(route.Attempts[0].Cost!.Total + 4m, route.Cost.Total);
        await h["a"].Calls[0].Ended.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(LlmStack.Testing.RecordedCallState.Cancelled, h["a"].Calls[0].State);
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task The_trace_has_one_generation_for_each_and_they_add_up_to_the_cost()
    {
        using CallHarness h = Hedged(TimeSpan.FromSeconds(1));
        h["a"].OnOtherCalls.StallAfter(0);
        h["b"].OnOtherCalls.Answer("quick").Usage(3, 1);

        ChatResponse response = await h.RunAsync(h.Client.ChatAsync("fast", "Hello"), Step);

        SpanData call = h.Traces.Single("chat fast");
        Assert.Equal(ObservationType.Span, call.Type);
        Assert.Null(call.Usage);
        SpanData loser = h.Traces.Single("attempt 1");
        Assert.Equal("a/m", loser.Deployment);
        Assert.Equal(ObservationLevel.Warning, loser.Level);
        Assert.Equal("b/m", h.Traces.Single("attempt 2").Deployment);
        Assert.Equal(response.GetRoute()!.Cost.Total, loser.Cost + h.Traces.Single("attempt 2").Cost);
    }

    [Fact]
    public async Task Who_is_quick_enough_is_alone_and_one_generation()
    {
        using CallHarness h = Hedged(TimeSpan.FromSeconds(1));
        h["a"].OnOtherCalls.Answer("quick");

        ChatResponse response = await h.Client.ChatAsync("fast", "Hello");

        Assert.Single(response.GetRoute()!.Attempts);
        Assert.Empty(h["b"].Calls);
        Assert.Equal(ObservationType.Generation, Assert.Single(h.Traces.Spans).Type);
    }

    [Fact]
    public async Task The_first_attempt_may_win_after_all()
    {
        using CallHarness h = Hedged(TimeSpan.FromSeconds(1));
        h["a"].OnOtherCalls.Delay(TimeSpan.FromSeconds(2)).Answer("first");
        h["b"].OnOtherCalls.StallAfter(0);

        ChatResponse response = await h.RunAsync(h.Client.ChatAsync("fast", "Hello"), Step);

        Assert.Equal("first", response.Text);
        Assert.Equal("a/m", response.GetRoute()!.Deployment);
        Assert.Equal(["b/m", "a/m"], response.GetRoute()!.Attempts.Select(a => a.Deployment));
        Assert.Equal("a/m", h.Traces.Single("attempt 1").Deployment);
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task One_that_fails_beside_another_is_recorded_and_the_other_answers()
    {
        using CallHarness h = Hedged(TimeSpan.FromSeconds(1));
        h["a"].OnOtherCalls.Delay(TimeSpan.FromSeconds(2)).Throw(LlmErrorKind.Overloaded);
        h["b"].OnOtherCalls.Delay(TimeSpan.FromSeconds(3)).Answer("second");

        ChatResponse response = await h.RunAsync(h.Client.ChatAsync("fast", "Hello"), Step);

        Assert.Equal("second", response.Text);
        Assert.Equal([LlmErrorKind.Overloaded, null], response.GetRoute()!.Attempts.Select(a => a.Error));
        Assert.Equal(ObservationLevel.Warning, h.Traces.Single("attempt 1").Level);
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task One_that_its_time_limit_ends_beside_another_is_a_timeout_and_the_other_answers()
    {
        using CallHarness h = Pair(o =>
        {
            o.Hedging = new HedgingOptions { Delay = TimeSpan.FromSeconds(1), MaxShare = 1 };
            o.Policy = new CallPolicyOptions { AttemptTimeout = TimeSpan.FromSeconds(3) };
        });
        h["a"].OnOtherCalls.StallAfter(0);
        h["b"].OnOtherCalls.Delay(TimeSpan.FromSeconds(2.5)).Answer("second");

        ChatResponse response = await h.RunAsync(h.Client.ChatAsync("fast", "Hello"), Step);

        Assert.Equal("second", response.Text);
        Assert.Equal([LlmErrorKind.Timeout, null], response.GetRoute()!.Attempts.Select(a => a.Error));
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task When_both_fail_the_call_goes_on_as_after_any_failure()
    {
        using CallHarness h = Hedged(TimeSpan.FromSeconds(1));
        h["a"].OnCall(1).Delay(TimeSpan.FromSeconds(2)).Throw(LlmErrorKind.Overloaded);
        h["b"].OnCall(1).Delay(TimeSpan.FromSeconds(3)).Throw(LlmErrorKind.Overloaded);
        h["a"].OnCall(2).Answer("later");
        h["b"].OnCall(2).Answer("later");

        ChatResponse response = await h.RunAsync(h.Client.ChatAsync("fast", "Hello"), Step);

        Assert.Equal("later", response.Text);
        Assert.Equal(3, response.GetRoute()!.Attempts.Count);
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task A_stream_is_hedged_until_its_first_content()
    {
        using CallHarness h = Hedged(TimeSpan.FromSeconds(1));
        h["a"].OnOtherCalls.Stream("never").StallAfter(0);
        h["b"].OnOtherCalls.Stream("one ", "two");

        List<ChatResponseUpdate> updates = await h.RunAsync(h.StreamAsync("fast"), Step);

        Assert.Equal("one two", string.Concat(updates.Select(u => u.Text)));
        Assert.Equal("b/m", updates[^1].GetRoute()!.Deployment);
        Assert.Equal(2, updates[^1].GetRoute()!.Attempts.Count);
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task No_more_than_the_share_is_hedged()
    {
        using CallHarness h = Hedged(TimeSpan.FromMilliseconds(250), share: 0.05);
        h["a"].OnOtherCalls.Delay(TimeSpan.FromMilliseconds(500)).Answer("slow");
        h["b"].OnOtherCalls.Delay(TimeSpan.FromSeconds(5)).Answer("slower");

        await h.RunAsync(Task.WhenAll(Enumerable.Range(0, 100).Select(_ => h.Client.ChatAsync("fast", "Hello"))), Step);

        Assert.InRange(h["b"].Calls.Count, 1, 6);
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task Without_a_delay_the_deployments_own_p95_decides_once_it_is_known()
    {
        using CallHarness h = Hedged(delay: null);
        h["a"].OnOtherCalls.Delay(TimeSpan.FromSeconds(1)).Answer("usual");
        for (int i = 0; i < 12; i++)
        {
            await h.RunAsync(h.Client.ChatAsync("fast", "Hello"), Step);
        }

        Assert.Empty(h["b"].Calls);
        h["a"].OnCall(13).Delay(TimeSpan.FromSeconds(30)).Answer("slow");
        h["b"].OnOtherCalls.Answer("quick");
        ChatResponse response = await h.RunAsync(h.Client.ChatAsync("fast", "Hello"), Step);

        Assert.Equal("quick", response.Text);
    }

    [Fact]
    public async Task Tools_that_run_at_the_provider_are_not_run_twice()
    {
        using CallHarness h = Hedged(TimeSpan.FromSeconds(1));
        h["a"].OnOtherCalls.Delay(TimeSpan.FromSeconds(3)).Answer("slow");
        var options = new ChatOptions { Tools = [new HostedWebSearchTool()] };

        ChatResponse response = await h.RunAsync(h.Client.ChatAsync("fast", "Hello", options), Step);

        Assert.Equal("slow", response.Text);
        Assert.Empty(h["b"].Calls);
    }

    [Fact]
    public async Task A_race_asks_all_at_once_and_the_first_answer_wins()
    {
        using CallHarness h = Pair(o => o.Race = 2);
        h["a"].OnOtherCalls.Delay(TimeSpan.FromSeconds(3)).Answer("slow");
        h["b"].OnOtherCalls.Delay(TimeSpan.FromSeconds(1)).Answer("quick");

        ChatResponse response = await h.RunAsync(h.Client.ChatAsync("fast", "Hello"), Step);

        Assert.Equal("quick", response.Text);
        Assert.Equal(AttemptRole.Race, response.GetRoute()!.Attempts.Single(a => a.Error is null).Role);
        Assert.InRange(response.GetRoute()!.Timing.Total, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1.5));
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task Policy_binds_hedges()
    {
        using CallHarness h = Hedged(TimeSpan.FromSeconds(1));
        h["a"].OnOtherCalls.Delay(TimeSpan.FromSeconds(3)).Answer("slow");

        await h.RunAsync(h.Client.ChatAsync("fast", "Hello", ((ChatOptions?)null).WithRouting(new RoutingOptions { Only = ["a"] })), Step);

        Assert.Empty(h["b"].Calls);
    }

    [Fact]
    public async Task The_callers_cancellation_ends_both()
    {
        using CallHarness h = Hedged(TimeSpan.FromSeconds(1));
        h["a"].OnOtherCalls.StallAfter(0);
        h["b"].OnOtherCalls.StallAfter(0);
        using var source = new CancellationTokenSource();
        Task<ChatResponse> call = h.Client.ChatAsync("fast", "Hello", cancellationToken: source.Token);
        await h["a"].WaitForCallAsync(1).WaitAsync(TimeSpan.FromSeconds(30));
        h.Time.Advance(TimeSpan.FromSeconds(1));
        await h["b"].WaitForCallAsync(1).WaitAsync(TimeSpan.FromSeconds(30));

        await source.CancelAsync();

        OperationCanceledException error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(source.Token, error.CancellationToken);
        await Task.WhenAll(h["a"].Calls[0].Ended, h["b"].Calls[0].Ended).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.All([h["a"].Calls[0], h["b"].Calls[0]], c => Assert.Equal(LlmStack.Testing.RecordedCallState.Cancelled, c.State));
        h.AssertNothingLeaks();
        Assert.Equal(2, h.Traces.ChildrenOf(h.Traces.Single("chat fast")).Count);
    }
}

using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Calls;

public sealed class RetryTests
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(250);

    private static CallHarness Pair(CallPolicyOptions? policy = null) => new(
        llm => llm.AddModelGroup("fast", g =>
        {
            g.AddDeployment("a/m", d => d.Order = 0);
            g.AddDeployment("b/m", d => d.Order = 1);
            g.Configure(o => o.Policy = policy);
        }),
        "a",
        "b");

    private static CallHarness Solo(CallPolicyOptions? policy = null, Action<DeploymentOptions>? deployment = null) => new(
        llm => llm.AddModelGroup("solo", g => g.AddDeployment("a/m", deployment).Configure(o => o.Policy = policy)),
        "a");

    /// <summary>Both deployments cool: <c>a</c> for 20 s, <c>b</c> for 30 s.</summary>
    private static async Task CoolBothAsync(CallHarness h)
    {
        h["a"].OnCall(1).RateLimited(TimeSpan.FromSeconds(20));
        h["b"].OnCall(1).RateLimited(TimeSpan.FromSeconds(30));
        ChatOptions options = ((ChatOptions?)null).WithRouting(new RoutingOptions { MaxAttempts = 2 });
        LlmException error = await CallHarness.FailsAsync(() => h.Client.ChatAsync("fast", "Hello", options));
        Assert.Equal(LlmErrorKind.RateLimited, error.Kind);
    }

    [Fact]
    public async Task When_all_cool_WaitUpTo_waits_for_the_first_that_comes_back()
    {
        using CallHarness h = Pair(new CallPolicyOptions { WhenAllCooling = AllCoolingBehavior.WaitUpTo });
        await CoolBothAsync(h);
        h.Time.Advance(TimeSpan.FromSeconds(5));
        DateTimeOffset before = h.Time.GetUtcNow();

        ChatResponse response = await h.RunAsync(() => h.Client.ChatAsync("fast", "Hello"), Step);

        Assert.Equal("a/m", response.GetRoute()!.Deployment);
        Assert.InRange(h.Time.GetUtcNow() - before, TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(16));
        RouteAttempt attempt = Assert.Single(response.GetRoute()!.Attempts);
        Assert.InRange(attempt.Wait, TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(16));
        Assert.Equal(TimeSpan.Zero, response.GetRoute()!.Timing.Overhead);
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task When_all_cool_WaitUpTo_waits_no_longer_than_the_longest_wait()
    {
        using CallHarness h = Pair(new CallPolicyOptions { WhenAllCooling = AllCoolingBehavior.WaitUpTo, MaxRetryWait = TimeSpan.FromSeconds(10) });
        await CoolBothAsync(h);

        LlmException error = await CallHarness.FailsAsync(() => h.Client.ChatAsync("fast", "Hello"));

        Assert.Equal(LlmErrorKind.NoCandidate, error.Kind);
        Assert.InRange(error.RetryAfter!.Value, TimeSpan.FromSeconds(19), TimeSpan.FromSeconds(20));
        Assert.Equal(2, h["a"].Calls.Count + h["b"].Calls.Count);
    }

    [Fact]
    public async Task When_all_cool_FailFast_fails_at_once_and_says_how_long()
    {
        using CallHarness h = Pair(new CallPolicyOptions { WhenAllCooling = AllCoolingBehavior.FailFast });
        await CoolBothAsync(h);
        h.Time.Advance(TimeSpan.FromSeconds(5));

        LlmException error = await CallHarness.FailsAsync(() => h.Client.ChatAsync("fast", "Hello"));

        Assert.Equal(LlmErrorKind.NoCandidate, error.Kind);
        Assert.InRange(error.RetryAfter!.Value, TimeSpan.FromSeconds(14), TimeSpan.FromSeconds(15));
        Assert.Empty(error.Route!.Attempts);
        Assert.Equal(2, Assert.Single(error.Route.Removals!).Count);
        Assert.Equal(2, h["a"].Calls.Count + h["b"].Calls.Count);
    }

    [Fact]
    public async Task When_all_cool_UseLeastBad_asks_the_one_that_comes_back_first()
    {
        using CallHarness h = Pair();
        await CoolBothAsync(h);

        ChatResponse response = await h.Client.ChatAsync("fast", "Hello");

        Assert.Equal("a/m", response.GetRoute()!.Deployment);
        Assert.Equal(TimeSpan.Zero, response.GetRoute()!.Timing.RetryWait);
    }

    [Fact]
    public async Task A_retry_after_a_wait_sees_that_the_cooldown_is_over()
    {
        using CallHarness h = Pair(new CallPolicyOptions { WhenAllCooling = AllCoolingBehavior.WaitUpTo });
        h["a"].OnCall(1).RateLimited(TimeSpan.FromSeconds(6));
        h["b"].OnCall(1).RateLimited(TimeSpan.FromSeconds(9));
        h["a"].OnCall(2).Answer("later");

        ChatResponse response = await h.RunAsync(() => h.Client.ChatAsync("fast", "Hello"), Step);

        Assert.Equal("later", response.Text);
        Assert.Equal(["a/m", "b/m", "a/m"], response.GetRoute()!.Attempts.Select(a => a.Deployment));
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task WaitUpTo_waits_for_a_limit_as_well()
    {
        using CallHarness h = Solo(new CallPolicyOptions { WhenAllCooling = AllCoolingBehavior.WaitUpTo }, d => d.RequestsPerMinute = 1);
        await h.Client.ChatAsync("solo", "Hello");
        h.Time.Advance(TimeSpan.FromSeconds(20));
        DateTimeOffset before = h.Time.GetUtcNow();

        await h.RunAsync(() => h.Client.ChatAsync("solo", "Hello"), Step);

        Assert.InRange(h.Time.GetUtcNow() - before, TimeSpan.FromSeconds(40), TimeSpan.FromSeconds(41));
        Assert.Equal(2, h["a"].Calls.Count);
    }

    [Fact]
    public async Task Who_failed_transiently_is_asked_again_although_another_refused_last()
    {
        using CallHarness h = Pair();
        h["a"].OnCall(1).RateLimited(TimeSpan.FromSeconds(4));
        h["a"].OnCall(2).Answer("later");
        h["b"].OnOtherCalls.Throw(LlmErrorKind.Authentication, statusCode: 401);

        ChatResponse response = await h.RunAsync(() => h.Client.ChatAsync("fast", "Hello"), Step);

        Assert.Equal("later", response.Text);
        Assert.Equal(["a/m", "b/m", "a/m"], response.GetRoute()!.Attempts.Select(a => a.Deployment));
        Assert.True(response.GetRoute()!.Attempts[2].Wait >= TimeSpan.FromSeconds(4));
        Assert.Single(h["b"].Calls);
    }

    [Fact]
    public async Task A_fallback_group_repeats_by_its_own_settings()
    {
        using CallHarness h = new(
            llm => llm
                .AddModelGroup("one", g => g.AddDeployment("a/m").FallBackTo("two"))
                .AddModelGroup("two", g => g.AddDeployment("b/m").Configure(o => o.Policy = new CallPolicyOptions { MaxRetries = 0 })),
            "a",
            "b");
        h["a"].OnOtherCalls.Throw(LlmErrorKind.NotFound, statusCode: 404);
        h["b"].OnOtherCalls.Throw(LlmErrorKind.Overloaded, statusCode: 503);

        LlmException error = await CallHarness.FailsAsync(() => h.RunAsync(() => h.Client.ChatAsync("one", "Hello"), Step));

        Assert.Equal(["a/m", "b/m"], error.Route!.Attempts.Select(a => a.Deployment));
    }

    [Fact]
    public async Task A_deployments_own_number_of_retries_outranks_its_groups()
    {
        using CallHarness h = Solo(deployment: d => d.Policy = new CallPolicyOptions { MaxRetries = 1 });
        h["a"].OnOtherCalls.Throw(LlmErrorKind.Overloaded, statusCode: 503);

        LlmException error = await CallHarness.FailsAsync(() => h.RunAsync(() => h.Client.ChatAsync("solo", "Hello"), Step));

        Assert.Equal(2, error.Route!.Attempts.Count);
    }

    [Fact]
    public async Task A_fallback_that_names_invalid_requests_follows_one()
    {
        using CallHarness h = new(
            llm => llm
                .AddModelGroup("one", g => g.AddDeployment("a/m").FallBackTo("two", LlmErrorKind.InvalidRequest))
                .AddModelGroup("two", g => g.AddDeployment("b/m")),
            "a",
            "b");
        h["a"].OnOtherCalls.Throw(LlmErrorKind.InvalidRequest, statusCode: 400);

        ChatResponse response = await h.Client.ChatAsync("one", "Hello");

        Assert.Equal("two", response.GetRoute()!.Group);
    }

    [Fact]
    public async Task An_unknown_fallback_of_the_call_is_an_error_before_any_call()
    {
        using CallHarness h = Solo();
        h["a"].OnOtherCalls.Throw(LlmErrorKind.Overloaded, statusCode: 503);
        ChatOptions options = ((ChatOptions?)null).WithRouting(new RoutingOptions { Fallbacks = ["nobody"] });

        LlmException error = await CallHarness.FailsAsync(() => h.Client.ChatAsync("solo", "Hello", options));

        Assert.Equal(LlmErrorKind.NotFound, error.Kind);
        Assert.Contains("nobody", error.Message, StringComparison.Ordinal);
        Assert.Empty(h["a"].Calls);
    }

    [Fact]
    public async Task In_an_outage_repetitions_keep_within_the_retry_budget()
    {
        using CallHarness h = Solo(new CallPolicyOptions { BackoffInitial = TimeSpan.Zero, BackoffMax = TimeSpan.Zero });
        h["a"].OnOtherCalls.Throw(LlmErrorKind.Overloaded, statusCode: 503);

        for (int i = 0; i < 100; i++)
        {
            await CallHarness.FailsAsync(() => h.Client.ChatAsync("solo", "Hello"));
        }

        Assert.InRange(h["a"].Calls.Count, 110, 100 + RetryBudget.Floor + 10);
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task Using_the_least_bad_again_draws_on_the_retry_budget()
    {
        using CallHarness h = new(
            llm => llm
                .AddModelGroup("one", g => g.AddDeployment("a/m").FallBackTo("two").Configure(o => o.Policy = new CallPolicyOptions { CooldownEnabled = false }))
                .AddModelGroup("two", g => g.AddDeployment("b/m").AddDeployment("c/m")),
            "a",
            "b",
            "c");
        h["a"].OnOtherCalls.Throw(LlmErrorKind.NotFound, statusCode: 404);
        h["b"].OnOtherCalls.RateLimited(TimeSpan.FromSeconds(50));
        h["c"].OnOtherCalls.RateLimited(TimeSpan.FromSeconds(50));
        ChatOptions options = ((ChatOptions?)null).WithRouting(new RoutingOptions { MaxAttempts = 2 });

        for (int i = 0; i < 50; i++)
        {
            await CallHarness.FailsAsync(() => h.Client.ChatAsync("one", "Hello", options));
        }

        // The first two moves are free because the deployments are healthy. The rest is the budget of a group nobody asks directly: what falls back to it are its requests, of which a tenth may repeat.
        Assert.Equal(2 + RetryBudget.Floor + 1, h["b"].Calls.Count + h["c"].Calls.Count);
    }

    [Fact]
    public async Task A_deadline_that_the_back_off_would_pass_ends_the_call_at_once()
    {
        using CallHarness h = Solo();
        h["a"].OnOtherCalls.RateLimited(TimeSpan.FromSeconds(8));
        ChatOptions options = ((ChatOptions?)null).WithRouting(new RoutingOptions { Deadline = TimeSpan.FromSeconds(5) });

        LlmException error = await CallHarness.FailsAsync(() => h.Client.ChatAsync("solo", "Hello", options));

        Assert.Equal(LlmErrorKind.RateLimited, error.Kind);
        Assert.Equal(TimeSpan.FromSeconds(8), error.RetryAfter);
        Assert.Single(h["a"].Calls);
    }

    [Fact]
    public async Task A_retry_after_without_end_is_not_waited()
    {
        using CallHarness h = Solo();
        h["a"].OnCall(1).RateLimited(TimeSpan.FromSeconds(1));
        h["a"].OnCall(2).RateLimited(TimeSpan.MaxValue);

        LlmException error = await CallHarness.FailsAsync(() => h.RunAsync(() => h.Client.ChatAsync("solo", "Hello"), Step));

        Assert.Equal(LlmErrorKind.RateLimited, error.Kind);
        Assert.Equal(2, h["a"].Calls.Count);
    }

    [Fact]
    public async Task Cancelling_during_the_back_off_surfaces_with_the_callers_token()
    {
        using CallHarness h = Solo();
        h["a"].OnOtherCalls.RateLimited(TimeSpan.FromSeconds(20));
        using var source = new CancellationTokenSource();

        Task<ChatResponse> call = h.Client.ChatAsync("solo", "Hello", cancellationToken: source.Token);
        await h["a"].WaitForCallAsync(1).WaitAsync(TimeSpan.FromSeconds(30));
        await source.CancelAsync();

        OperationCanceledException error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(source.Token, error.CancellationToken);
        CallRoute route = Assert.Single(h.Router.GetRecentCalls());
        Assert.Equal(LlmErrorKind.RateLimited, Assert.Single(route.Attempts).Error);
        Assert.Equal("cancelled", Assert.Single(h.Traces.Spans).StatusMessage);
        h.AssertNothingLeaks();
    }
}

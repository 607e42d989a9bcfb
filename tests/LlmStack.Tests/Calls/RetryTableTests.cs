using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Calls;

public sealed class RetryTableTests
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(250);

    private static CallPolicyOptions After(LlmErrorKind kind, ErrorKindOptions rule) => new() { Errors = { [kind.ToString()] = rule } };

    private static CallHarness Solo(CallPolicyOptions policy) => new(llm => llm.AddModelGroup("solo", g => g.AddDeployment("a/m").Configure(o => o.Policy = policy)), "a");

    private static CallHarness Pair(CallPolicyOptions policy) => new(
        llm => llm.AddModelGroup("fast", g => g
            .AddDeployment("a/m", d => d.Order = 0)
            .AddDeployment("b/m", d => d.Order = 1)
            .Configure(o => o.Policy = policy)),
        "a",
        "b");

    [Fact]
    public async Task Who_refused_is_asked_again_where_the_user_counts_retries_for_the_kind_and_nobody_else_is_left()
    {
        using CallHarness h = Pair(After(LlmErrorKind.Authentication, new ErrorKindOptions { Retries = 1, Cool = false }));
        h["a"].OnOtherCalls.Throw(LlmErrorKind.Authentication);
        h["b"].OnOtherCalls.Throw(LlmErrorKind.Authentication);

        LlmException error = await CallHarness.FailsAsync(() => h.RunAsync(() => h.Client.ChatAsync("fast", "Hello"), Step));

        Assert.Equal(3, error.Route!.Attempts.Count);
        Assert.Equal(["a/m", "b/m"], error.Route.Attempts.Take(2).Select(a => a.Deployment));
        Assert.True(error.Route.Attempts[2].Wait > TimeSpan.Zero);
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task A_wrong_request_is_repeated_only_where_its_kind_has_retries()
    {
        using CallHarness h = Solo(After(LlmErrorKind.InvalidRequest, new ErrorKindOptions { Retries = 2 }));
        h["a"].OnOtherCalls.Throw(LlmErrorKind.InvalidRequest);

        LlmException error = await CallHarness.FailsAsync(() => h.RunAsync(() => h.Client.ChatAsync("solo", "Hello"), Step));

        Assert.Equal(3, error.Route!.Attempts.Count);
    }

    [Fact]
    public async Task No_retries_for_a_kind_leaves_the_others_their_own()
    {
        using CallHarness h = Solo(After(LlmErrorKind.Timeout, new ErrorKindOptions { Retries = 0 }));
        h["a"].OnCall(1).Throw(LlmErrorKind.Overloaded);
        h["a"].OnCall(2).Throw(LlmErrorKind.Timeout);

        LlmException error = await CallHarness.FailsAsync(() => h.RunAsync(() => h.Client.ChatAsync("solo", "Hello"), Step));

        Assert.Equal([LlmErrorKind.Overloaded, LlmErrorKind.Timeout], error.Route!.Attempts.Select(a => a.Error!.Value));
    }

    [Fact]
    public async Task Retries_of_a_kind_are_counted_apart_from_the_general_number()
    {
        CallPolicyOptions policy = After(LlmErrorKind.Overloaded, new ErrorKindOptions { Retries = 3, Cool = false });
        policy.MaxRetries = 0;
        using CallHarness h = Solo(policy);
        h["a"].OnOtherCalls.Throw(LlmErrorKind.Overloaded);

        LlmException error = await CallHarness.FailsAsync(() => h.RunAsync(() => h.Client.ChatAsync("solo", "Hello"), Step));

        Assert.Equal(4, error.Route!.Attempts.Count);
    }

    [Fact]
    public async Task A_kind_that_does_not_fall_back_stays_in_its_group()
    {
        using CallHarness h = new(
            llm => llm
                .AddModelGroup("one", g => g.AddDeployment("a/m").FallBackTo("two").Configure(o => o.Policy = After(LlmErrorKind.NotFound, new ErrorKindOptions { FallBack = false })))
                .AddModelGroup("two", g => g.AddDeployment("b/m")),
            "a",
            "b");
        h["a"].OnOtherCalls.Throw(LlmErrorKind.NotFound);

        LlmException error = await CallHarness.FailsAsync(() => h.Client.ChatAsync("one", "Hello"));

        Assert.Equal(LlmErrorKind.NotFound, error.Kind);
        Assert.Empty(h["b"].Calls);
    }

    [Fact]
    public async Task Refused_content_falls_back_only_where_the_table_or_a_fallback_says_so()
    {
        using CallHarness h = new(
            llm => llm
                .AddModelGroup("no", g => g.AddDeployment("a/m").FallBackTo("other"))
                .AddModelGroup("table", g => g.AddDeployment("a/m").FallBackTo("other").Configure(o => o.Policy = After(LlmErrorKind.ContentPolicyViolation, new ErrorKindOptions { FallBack = true })))
                .AddModelGroup("named", g => g.AddDeployment("a/m").FallBackTo("other", LlmErrorKind.ContentPolicyViolation))
                .AddModelGroup("other", g => g.AddDeployment("b/m")),
            "a",
            "b");
        h["a"].OnOtherCalls.Throw(LlmErrorKind.ContentPolicyViolation);

        LlmException error = await CallHarness.FailsAsync(() => h.Client.ChatAsync("no", "Hello"));
        ChatResponse table = await h.Client.ChatAsync("table", "Hello");
        ChatResponse named = await h.Client.ChatAsync("named", "Hello");

        Assert.Equal(LlmErrorKind.ContentPolicyViolation, error.Kind);
        Assert.Equal("other", table.GetRoute()!.Group);
        Assert.Equal("other", named.GetRoute()!.Group);
    }

    [Fact]
    public async Task The_latest_retry_after_counts_and_jitter_only_lengthens_it()
    {
        using CallHarness h = Solo(new CallPolicyOptions());
        h["a"].OnCall(1).RateLimited(TimeSpan.FromSeconds(2));
        h["a"].OnCall(2).RateLimited(TimeSpan.FromSeconds(20));
        h["a"].OnCall(3).Answer("later");

        ChatResponse response = await h.RunAsync(() => h.Client.ChatAsync("solo", "Hello"), Step);

        IReadOnlyList<RouteAttempt> attempts = response.GetRoute()!.Attempts;
        Assert.InRange(attempts[1].Wait, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2.6));
        Assert.InRange(attempts[2].Wait, TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(25.1));
    }

    [Fact]
    public async Task Waits_that_only_together_exceed_the_longest_wait_are_not_waited()
    {
        using CallHarness h = Solo(new CallPolicyOptions { MaxRetryWait = TimeSpan.FromSeconds(10) });
        h["a"].OnOtherCalls.RateLimited(TimeSpan.FromSeconds(6));

        LlmException error = await CallHarness.FailsAsync(() => h.RunAsync(() => h.Client.ChatAsync("solo", "Hello"), Step));

        Assert.Equal(2, error.Route!.Attempts.Count);
        Assert.Equal(TimeSpan.FromSeconds(6), error.RetryAfter);
    }

    [Fact]
    public async Task A_reload_does_not_fill_the_retry_budget_up_again()
    {
        using CallHarness h = Solo(new CallPolicyOptions { BackoffInitial = TimeSpan.Zero, BackoffMax = TimeSpan.Zero });
        h["a"].OnOtherCalls.Throw(LlmErrorKind.Overloaded);
        RetryBudget before = h.Get<SnapshotSource>().Current.Groups["solo"].RetryBudget;

        h.Get<SnapshotSource>().Swap(h.Get<LlmStack.Configuration.SnapshotBuilder>().Build(h.Get<Microsoft.Extensions.Options.IOptions<LlmStackOptions>>().Value, 2));

        Assert.Same(before, h.Get<SnapshotSource>().Current.Groups["solo"].RetryBudget);
        Assert.Same(h.Get<SnapshotSource>().Current.Resolve("a/other").Group.RetryBudget, h.Get<DeploymentRegistry>().RetryBudgetOf("a/other"));
        await CallHarness.FailsAsync(() => h.Client.ChatAsync("solo", "Hello"));
    }
}

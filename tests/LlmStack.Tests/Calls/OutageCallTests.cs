using LlmStack.Routing;

namespace LlmStack.Tests.Calls;

/// <summary>What one outage may cost in attempts, and that it costs no call while somebody could serve.</summary>
public sealed class OutageCallTests
{
    private const int Calls = 100;

    private static readonly CallPolicyOptions NobodyCools = new() { CooldownEnabled = false };

    [Fact]
    public async Task The_next_order_is_tried_before_another_group()
    {
        using CallHarness h = new(
            llm => llm
                .AddModelGroup("fast", g => g.AddDeployment("a/m").AddDeployment("b/m", d => d.Order = 1).AddDeployment("c/m", d => d.Order = 2).FallBackTo("other"))
                .AddModelGroup("other", g => g.AddDeployment("d/m")),
            "a",
            "b",
            "c",
            "d");
        Fail(h, "a", "b", "c");

        CallRoute route = (await h.Client.ChatAsync("fast", "Hello")).GetRoute()!;

        Assert.Equal(["a/m", "b/m", "c/m", "d/m"], route.Attempts.Select(a => a.Deployment));
        Assert.Equal(TimeSpan.Zero, route.Timing.RetryWait);
    }

    [Fact]
    public async Task The_first_attempt_in_each_fallback_group_draws_on_no_budget()
    {
        using CallHarness h = new(
            llm => llm
                .AddModelGroup("one", g => g.AddDeployment("a/m").Configure(o => o.Policy = NobodyCools).FallBackTo("two"))
                .AddModelGroup("two", g => g.AddDeployment("b/m").Configure(o => o.Policy = NobodyCools).FallBackTo("three"))
                .AddModelGroup("three", g => g.AddDeployment("c/m")),
            "a",
            "b",
            "c");
        Fail(h, "a", "b");

        for (int i = 0; i < Calls; i++)
        {
            CallRoute route = (await h.Client.ChatAsync("one", "Hello")).GetRoute()!;
            Assert.Equal(["a/m", "b/m", "c/m"], route.Attempts.Select(a => a.Deployment));
        }
    }

    [Fact]
    public async Task A_retry_budget_that_is_used_up_spares_its_group_and_leaves_the_fallbacks()
    {
        using CallHarness h = new(
            llm => llm
                .AddModelGroup("fast", g => g
                    .AddDeployment("a/m")
                    .AddDeployment("b/m", d => d.Order = 1)
                    .AddDeployment("c/m", d => d.Order = 2)
                    .Configure(o => o.Policy = NobodyCools)
                    .FallBackTo("other"))
                .AddModelGroup("other", g => g.AddDeployment("d/m")),
            "a",
            "b",
            "c",
            "d");
        Fail(h, "a", "b", "c");

        for (int i = 0; i < Calls; i++)
        {
            CallRoute route = (await h.Client.ChatAsync("fast", "Hello")).GetRoute()!;
            Assert.Equal("other", route.Group);
        }

        Assert.Equal(RetryBudget.Floor + (int)(Calls * RetryBudget.Share), h["c"].Calls.Count);
        Assert.Equal(Calls, h["d"].Calls.Count);
    }

    [Fact]
    public async Task Calls_that_fell_back_count_for_the_budget_of_the_group_they_came_to()
    {
        using CallHarness h = new(
            llm => llm
                .AddModelGroup("fast", g => g.AddDeployment("a/m").Configure(o => o.Policy = NobodyCools).FallBackTo("other"))
                .AddModelGroup("other", g => g.AddDeployment("b/m").AddDeployment("c/m", d => d.Order = 1).Configure(o => o.Policy = NobodyCools)),
            "a",
            "b",
            "c");
        Fail(h, "a", "b");

        int served = 0;
        for (int i = 0; i < Calls; i++)
        {
            try
            {
                await h.Client.ChatAsync("fast", "Hello");
                served++;
            }
            catch (LlmException)
            {
                // The third attempt of a call, and the second in its group, is a repetition.
            }
        }

        Assert.Equal(RetryBudget.Floor + (int)(Calls * RetryBudget.Share), served);
    }

    [Fact]
    public async Task The_error_carries_the_wait_of_the_failure_it_reports()
    {
        using CallHarness h = new(
            llm => llm.AddModelGroup("fast", g => g.AddDeployment("a/m").AddDeployment("b/m", d => d.Order = 1).Configure(o => o.Policy = new CallPolicyOptions { MaxRetries = 0 })),
            "a",
            "b");
        h["a"].OnOtherCalls.RateLimited(TimeSpan.FromSeconds(30));
        h["b"].OnOtherCalls.Throw(LlmErrorKind.ServerError, statusCode: 500);

        LlmException error = await CallHarness.FailsAsync(() => h.Client.ChatAsync("fast", "Hello"));

        Assert.Equal((LlmErrorKind.RateLimited, TimeSpan.FromSeconds(30)), (error.Kind, error.RetryAfter));
    }

    private static void Fail(CallHarness h, params string[] providers)
    {
        foreach (string provider in providers)
        {
            h[provider].OnOtherCalls.Throw(LlmErrorKind.Overloaded, statusCode: 503);
        }
    }
}

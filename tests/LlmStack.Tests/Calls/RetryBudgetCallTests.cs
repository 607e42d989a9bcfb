using LlmStack.Routing;

namespace LlmStack.Tests.Calls;

/// <summary>What calls count in the retry budgets of groups, and what they draw on them.</summary>
public sealed class RetryBudgetCallTests
{
    [Fact]
    public async Task Every_call_that_is_served_by_a_fallback_group_is_one_request_of_it()
    {
        using CallHarness h = Harness();
        h["a"].OnOtherCalls.Throw(LlmErrorKind.InvalidResponse);

        await AskAsync(h, 10, fails: false);

        // 10 % of ten requests, and ten.
        Assert.Equal(11, Left(h, "other"));
    }

    [Fact]
    public async Task A_fallback_group_whose_queues_refuse_a_call_has_no_request_of_it()
    {
        using CallHarness h = Harness(places: 1);
        h["a"].OnOtherCalls.Throw(LlmErrorKind.InvalidResponse);
        List<Task> under = Occupy(h);

        await AskAsync(h, 10, fails: true);

        Assert.Equal(10, Left(h, "other"));
        h.Time.Advance(TimeSpan.FromMinutes(5));
        await Task.WhenAll(under).WaitAsync(TimeSpan.FromSeconds(30));
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task An_attempt_that_a_queue_refuses_draws_nothing_on_the_budget()
    {
        using CallHarness h = new(
            llm => llm
                .AddModelGroup("fast", g => g
                    .AddDeployment("a/m", d => d.Order = 0)
                    .AddDeployment("a/n", d => d.Order = 1)
                    .AddDeployment("b/m", Narrow)
                    .AddDeployment("c/m", Narrow)
                    .Configure(o => o.Policy = new CallPolicyOptions { CooldownEnabled = false, MaxRetries = 0 }))
                .AddModelGroup("b", g => g.AddDeployment("b/m"))
                .AddModelGroup("c", g => g.AddDeployment("c/m")),
            "a",
            "b",
            "c");
        h["a"].OnOtherCalls.Throw(LlmErrorKind.InvalidResponse);
        List<Task> under = Occupy(h);

        // Two attempts are free; the third is refused by the queue of one deployment, and then by the other's.
        await AskAsync(h, 8, fails: true);

        Assert.Equal(10, Left(h, "fast"));
        h.Time.Advance(TimeSpan.FromMinutes(5));
        await Task.WhenAll(under).WaitAsync(TimeSpan.FromSeconds(30));

        static void Narrow(DeploymentOptions deployment)
        {
            deployment.Order = 2;
            deployment.MaxConcurrency = 1;
            deployment.MaxQueue = 0;
        }
    }

    private static CallHarness Harness(int? places = null) => new(
        llm => llm
            .AddModelGroup("fast", g => g.AddDeployment("a/m").FallBackTo("other").Configure(o => o.Policy = new CallPolicyOptions { CooldownEnabled = false, MaxRetries = 0 }))
            .AddModelGroup("other", g => g.AddDeployment("b/m").AddDeployment("c/m"))
            .AddModelGroup("b", g => g.AddDeployment("b/m"))
            .AddModelGroup("c", g => g.AddDeployment("c/m"))
            .Configure(o =>
            {
                foreach (DeploymentOptions deployment in o.ModelGroups["other"].Deployments.Values)
                {
                    (deployment.MaxConcurrency, deployment.MaxQueue) = (places, places is null ? null : 0);
                }
            }),
        "a",
        "b",
        "c");

    /// <summary>Takes the only places there are.</summary>
    private static List<Task> Occupy(CallHarness h)
    {
        h["b"].OnCall(1).Delay(TimeSpan.FromMinutes(5)).Answer("late");
        h["c"].OnCall(1).Delay(TimeSpan.FromMinutes(5)).Answer("late");
        return [h.Client.ChatAsync("b", "Hello"), h.Client.ChatAsync("c", "Hello")];
    }

    private static async Task AskAsync(CallHarness h, int calls, bool fails)
    {
        for (int i = 0; i < calls; i++)
        {
            Exception? thrown = await Record.ExceptionAsync(() => h.Client.ChatAsync("fast", "Hello"));
            Assert.Equal(fails, thrown is LlmException);
        }
    }

    /// <summary>How many further attempts a group's budget still has.</summary>
    private static int Left(CallHarness h, string group)
    {
        RetryBudget budget = h.Get<SnapshotSource>().Current.Groups[group].RetryBudget;
        int left = 0;
        while (budget.TryTake(h.Time.GetTimestamp(), h.Time.TimestampFrequency))
        {
            left++;
        }

        return left;
    }
}

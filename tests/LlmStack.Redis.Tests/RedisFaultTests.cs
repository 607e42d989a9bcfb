using LlmStack.Redis.Child;

namespace LlmStack.Redis.Tests;

/// <summary>Four processes at one Redis; a cut of the run whose report is in <c>docs/redis-faults.md</c>.</summary>
public class RedisFaultTests
{
    [RedisFact]
    public async Task Four_processes_keep_limits_and_budgets_and_lose_nothing_whatever_happens_to_Redis()
    {
        var each = TimeSpan.FromSeconds(5);
        await using FaultRun run = await FaultRun.StartAsync();
        await run.BudgetAsync(each);
        await run.TotalsAsync("emptied", each / 2, static run => run.FlushAsync());
        await run.TotalsAsync("stopped", each, static run => run.HaltRedisAsync(TimeSpan.FromSeconds(2)));
        await run.TotalsAsync("killed", each, static run => run.RestartRedisAsync(TimeSpan.FromSeconds(2)), breakers: 4);
        await run.TotalsAsync("split", each / 2, static run => run.SplitAsync(TimeSpan.FromSeconds(1)));
        await run.KillWorkerAsync(each / 2);
        Assert.All(run.Outcomes, static outcome => Assert.True(outcome.Holds, outcome.ToString()));
        Assert.Equal(6, run.Outcomes.Count);
    }

    [RedisFact]
    public async Task Four_processes_keep_a_sliding_limit_together()
    {
        await using FaultRun run = await FaultRun.StartAsync();
        await run.LimitAsync(TimeSpan.FromSeconds(7));
        Assert.All(run.Outcomes, static outcome => Assert.True(outcome.Holds, outcome.ToString()));
    }
}

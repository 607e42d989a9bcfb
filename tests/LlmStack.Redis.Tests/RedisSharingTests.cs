using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace LlmStack.Redis.Tests;

/// <summary>Limits and budgets of clients that share a real Redis. Every answer costs 0.2 USD.</summary>
public class RedisSharingTests
{
    private static void Limit(ILlmStackBuilder llm) => llm.AddLimit("teams", static l =>
    {
        l.Scope.Team = "*";
        l.Requests = 3;
    });

    private static void Budget(ILlmStackBuilder llm) => llm.AddBudget("teams", static b =>
    {
        b.Scope.Team = "*";
        b.Amount = 1;
        b.Period = BudgetPeriod.Day;
    });

    [RedisFact]
    public async Task What_one_instance_uses_counts_at_the_other_and_leaves_the_window_there_too()
    {
        await using RedisNodes nodes = await RedisNodes.StartAsync();
        RedisNodes.Node here = nodes.Add(Limit);
        RedisNodes.Node there = nodes.Add(Limit);
        Assert.Null(await here.CallAsync());
        Assert.Null(await there.CallAsync());
        Assert.Null(await there.CallAsync());
        await nodes.ExchangeAsync();
        Assert.Equal(LlmErrorKind.LimitExceeded, await here.CallAsync());
        Assert.Equal(LlmErrorKind.LimitExceeded, await there.CallAsync());
        Assert.Null(await here.CallAsync("other"));
        Assert.Equal(3, there.Limits.GetLimits().Single(static l => l.Scope == "team=search").Used);

        nodes.Time.Advance(TimeSpan.FromSeconds(61));
        await nodes.ExchangeAsync();
        Assert.Equal(0, here.Limits.GetLimits().Single(static l => l.Scope == "team=search").Used);
        Assert.Null(await here.CallAsync());

        // What nobody uses any more does not stay in Redis.
        nodes.Time.Advance(TimeSpan.FromSeconds(61));
        await nodes.ExchangeAsync();
        Assert.DoesNotContain(await nodes.KeysAsync(), static key => key.Contains(":s:", StringComparison.Ordinal));
    }

    [RedisFact]
    public async Task A_budget_is_spent_once_whoever_spends_it()
    {
        await using RedisNodes nodes = await RedisNodes.StartAsync();
        RedisNodes.Node here = nodes.Add(Budget);
        RedisNodes.Node there = nodes.Add(Budget);
        for (int i = 0; i < 2; i++)
        {
            Assert.Null(await here.CallAsync());
            Assert.Null(await there.CallAsync());
            await nodes.ExchangeAsync();
        }

        Assert.Equal(0.8m, here.Limits.GetBudgets().Single().Spent);
        Assert.Equal(0.8m, there.Limits.GetBudgets().Single().Spent);

        // As often as anybody asks: what is told is the whole, not the difference.
        await nodes.ExchangeAsync();
        await nodes.ExchangeAsync();
        Assert.Equal(0.8m, here.Limits.GetBudgets().Single().Spent);

        Assert.Null(await here.CallAsync());
        await nodes.ExchangeAsync();
        Assert.Equal(LlmErrorKind.BudgetExceeded, await here.CallAsync());
        Assert.Equal(LlmErrorKind.BudgetExceeded, await there.CallAsync());
    }

    [RedisFact]
    public async Task A_new_process_counts_what_an_earlier_one_has_spent()
    {
        await using RedisNodes nodes = await RedisNodes.StartAsync();
        await using (RedisNodes.Node earlier = nodes.Add(Budget))
        {
            Assert.Null(await earlier.CallAsync());
            Assert.Null(await earlier.CallAsync());
        }

        // Told when it ended, by itself.
        RedisNodes.Node later = nodes.Add(Budget);
        Assert.Null(await later.CallAsync());
        await later.Exchange.ExchangeAsync(CancellationToken.None);
        Assert.Equal(0.6m, later.Limits.GetBudgets().Single().Spent);
    }

    [RedisFact]
    public async Task A_Redis_that_was_emptied_is_told_everything_again()
    {
        await using RedisNodes nodes = await RedisNodes.StartAsync();
        RedisNodes.Node here = nodes.Add(Budget);
        RedisNodes.Node there = nodes.Add(Budget);
        Assert.Null(await here.CallAsync());
        Assert.Null(await there.CallAsync());
        await nodes.ExchangeAsync();
        await nodes.Server.FlushAsync();
        nodes.Time.Advance(TimeSpan.FromSeconds(2));
        await nodes.ExchangeAsync();
        await nodes.ExchangeAsync();
        Assert.Equal(0.4m, here.Limits.GetBudgets().Single().Spent);
        Assert.Equal(0.4m, there.Limits.GetBudgets().Single().Spent);
        RedisNodes.Node later = nodes.Add(Budget);
        Assert.Null(await later.CallAsync());
        await later.Exchange.ExchangeAsync(CancellationToken.None);
        Assert.Equal(0.6m, later.Limits.GetBudgets().Single().Spent);
        Assert.Contains(nodes.Logs.GetSnapshot(), static record => record.Id.Id == 1323);
    }

    [RedisFact]
    public async Task An_exchange_that_arrives_after_a_later_one_changes_nothing()
    {
        await using RedisNodes nodes = await RedisNodes.StartAsync();
        await using ConnectionMultiplexer redis = await nodes.Server.ConnectAsync();
        IDatabase database = redis.GetDatabase();
        RedisKey[] keys = ["{t}:i:x", "{t}:s:scope"];
        Assert.Equal(1, (long)((RedisResult[])(await database.ScriptEvaluateAsync(RedisScripts.Scopes, keys, [2, 60_000, "x.1", 60_000, 10_000, "5 0 0 0 0 0"]))!)[0]);
        Assert.Equal(-1, (long)((RedisResult[])(await database.ScriptEvaluateAsync(RedisScripts.Scopes, keys, [1, 60_000, "x.1", 60_000, 10_000, "4 0 0 0 0 0"]))!)[0]);
        RedisResult[] other = (RedisResult[])(await database.ScriptEvaluateAsync(RedisScripts.Scopes, ["{t}:i:y", "{t}:s:scope"], [1, 60_000, "y.1", "", "", ""]))!;
        Assert.Equal("5 0 0 0 0 0", (string?)other[2]);
    }

    [RedisFact]
    public async Task Sums_of_others_are_exact_beyond_what_a_double_holds()
    {
        await using RedisNodes nodes = await RedisNodes.StartAsync();
        await using ConnectionMultiplexer redis = await nodes.Server.ConnectAsync();
        IDatabase database = redis.GetDatabase();
        for (int i = 0; i < 3; i++)
        {
            await database.ScriptEvaluateAsync(RedisScripts.Scopes, [$"{{t}}:i:{i}", "{t}:s:scope"], [1, 60_000, $"{i}.1", 60_000, 10_000, ScopeBatch.Write(new(1, 2, 3, 900_000_000_000_000_001, 4))]);
        }

        RedisResult[] sum = (RedisResult[])(await database.ScriptEvaluateAsync(RedisScripts.Scopes, ["{t}:i:y", "{t}:s:scope"], [1, 60_000, "y.1", "", "", ""]))!;
        Assert.Equal(new LlmStack.Limits.Scopes.ScopeAmounts(3, 6, 9, 2_700_000_000_000_000_003, 12), ScopeBatch.Read((string?)sum[2]));
    }

    [RedisFact]
    public async Task Calls_go_on_while_Redis_is_gone_and_everything_is_told_when_it_is_back()
    {
        await using RedisNodes nodes = await RedisNodes.StartAsync();
        RedisNodes.Node here = nodes.Add(Budget);
        Assert.Null(await here.CallAsync());
        await here.Exchange.ExchangeAsync(CancellationToken.None);
        await nodes.Server.KillAsync();
        Assert.Null(await here.CallAsync());
        await Assert.ThrowsAnyAsync<Exception>(() => here.Exchange.ExchangeAsync(CancellationToken.None));
        await nodes.Server.RestartAsync();
        RedisNodes.Node there = nodes.Add(Budget);
        Assert.Null(await there.CallAsync());
        await RetryAsync(here);
        await there.Exchange.ExchangeAsync(CancellationToken.None);
        Assert.Equal(0.6m, there.Limits.GetBudgets().Single().Spent);
    }

    [Fact]
    public async Task A_Redis_that_was_never_there_keeps_nothing_from_working()
    {
        var services = new ServiceCollection();
        var provider = new LlmStack.Testing.ScriptedProvider();
        provider.OnOtherCalls.Answer("x").Usage(1_000, 100);
        services.AddLlmStack(llm =>
        {
            llm.AddProvider("a", p => p.UseProvider(_ => provider))
                .AddModelGroup("fast", static g => g.AddDeployment("a/m", static d => d.Price = new ModelPrice { InputPerMillion = 1, OutputPerMillion = 1 }))
                .UseRedis("127.0.0.1:1", static o => o.Interval = TimeSpan.FromMilliseconds(10));
            Limit(llm);
        });
        await using ServiceProvider built = services.BuildServiceProvider();
        var trouble = new EventList();
        using IDisposable subscription = built.GetRequiredService<ILlmEvents>().Subscribe(trouble);
        ILlmClient client = built.GetRequiredService<ILlmClient>();
        using IDisposable pushed = LlmContext.Push(new LlmContext { Team = "search" });
        await client.ChatAsync("fast", "Hello");
        await client.ChatAsync("fast", "Hello");
        await client.ChatAsync("fast", "Hello");
        Assert.Equal(LlmErrorKind.LimitExceeded, (await Assert.ThrowsAsync<LlmException>(() => client.ChatAsync("fast", "Hello"))).Kind);
        LlmEvent first = await trouble.FirstAsync();
        Assert.Equal((LlmEventKind.SinkTrouble, "redis"), (first.Kind, first.Subject));
        Assert.True(built.GetRequiredService<RedisExchange>().IsOpen);
    }

    [Theory]
    [InlineData("", "names no server")]
    [InlineData("abortConnect=x,localhost", "does not parse")]
    public void A_configuration_that_cannot_be_right_is_refused_without_repeating_it(string configuration, string message)
    {
        var refused = Assert.Throws<ArgumentException>(() => new ServiceCollection().AddLlmStack(llm => llm.UseRedis(configuration)));
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_out_of_range_are_refused_with_what_is_allowed()
    {
        AssertRefused(static o => o.KeyPrefix = "a{b}", "KeyPrefix is 'a{b}'");
        AssertRefused(static o => o.KeyPrefix = "", "KeyPrefix is ''");
        AssertRefused(static o => o.Interval = TimeSpan.Zero, "Interval is 00:00:00; allowed: 00:00:00.0100000 to 00:00:10");
        AssertRefused(static o => o.Timeout = TimeSpan.FromMinutes(2), "Timeout is 00:02:00");
        AssertRefused(static o => o.LongestPause = TimeSpan.Zero, "LongestPause is 00:00:00");
        AssertRefused(static o => o.MaxScopes = 1, "MaxScopes is 1; allowed: 100 to 1000000");
    }

    private static void AssertRefused(Action<RedisSharingOptions> configure, string message)
    {
        var refused = Assert.Throws<ArgumentException>(() => new ServiceCollection().AddLlmStack(llm => llm.UseRedis("localhost", configure)));
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    /// <summary>The driver connects again in its own time.</summary>
    private static async Task RetryAsync(RedisNodes.Node node)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (await pause.WaitForNextTickAsync(limit.Token))
        {
            try
            {
                await node.Exchange.ExchangeAsync(limit.Token);
                return;
            }
            catch (Exception) when (!limit.IsCancellationRequested)
            {
                // Not yet.
            }
        }
    }
}

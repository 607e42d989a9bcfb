using LlmStack.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Time.Testing;

namespace LlmStack.Redis.Tests;

/// <summary>What the health check says of the way to Redis.</summary>
public sealed class RedisHealthTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly WatchedTimeProvider _time = new(new DateTimeOffset(2026, 11, 28, 8, 0, 0, TimeSpan.Zero));

    [RedisFact]
    public async Task While_Redis_answers_it_is_healthy_and_says_how_old_the_last_exchange_is()
    {
        await using RedisNodes nodes = await RedisNodes.StartAsync();
        RedisNodes.Node node = nodes.Add(static llm => llm.Services.AddHealthChecks().AddLlmStackRedisHealthCheck(tags: ["ready"]));
        HealthReportEntry before = await CheckAsync(node.Get<HealthCheckService>());
        Assert.Equal((HealthStatus.Healthy, "nothing was exchanged with Redis yet"), (before.Status, before.Description));
        Assert.Equal(false, before.Data["connected"]);
        Assert.DoesNotContain("behind", before.Data.Keys);

        await node.Exchange.ExchangeAsync(CancellationToken.None);
        nodes.Time.Advance(TimeSpan.FromSeconds(3));
        HealthReportEntry after = await CheckAsync(node.Get<HealthCheckService>());
        Assert.Equal((HealthStatus.Healthy, "Redis took the exchange of 3.0 s ago"), (after.Status, after.Description));
        Assert.Equal((true, 0, TimeSpan.FromSeconds(3)), (after.Data["connected"], after.Data["failures"], after.Data["behind"]));
        Assert.Equal(["ready"], after.Tags);
    }

    [Theory]
    [InlineData(null, HealthStatus.Degraded)]
    [InlineData(HealthStatus.Unhealthy, HealthStatus.Unhealthy)]
    public async Task After_five_failures_in_a_row_it_says_since_when_and_why(HealthStatus? failureStatus, HealthStatus expected)
    {
        // A length that nobody else waits for.
        var interval = TimeSpan.FromMilliseconds(123);
        await using ServiceProvider services = Services(llm => llm.UseRedis("127.0.0.1:1", o => o.Interval = interval), failureStatus);
        HealthCheckService checks = services.GetRequiredService<HealthCheckService>();
        services.GetRequiredService<RedisExchange>().Start();
        for (int failures = 1; failures < 5; failures++)
        {
            await _time.WaitBeganAsync(interval).WaitAsync(Patience);
            HealthReportEntry closed = await CheckAsync(checks);
            Assert.Equal((HealthStatus.Healthy, (object)failures), (closed.Status, closed.Data["failures"]));
            Assert.StartsWith("connection: ", (string)closed.Data["problem"], StringComparison.Ordinal);
            _time.Advance(interval);
        }

        await _time.WaitBeganAsync(2 * interval).WaitAsync(Patience);
        DateTimeOffset opened = _time.GetUtcNow();
        _time.Advance(TimeSpan.FromMilliseconds(100));
        HealthReportEntry open = await CheckAsync(checks);
        Assert.Equal(expected, open.Status);
        Assert.Matches(@"^Redis does not answer \(connection: \w+\); calls have gone on without it for 0\.1 s, and what they know of others is nothing$", open.Description);
        Assert.Equal((false, 5, opened), (open.Data["connected"], open.Data["failures"], open.Data["open since"]));
    }

    [Fact]
    public async Task Without_Redis_it_says_what_is_missing()
    {
        await using ServiceProvider services = Services(static _ => { }, null);
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => CheckAsync(services.GetRequiredService<HealthCheckService>()));
        Assert.Equal("The health check 'llmstack-redis' looks at what UseRedis adds, which was not called; call it in AddLlmStack, or leave the check out.", refused.Message);
    }

    [Fact]
    public void The_breaker_opens_at_the_fifth_failure_in_a_row_and_closes_at_the_first_exchange_that_is_taken()
    {
        var time = new FakeTimeProvider();
        var breaker = new ExchangeBreaker(time);
        Assert.False(breaker.Succeeded(time.GetTimestamp()));
        for (int i = 0; i < 4; i++)
        {
            Assert.False(breaker.Failed("no answer in time"));
        }

        Assert.False(breaker.Succeeded(time.GetTimestamp()));
        long began = time.GetTimestamp();
        for (int failures = 1; failures < 8; failures++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(failures == 5, breaker.Failed("no answer in time"));
            Assert.Equal(failures >= 5, breaker.IsOpen);
        }

        Assert.Equal(new ExchangeState(7, TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(2), "no answer in time"), breaker.Read());
        Assert.True(breaker.Succeeded(began));
        Assert.False(breaker.IsOpen);
        Assert.Equal(new ExchangeState(0, TimeSpan.FromSeconds(7), null, null), breaker.Read());
    }

    private ServiceProvider Services(Action<ILlmStackBuilder> configure, HealthStatus? failureStatus)
    {
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(_time);
        services.AddLlmStack(configure);
        services.AddHealthChecks().AddLlmStackRedisHealthCheck(failureStatus: failureStatus);
        return services.BuildServiceProvider();
    }

    private static async Task<HealthReportEntry> CheckAsync(HealthCheckService checks) =>
        Assert.Single((await checks.CheckHealthAsync().WaitAsync(Patience)).Entries, static entry => entry.Key == "llmstack-redis").Value;
}

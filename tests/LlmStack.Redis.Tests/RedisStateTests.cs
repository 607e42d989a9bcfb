using LlmStack.Health;
using LlmStack.Routing;
using LlmStack.Testing;

namespace LlmStack.Redis.Tests;

/// <summary>Cooldowns, latency estimates and stickiness of clients that share a real Redis.</summary>
public class RedisStateTests
{
    private static void TwoMembers(ILlmStackBuilder llm) => llm.AddModelGroup("two", static g =>
    {
        g.Configure(static o => o.Stickiness = Stickiness.Session);
        g.AddDeployment("a/one").AddDeployment("a/two");
    });

    [RedisFact]
    public async Task A_cooldown_of_one_instance_keeps_the_others_away_until_it_ends_or_a_probe_succeeds()
    {
        await using RedisNodes nodes = await RedisNodes.StartAsync();
        RedisNodes.Node here = nodes.Add(TwoMembers);
        RedisNodes.Node there = nodes.Add(TwoMembers);
        Deployment failing = Find(here, "a/one");
        here.Get<HealthTracker>().Failed(
            failing,
            here.Get<SnapshotSource>().Current.Groups["two"],
            new LlmException(LlmErrorKind.RateLimited, "Too many.") { RetryAfter = TimeSpan.FromSeconds(20) },
            Sample(nodes));
        Assert.Null(Cooling(there, "a/one"));
        await nodes.ExchangeAsync();
        Assert.InRange(Cooling(there, "a/one")!.Value, TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(20));
        Assert.Null(Cooling(there, "a/two"));
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal("a/two", (await there.Client.ChatAsync("two", "Hello")).GetRoute()!.Deployment);
        }

        // A shorter one does not end it.
        there.Get<HealthTracker>().Adopt(Find(there, "a/one"), null, TimeSpan.FromSeconds(1), LlmErrorKind.RateLimited, trips: true);
        Assert.True(Cooling(there, "a/one") > TimeSpan.FromSeconds(10));

        // One that starts later learns it with its first exchange.
        RedisNodes.Node later = nodes.Add(TwoMembers);
        await later.Exchange.ExchangeAsync(CancellationToken.None);
        Assert.NotNull(Cooling(later, "a/one"));

        nodes.Time.Advance(TimeSpan.FromSeconds(21));
        Assert.Null(Cooling(there, "a/one"));
        Assert.Equal(CircuitState.HalfOpen, there.Get<HealthTracker>().StateOf(Find(there, "a/one"), nodes.Time.GetTimestamp(), out _));
    }

    [RedisFact]
    public async Task A_cooldown_that_ended_early_is_not_told_to_those_who_come_later()
    {
        await using RedisNodes nodes = await RedisNodes.StartAsync();
        RedisNodes.Node here = nodes.Add(TwoMembers);
        here.Get<HealthTracker>().Failed(Find(here, "a/one"), here.Get<SnapshotSource>().Current.Groups["two"], new LlmException(LlmErrorKind.NotFound, "Gone."), Sample(nodes));
        await nodes.ExchangeAsync();
        Assert.Contains("{llmstack}:cooldowns", await nodes.KeysAsync());
        nodes.Time.Advance(TimeSpan.FromMilliseconds(1));
        here.Get<HealthTracker>().ProbeSucceeded(Find(here, "a/one"), nodes.Time.GetTimestamp(), null);
        await nodes.ExchangeAsync();
        Assert.DoesNotContain("{llmstack}:cooldowns", await nodes.KeysAsync());
        RedisNodes.Node later = nodes.Add(TwoMembers);
        await later.Exchange.ExchangeAsync(CancellationToken.None);
        Assert.Null(Cooling(later, "a/one"));
    }

    [RedisFact]
    public async Task Estimates_of_others_count_where_nothing_was_measured_and_move_what_was_a_little()
    {
        await using RedisNodes nodes = await RedisNodes.StartAsync();
        RedisNodes.Node here = nodes.Add(TwoMembers);
        RedisNodes.Node there = nodes.Add(TwoMembers);
        Measure(nodes, here, "a/one", seconds: 2);
        Measure(nodes, here, "a/two", seconds: 2);
        Measure(nodes, there, "a/two", seconds: 4);
        await nodes.ExchangeAsync();
        nodes.Time.Advance(TimeSpan.FromSeconds(1.5));
        await nodes.ExchangeAsync();
        Assert.Equal(2, Find(there, "a/one").Health.Answer.Seconds, 3);
        Assert.Equal(4 - (2 * 0.067), Find(there, "a/two").Health.Answer.Seconds, 3);
        Assert.Equal(2 + (2 * 0.067), Find(here, "a/two").Health.Answer.Seconds, 1);

        // The same measurement does not count again and again.
        double before = Find(there, "a/two").Health.Answer.Seconds;
        nodes.Time.Advance(TimeSpan.FromSeconds(1.5));
        await nodes.ExchangeAsync();
        nodes.Time.Advance(TimeSpan.FromSeconds(1.5));
        await nodes.ExchangeAsync();
        Assert.Equal(before, Find(there, "a/two").Health.Answer.Seconds, 6);
    }

    [RedisFact]
    public async Task A_session_stays_with_its_deployment_whichever_instance_it_comes_to()
    {
        await using RedisNodes nodes = await RedisNodes.StartAsync();
        RedisNodes.Node here = nodes.Add(TwoMembers);
        RedisNodes.Node there = nodes.Add(TwoMembers);
        string[] served = new string[20];
        for (int i = 0; i < served.Length; i++)
        {
            served[i] = await ServeAsync(here, i);
        }

        await nodes.ExchangeAsync();
        for (int i = 0; i < served.Length; i++)
        {
            Assert.Equal(served[i], await ServeAsync(there, i));
        }

        // Both have served some, or this would prove nothing.
        Assert.Equal(2, served.Distinct().Count());

        // A Redis that was emptied learns them again from those who know.
        await nodes.Server.FlushAsync();
        nodes.Time.Advance(TimeSpan.FromSeconds(2));
        await nodes.ExchangeAsync();
        RedisNodes.Node later = nodes.Add(TwoMembers);
        await later.Exchange.ExchangeAsync(CancellationToken.None);
        for (int i = 0; i < served.Length; i++)
        {
            Assert.Equal(served[i], await ServeAsync(later, i));
        }
    }

    [RedisFact]
    public async Task What_is_not_to_be_shared_is_not()
    {
        await using RedisNodes nodes = await RedisNodes.StartAsync();
        RedisNodes.Node alone = nodes.Add(TwoMembers, static o =>
        {
            o.ShareCooldowns = false;
            o.ShareLatency = false;
            o.ShareLimits = false;
            o.ShareStickiness = false;
            o.KeyPrefix = "app:1";
        });
        await ServeAsync(alone, 1);
        await alone.Exchange.ExchangeAsync(CancellationToken.None);
        string only = Assert.Single(await nodes.KeysAsync());
        Assert.StartsWith("{app:1}:i:", only, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "g", "s", null)]
    [InlineData("", "", "", "")]
    [InlineData("team = x", "group", "a b\nc", "key")]
    public void A_pin_is_read_as_it_was_written(string? tenant, string group, string? id, string? credential)
    {
        var pin = new SharedPin(new AffinityKey(AffinityKind.PromptCache, tenant, group, id, credential, ulong.MaxValue), "a/m", TimeSpan.FromMinutes(10));
        Assert.True(PinText.TryRead(PinText.Write(pin), out SharedPin read));
        Assert.Equal(pin, read);
    }

    [Fact]
    public void A_pin_that_cannot_be_read_is_left_out()
    {
        Assert.Null(PinText.Write(new SharedPin(new AffinityKey(AffinityKind.Session, null, "g", "a\u001fb", null), "a/m", TimeSpan.FromMinutes(1))));
        Assert.False(PinText.TryRead(null, out _));
        Assert.False(PinText.TryRead("1\u001f2", out _));
        Assert.False(StateSharing.CooldownText.TryRead("a", "1 1", out _));
        Assert.False(StateSharing.CooldownText.TryRead("\u001f", "1 1", out _));
        Assert.False(StateSharing.CooldownText.TryRead("a\u001f", "x", out _));
    }

    private static async Task<string> ServeAsync(RedisNodes.Node node, int session)
    {
        using IDisposable pushed = LlmContext.Push(new LlmContext { SessionId = FormattableString.Invariant($"session {session}") });
        return (await node.Client.ChatAsync("two", "Hello")).GetRoute()!.Deployment!;
    }

    private static Deployment Find(RedisNodes.Node node, string id) => node.Get<SnapshotSource>().Current.Deployments[id];

    private static TimeSpan? Cooling(RedisNodes.Node node, string id) => node.Get<ILlmRouter>().GetDeployments().Single(deployment => deployment.Id == id).CooldownRemaining;

    private static AttemptSample Sample(RedisNodes nodes) => new(nodes.Time.GetTimestamp(), 0, 0, 0, Streamed: false);

    private static void Measure(RedisNodes nodes, RedisNodes.Node node, string id, double seconds)
    {
        long ticks = (long)(seconds * nodes.Time.TimestampFrequency);
        HealthTracker health = node.Get<HealthTracker>();
        health.Started(Find(node, id));
        health.Succeeded(Find(node, id), new AttemptSample(nodes.Time.GetTimestamp(), ticks, ticks, 0, Streamed: false));
    }
}

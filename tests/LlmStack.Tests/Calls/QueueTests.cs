using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Calls;

public sealed class QueueTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CallHarness Solo(int places = 1, int queue = 10, CallPolicyOptions? policy = null, Action<ModelGroupBuilder>? group = null) => new(
        llm => llm
            .AddModelGroup("solo", g =>
            {
                g.AddDeployment("a/m", d =>
                {
                    d.MaxConcurrency = places;
                    d.MaxQueue = queue;
                });
                g.Configure(o => o.Policy = policy);
                group?.Invoke(g);
            })
            .AddModelGroup("other", g => g.AddDeployment("b/m")),
        "a",
        "b");

    private static int Waiting(CallHarness h) => h.Get<SnapshotSource>().Current.Deployments["a/m"].Gate.Waiting;

    [Fact]
    public async Task A_call_beyond_the_limit_waits_for_a_place_and_its_wait_is_on_the_route()
    {
        using CallHarness h = Solo();
        h["a"].OnCall(1).Delay(TimeSpan.FromSeconds(3)).Answer("first");
        Task<ChatResponse> first = h.Client.ChatAsync("solo", "Hello");
        Task<ChatResponse> second = h.Client.ChatAsync("solo", "Hello");
        Assert.Equal(1, Waiting(h));

        h.Time.Advance(TimeSpan.FromSeconds(3));

        await first.WaitAsync(Patience);
        CallRoute route = (await second.WaitAsync(Patience)).GetRoute()!;
        Assert.Equal(TimeSpan.FromSeconds(3), route.Timing.Queue);
        Assert.Equal(TimeSpan.FromSeconds(3), Assert.Single(route.Attempts).Wait);
        Assert.Equal(TimeSpan.Zero, route.Timing.Overhead);
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task A_deployment_with_a_free_place_is_preferred_to_a_queue()
    {
        using CallHarness h = Solo(group: g => g.AddDeployment("b/m", d => d.Order = 1));
        h["a"].OnCall(1).Delay(TimeSpan.FromSeconds(3)).Answer("first");
        Task<ChatResponse> first = h.Client.ChatAsync("solo", "Hello");

        ChatResponse second = await h.Client.ChatAsync("solo", "Hello");

        Assert.Equal("b/m", second.GetRoute()!.Deployment);
        h.Time.Advance(TimeSpan.FromSeconds(3));
        await first.WaitAsync(Patience);
    }

    [Fact]
    public async Task A_full_queue_is_refused_at_once_as_overloaded_and_falls_back_where_it_may()
    {
        using CallHarness h = Solo(queue: 0);
        h["a"].OnCall(1).Delay(TimeSpan.FromSeconds(3)).Answer("first");
        Task<ChatResponse> first = h.Client.ChatAsync("solo", "Hello");

        LlmException error = await CallHarness.FailsAsync(() => h.Client.ChatAsync("solo", "Hello"));
        ChatResponse elsewhere = await h.Client.ChatAsync("solo", "Hello", ((ChatOptions?)null).WithRouting(new RoutingOptions { Fallbacks = ["other"] }));

        Assert.Equal(LlmErrorKind.Overloaded, error.Kind);
        Assert.Contains("MaxQueue 0", error.Message, StringComparison.Ordinal);
        Assert.Empty(error.Route!.Attempts);
        Assert.Equal("other", elsewhere.GetRoute()!.Group);
        Assert.Equal(0, h.Get<SnapshotSource>().Current.Deployments["a/m"].Health.Failures);
        h.Time.Advance(TimeSpan.FromSeconds(3));
        await first.WaitAsync(Patience);
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task A_queue_is_waited_in_no_longer_than_its_timeout()
    {
        using CallHarness h = Solo(policy: new CallPolicyOptions { QueueTimeout = TimeSpan.FromSeconds(2) });
        h["a"].OnCall(1).Delay(TimeSpan.FromSeconds(30)).Answer("first");
        Task<ChatResponse> first = h.Client.ChatAsync("solo", "Hello");

        LlmException error = await CallHarness.FailsAsync(() => h.RunAsync(h.Client.ChatAsync("solo", "Hello"), TimeSpan.FromSeconds(1)));

        Assert.Equal(LlmErrorKind.Overloaded, error.Kind);
        Assert.Contains("QueueTimeout", error.Message, StringComparison.Ordinal);
        h.Time.Advance(TimeSpan.FromSeconds(30));
        await first.WaitAsync(Patience);
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task The_urgent_call_overtakes_the_others()
    {
        using CallHarness h = Solo();
        h["a"].OnOtherCalls.Delay(TimeSpan.FromSeconds(1)).Answer("ok");
        Task<ChatResponse> first = h.Client.ChatAsync("solo", "first");
        Task<ChatResponse> usual = h.Client.ChatAsync("solo", "usual");
        Assert.Equal(1, Waiting(h));
        Task<ChatResponse> urgent = h.Client.ChatAsync("solo", "urgent", ((ChatOptions?)null).WithRouting(new RoutingOptions { Priority = 0 }));
        Assert.Equal(2, Waiting(h));

        await h.RunAsync(Task.WhenAll(first, usual, urgent), TimeSpan.FromSeconds(1));

        Assert.Equal(["first", "urgent", "usual"], h["a"].Calls.Select(c => c.Messages[0].Text));
    }

    [Fact]
    public async Task Cancelling_leaves_the_queue_and_surfaces_with_the_callers_token()
    {
        using CallHarness h = Solo();
        h["a"].OnCall(1).Delay(TimeSpan.FromSeconds(3)).Answer("first");
        Task<ChatResponse> first = h.Client.ChatAsync("solo", "Hello");
        using var source = new CancellationTokenSource();
        Task<ChatResponse> second = h.Client.ChatAsync("solo", "Hello", cancellationToken: source.Token);
        Assert.Equal(1, Waiting(h));

        await source.CancelAsync();

        OperationCanceledException error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second.WaitAsync(Patience));
        Assert.Equal(source.Token, error.CancellationToken);
        Assert.Equal(0, Waiting(h));
        h.Time.Advance(TimeSpan.FromSeconds(3));
        await first.WaitAsync(Patience);
        h.AssertNothingLeaks();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_priority_or_time_that_is_not_allowed_is_refused_before_any_call(int wrong)
    {
        using CallHarness h = Solo();
        RoutingOptions routing = wrong switch
        {
            0 => new RoutingOptions { Priority = 10 },
            1 => new RoutingOptions { AttemptTimeout = TimeSpan.Zero },
            _ => new RoutingOptions { AttemptTimeout = TimeSpan.FromSeconds(-2) },
        };

        LlmException error = await CallHarness.FailsAsync(() => h.Client.ChatAsync("solo", "Hello", ((ChatOptions?)null).WithRouting(routing)));

        Assert.Equal(LlmErrorKind.InvalidRequest, error.Kind);
        Assert.Empty(h["a"].Calls);
    }

    [Fact]
    public async Task Under_real_parallel_load_the_limit_holds_and_nothing_is_left_over()
    {
        using CallHarness h = Solo(places: 4, queue: 10_000);
        int most = 0;
        int inside = 0;
        var deployment = h.Get<SnapshotSource>().Current.Deployments["a/m"];
        for (int i = 1; i <= 600; i += 7)
        {
            h["a"].OnCall(i).Throw(LlmErrorKind.InvalidRequest);
        }

        await Parallel.ForEachAsync(Enumerable.Range(0, 600), new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (_, ct) =>
        {
            try
            {
                await h.Client.ChatAsync("solo", "Hello", cancellationToken: ct);
            }
            catch (LlmException)
            {
                Interlocked.Increment(ref inside);
            }

            int taken = deployment.Gate.Taken;
            Interlocked.Exchange(ref most, Math.Max(Volatile.Read(ref most), taken));
        });

        Assert.InRange(most, 0, 4);
        Assert.Equal(86, inside);
        h.AssertNothingLeaks();
    }
}

using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Calls;

/// <summary>What a call forbids holds wherever its prompt could go: to fallbacks, hedges, copies and judges.</summary>
public sealed class DataPolicyTests
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(250);

    private static ChatOptions Strict => ((ChatOptions?)null).WithRouting(new RoutingOptions { ForbidTraining = true, MaxRetention = TimeSpan.FromDays(1) });

    /// <summary><c>a</c> keeps nothing, <c>b</c> learns from what it gets, <c>c</c> keeps it for a month, <c>d</c> says nothing.</summary>
    private static CallHarness With(Action<ILlmStackBuilder> groups) => new(
        llm =>
        {
            groups(llm);
            llm.Configure(o =>
            {
                Set(o.Providers["a"], trains: false, TimeSpan.Zero);
                Set(o.Providers["b"], trains: true, TimeSpan.Zero);
                Set(o.Providers["c"], trains: false, TimeSpan.FromDays(30));
            });
        },
        "a",
        "b",
        "c",
        "d");

    private static void Set(ProviderOptions provider, bool trains, TimeSpan retention) => (provider.TrainsOnData, provider.Retention) = (trains, retention);

    [Fact]
    public async Task It_binds_retries_and_fallbacks()
    {
        using CallHarness h = With(llm => llm
            .AddModelGroup("fast", g => g.AddDeployment("a/m").AddDeployment("b/m", d => d.Order = 1).FallBackTo("late").FallBackTo("last"))
            .AddModelGroup("late", g => g.AddDeployment("c/m").AddDeployment("d/m"))
            .AddModelGroup("last", g => g.AddDeployment("d/n").AddDeployment("a/n", d => d.Order = 1)));
        h["a"].OnCall(1).Throw(LlmErrorKind.Overloaded, statusCode: 503);

        CallRoute route = (await h.Client.ChatAsync("fast", "Hello", Strict)).GetRoute()!;

        Assert.Equal(["a/m", "a/n"], route.Attempts.Select(a => a.Deployment));
        AssertNobodyElseAsked(h);
    }

    [Fact]
    public async Task It_binds_the_stream_that_goes_on()
    {
        using CallHarness h = With(llm => llm.AddModelGroup("fast", g => g
            .AddDeployment("a/m")
            .AddDeployment("b/m", d => d.Order = 1)
            .Configure(o => o.Policy = new CallPolicyOptions { OnStreamLost = StreamLossBehavior.Continue, MaxRetries = 0 })));
        h["a"].OnOtherCalls.Stream("one ", "two").CutAfter(1);

        LlmException error = await CallHarness.FailsAsync(async () =>
        {
            await foreach (ChatResponseUpdate update in h.Client.ChatStreamingAsync("fast", "Hello", Strict))
            {
                Assert.NotNull(update);
            }
        });

        Assert.Equal(LlmErrorKind.StreamInterrupted, error.Kind);
        AssertNobodyElseAsked(h);
    }

    [Fact]
    public async Task It_binds_hedges()
    {
        using CallHarness h = With(llm => llm.AddModelGroup("fast", g => g
            .AddDeployment("a/m")
            .AddDeployment("b/m", d => d.Order = 1)
            .Configure(o => o.Hedging = new HedgingOptions { Delay = TimeSpan.FromSeconds(1), MaxShare = 1 })));
        h["a"].OnOtherCalls.Delay(TimeSpan.FromSeconds(3)).Answer("slow");

        Assert.Equal("slow", (await h.RunAsync(h.Client.ChatAsync("fast", "Hello", Strict), Step)).Text);

        AssertNobodyElseAsked(h);
    }

    [Fact]
    public async Task It_binds_judges()
    {
        using CallHarness h = With(llm => llm
            .AddModelGroup("fast", g => g.AddDeployment("a/m").Configure(o => o.Cascade = new CascadeOptions { EscalateTo = "good", Judge = "judge" }))
            .AddModelGroup("good", g => g.AddDeployment("b/m"))
            .AddModelGroup("judge", g => g.AddDeployment("c/m").AddDeployment("d/m")));
        h["a"].OnOtherCalls.Answer("mine");

        Assert.Equal("mine", (await h.Client.ChatAsync("fast", "Hello", Strict)).Text);

        AssertNobodyElseAsked(h);
    }

    private static void AssertNobodyElseAsked(CallHarness h)
    {
        Assert.Empty(h["b"].Calls);
        Assert.Empty(h["c"].Calls);
        Assert.Empty(h["d"].Calls);
        h.AssertNothingLeaks();
    }
}

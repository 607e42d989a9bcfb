using LlmStack.Calls.Plans;
using LlmStack.Routing;
using LlmStack.Testing;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Calls;

public sealed class MirrorTests
{
    private static CallHarness Mirrored(Action<MirrorOptions>? configure = null) => new(
        llm => llm
            .AddModelGroup("live", g => g.AddDeployment("a/m").Configure(o =>
            {
                o.Mirror = new MirrorOptions { Group = "shadow", SampleRate = 1 };
                configure?.Invoke(o.Mirror);
            }))
            .AddModelGroup("shadow", g => g.AddDeployment("b/m")),
        "a",
        "b");

    private static async Task CopiedAsync(CallHarness h, int count)
    {
        await h["b"].WaitForCallAsync(count).WaitAsync(TimeSpan.FromSeconds(30));
        await h.Get<BackgroundCalls>().IdleAsync().WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_copy_goes_to_the_other_group_as_an_experiment_in_a_trace_of_its_own()
    {
        using CallHarness h = Mirrored();
        ChatResponse response;
        TraceId caller;
        using (TraceScope trace = h.Tracer.StartTrace("job", new TraceContext { UserId = "u" }))
        {
            response = await h.Client.ChatAsync("live", "Hello");
            caller = response.GetRoute()!.TraceId!.Value;
        }

        await CopiedAsync(h, 1);

        Assert.Equal("a/m", response.GetRoute()!.Deployment);
        Assert.Equal("Hello", h["b"].Calls[0].Messages[0].Text);
        SpanData copy = h.Traces.Single("chat shadow");
        Assert.Equal("mirror:shadow", copy.Context.Experiment);
        Assert.Equal("u", copy.Context.UserId);
        Assert.NotEqual(caller, copy.TraceId);
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task A_stream_is_copied_as_a_stream()
    {
        using CallHarness h = Mirrored();
        h["b"].OnOtherCalls.Stream("one ", "two");

        await h.StreamAsync("live");
        await CopiedAsync(h, 1);

        Assert.True(h["b"].Calls[0].IsStreaming);
        Assert.Equal(RecordedCallState.Completed, h["b"].Calls[0].State);
    }

    [Fact]
    public async Task A_copy_that_fails_or_hangs_is_none_of_the_callers_business()
    {
        using CallHarness h = Mirrored(m => m.MaxConcurrency = 1);
        h["b"].OnOtherCalls.StallAfter(0);

        ChatResponse first = await h.Client.ChatAsync("live", "Hello");
        await h["b"].WaitForCallAsync(1).WaitAsync(TimeSpan.FromSeconds(30));
        ChatResponse second = await h.Client.ChatAsync("live", "Hello");

        Assert.Single(first.GetRoute()!.Attempts);
        Assert.Single(second.GetRoute()!.Attempts);
        Assert.Single(h["b"].Calls);
        Task drained = h.Get<BackgroundCalls>().DrainAsync();
        h.Time.Advance(BackgroundCalls.DrainTime);
        await drained.WaitAsync(TimeSpan.FromSeconds(30));
        await CopiedAsync(h, 1);
        Assert.Equal(RecordedCallState.Cancelled, h["b"].Calls[0].State);
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task Copies_keep_within_their_own_number_a_minute()
    {
        using CallHarness h = Mirrored(m =>
        {
            m.RequestsPerMinute = 2;
            m.MaxConcurrency = 100;
        });

        for (int i = 0; i < 10; i++)
        {
            await h.Client.ChatAsync("live", "Hello");
        }

        await CopiedAsync(h, 2);
        Assert.Equal(2, h["b"].Calls.Count);
    }

    [Fact]
    public async Task A_reload_does_not_fill_the_budget_of_copies_up_again()
    {
        using CallHarness h = Mirrored(m => m.RequestsPerMinute = 2);
        for (int i = 0; i < 6; i++)
        {
            h.Router.SetAlias("other", i % 2 == 0 ? "shadow" : "live");
            await h.Client.ChatAsync("live", "Hello");
            await h.Get<BackgroundCalls>().IdleAsync().WaitAsync(TimeSpan.FromSeconds(30));
        }

        Assert.Equal(2, h["b"].Calls.Count);
    }

    [Fact]
    public async Task A_copy_under_way_takes_its_place_after_a_reload_too()
    {
        using CallHarness h = Mirrored(m => m.MaxConcurrency = 1);
        h["b"].OnCall(1).StallAfter(0);
        await h.Client.ChatAsync("live", "Hello");
        await h["b"].WaitForCallAsync(1).WaitAsync(TimeSpan.FromSeconds(30));

        h.Router.SetAlias("other", "live");
        await h.Client.ChatAsync("live", "Hello");

        Task drained = h.Get<BackgroundCalls>().DrainAsync();
        h.Time.Advance(BackgroundCalls.DrainTime);
        await drained.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Single(h["b"].Calls);
    }

    [Fact]
    public async Task Policy_of_the_call_binds_its_copy()
    {
        using CallHarness h = Mirrored();

        await h.Client.ChatAsync("live", "Hello", ((ChatOptions?)null).WithRouting(new RoutingOptions { Ignore = ["b"] }));
        await h.Get<BackgroundCalls>().DrainAsync().WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Empty(h["b"].Calls);
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task About_the_sampled_share_is_copied()
    {
        using CallHarness h = Mirrored(m =>
        {
            m.SampleRate = 0.1;
            m.MaxConcurrency = 1_000;
        });

        for (int i = 0; i < 400; i++)
        {
            await h.Client.ChatAsync("live", "Hello");
        }

        await h.Get<BackgroundCalls>().DrainAsync().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.InRange(h["b"].Calls.Count, 15, 70);
    }
}

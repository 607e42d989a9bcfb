using LlmStack.Routing;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Calls;

public sealed class ChatStreamTests
{
    private static CallHarness Pair() => new(
        llm => llm.AddModelGroup("fast", g => g.AddDeployment("a/m", d => d.Order = 0).AddDeployment("b/m", d => d.Order = 1)),
        "a",
        "b");

    [Fact]
    public async Task The_first_update_names_the_deployment_and_the_last_has_the_whole_route()
    {
        using CallHarness h = Pair();
        h["a"].OnCall(1).Stream("one ", "two").Usage(7, 2);

        List<ChatResponseUpdate> updates = await h.StreamAsync("fast");

        Assert.Equal("one two", string.Concat(updates.Select(u => u.Text)));
        Assert.Equal("a/m", updates[0].GetRoute()!.Deployment);
        CallRoute route = updates[^1].GetRoute()!;
        Assert.Single(route.Attempts);
        Assert.NotNull(route.Timing.FirstToken);
        Assert.Same(route, updates.ToChatResponse().GetRoute());
        SpanData span = Assert.Single(h.Traces.Spans);
        Assert.Equal(ObservationType.Generation, span.Type);
        Assert.Equal(2, span.Usage!.OutputTokenCount);
        Assert.Contains("one two", System.Text.Encoding.UTF8.GetString(span.Record.OutputJson), StringComparison.Ordinal);
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task Nothing_is_sent_before_the_enumeration_starts()
    {
        using CallHarness h = Pair();

        _ = h.Client.ChatStreamingAsync("fast", "Hello");
        await Task.Yield();

        Assert.Empty(h["a"].Calls);
    }

    [Fact]
    public async Task A_cut_before_the_first_content_moves_on_unseen()
    {
        using CallHarness h = Pair();
        h["a"].OnCall(1).Stream("x").CutAfter(0);
        h["b"].OnCall(1).Stream("from ", "b");

        List<ChatResponseUpdate> updates = await h.StreamAsync("fast");

        Assert.Equal("from b", string.Concat(updates.Select(u => u.Text)));
        Assert.Equal(2, updates[^1].GetRoute()!.Attempts.Count);
        h.Traces.ShouldHaveChild("chat fast", "attempt 2");
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task A_cut_after_the_first_content_fails_loudly_with_what_arrived()
    {
        using CallHarness h = Pair();
        h["a"].OnCall(1).Stream("one ", "two ", "three").CutAfter(2);

        LlmException error = await CallHarness.FailsAsync(() => h.StreamAsync("fast"));

        Assert.Equal(LlmErrorKind.StreamInterrupted, error.Kind);
        Assert.Equal("one two ", error.PartialText);
        Assert.IsType<LlmException>(error.InnerException);
        Assert.Empty(h["b"].Calls);
        SpanData span = Assert.Single(h.Traces.Spans);
        Assert.Equal(ObservationLevel.Error, span.Level);
        Assert.Contains("one two", System.Text.Encoding.UTF8.GetString(span.Record.OutputJson), StringComparison.Ordinal);
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task No_content_in_time_is_a_timeout_and_moves_on()
    {
        using CallHarness h = Pair();
        h["a"].OnCall(1).Stream("x").StallAfter(0);
        h["b"].OnCall(1).Stream("ok");

        List<ChatResponseUpdate> updates = await h.RunAsync(h.StreamAsync("fast"), TimeSpan.FromSeconds(10));

        Assert.Equal("ok", string.Concat(updates.Select(u => u.Text)));
        RouteAttempt first = updates[^1].GetRoute()!.Attempts[0];
        Assert.Equal(LlmErrorKind.Timeout, first.Error);
        Assert.Contains("FirstTokenTimeout", first.Message, StringComparison.Ordinal);
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task A_stall_between_two_pieces_interrupts_the_stream()
    {
        using CallHarness h = Pair();
        h["a"].OnCall(1).Stream("one ", "two").StallAfter(1);

        LlmException error = await CallHarness.FailsAsync(() => h.RunAsync(h.StreamAsync("fast"), TimeSpan.FromSeconds(10)));

        Assert.Equal(LlmErrorKind.StreamInterrupted, error.Kind);
        Assert.Equal(LlmErrorKind.Timeout, Assert.IsType<LlmException>(error.InnerException).Kind);
        Assert.Contains("IdleTimeout", error.Message, StringComparison.Ordinal);
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task A_slow_consumer_is_no_stall_and_its_time_is_counted_apart()
    {
        using CallHarness h = Pair();
        h["a"].OnCall(1).Stream("one ", "two ", "three");

        CallRoute? route = null;
        await foreach (ChatResponseUpdate update in h.Client.ChatStreamingAsync("fast", "Hello"))
        {
            h.Time.Advance(TimeSpan.FromSeconds(100));
            route = update.GetRoute() ?? route;
        }

        Assert.True(route!.Timing.Consumer >= TimeSpan.FromSeconds(300));
        Assert.Equal(TimeSpan.Zero, route.Timing.Provider);
    }

    [Fact]
    public async Task Breaking_off_the_enumeration_cancels_the_provider_and_settles_everything()
    {
        using CallHarness h = Pair();
        h["a"].OnCall(1).Stream("one ", "two ", "three");

        await foreach (ChatResponseUpdate update in h.Client.ChatStreamingAsync("fast", "Hello"))
        {
            if (update.Text.Length > 0)
            {
                break;
            }
        }

        Assert.Equal("cancelled", Assert.Single(h.Traces.Spans).StatusMessage);
        Assert.Contains("one", System.Text.Encoding.UTF8.GetString(h.Traces.Spans[0].Record.OutputJson), StringComparison.Ordinal);
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task Cancelling_in_the_middle_surfaces_with_the_callers_token()
    {
        using CallHarness h = Pair();
        h["a"].OnCall(1).Stream("one ", "two").StallAfter(1);
        using var source = new CancellationTokenSource();

        OperationCanceledException error = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (ChatResponseUpdate update in h.Client.ChatStreamingAsync("fast", "Hello", cancellationToken: source.Token))
            {
                if (update.Text.Length > 0)
                {
                    await source.CancelAsync();
                }
            }
        });

        Assert.Equal(source.Token, error.CancellationToken);
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task An_answer_without_content_is_an_answer()
    {
        using CallHarness h = Pair();
        h["a"].OnCall(1).Stream();

        List<ChatResponseUpdate> updates = await h.StreamAsync("fast");

        Assert.Equal("", string.Concat(updates.Select(u => u.Text)));
        Assert.Equal("a/m", updates[^1].GetRoute()!.Deployment);
        h.AssertNothingLeaks();
    }
}

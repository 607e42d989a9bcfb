using LlmStack.Calls.Plans;
using LlmStack.Providers;
using LlmStack.Routing;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Calls;

/// <summary>Hedges and races whose losers do not listen to cancellation.</summary>
public sealed class DeafLoserTests
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(250);
    private static readonly ModelPrice Price = new() { InputPerMillion = 1_000_000, OutputPerMillion = 1_000_000 };

    private readonly TaskCompletionSource<ChatResponse> _late = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _deaf = true;

    [Fact]
    public async Task The_winner_does_not_wait_and_the_loser_is_on_the_bill()
    {
        using CallHarness h = Hedged();
        h["b"].OnOtherCalls.Answer("quick").Usage(3, 1);

        ChatResponse response = await h.RunAsync(h.Client.ChatAsync("fast", "Hello"), Step);

        CallRoute route = response.GetRoute()!;
        Assert.Equal("quick", response.Text);
        Assert.Equal([LlmErrorKind.Cancelled, null], route.Attempts.Select(a => a.Error));
        Assert.True(route.Attempts[0] is { MayHaveBeenBilled: true, IsUsageEstimated: true, Usage.InputTokenCount: > 0 });
        Assert.Equal(route.Attempts[0].Cost!.Total + 4m, route.Cost.Total);
        Assert.Equal(route.Cost.Total, h.Traces.Spans.Where(s => s.Type == ObservationType.Generation).Sum(s => s.Cost));
        h.AssertNothingLeaks();
        await EndLateAsync();
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task What_it_says_too_late_is_in_nobodys_trace()
    {
        using CallHarness h = Hedged();
        h["b"].OnOtherCalls.Answer("quick").Usage(3, 1);
        await h.RunAsync(h.Client.ChatAsync("fast", "Hello"), Step);
        _deaf = false;
        Task<ChatResponse> next = h.Client.ChatAsync("fast", "Hello");

        await EndLateAsync();
        await h.RunAsync(next, Step);

        Assert.DoesNotContain(h.Traces.Spans, s => s.GetOutputJson()?.Contains("late", StringComparison.Ordinal) == true);
        Assert.All(h.Traces.Spans, s => Assert.NotNull(s.Name));
    }

    [Fact]
    public async Task The_callers_cancellation_does_not_wait_for_it_either()
    {
        using CallHarness h = Hedged();
        h["b"].OnOtherCalls.StallAfter(0);
        using var source = new CancellationTokenSource();
        Task<ChatResponse> call = h.Client.ChatAsync("fast", "Hello", cancellationToken: source.Token);
        Task asked = h["b"].WaitForCallAsync(1);
        await h.RunAsync(Wait(asked), Step);

        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => h.RunAsync(call, Step));
        h.AssertNothingLeaks();
        await EndLateAsync();
    }

    [Fact]
    public async Task At_shutdown_it_is_waited_for_no_longer_than_other_background_calls()
    {
        using CallHarness h = Hedged();
        h["b"].OnOtherCalls.Answer("quick");
        await h.RunAsync(h.Client.ChatAsync("fast", "Hello"), Step);

        Task drained = h.Get<BackgroundCalls>().DrainAsync();

        Assert.False(drained.IsCompleted);
        h.Time.Advance(BackgroundCalls.DrainTime);
        await drained.WaitAsync(TimeSpan.FromSeconds(30));
        await EndLateAsync();
    }

    private CallHarness Hedged() => new(
        llm => llm
            .AddProvider("a", p => p.UseProvider(_ => new OddProvider { Chat = ChatAsync }))
            .AddModelGroup("fast", g => g
                .AddDeployment("a/m", d => d.Price = Price)
                .AddDeployment("b/m", d => { d.Order = 1; d.Price = Price; })
                .Configure(o => o.Hedging = new HedgingOptions { Delay = TimeSpan.FromSeconds(1), MaxShare = 1 })),
        "b");

    private async ValueTask<ChatResponse> ChatAsync(ProviderCall call, CancellationToken cancellationToken)
    {
        if (!_deaf)
        {
            return new ChatResponse(new ChatMessage(ChatRole.Assistant, "soon"));
        }

        try
        {
            return await _late.Task;
        }
        finally
        {
            call.Capture.SetOutput("\"late\""u8);
            _ended.SetResult();
        }
    }

    private async Task EndLateAsync()
    {
        _late.SetResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, "late")) { Usage = new UsageDetails { InputTokenCount = 1, OutputTokenCount = 1 } });
        await _ended.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    private static async Task<bool> Wait(Task task)
    {
        await task;
        return true;
    }
}

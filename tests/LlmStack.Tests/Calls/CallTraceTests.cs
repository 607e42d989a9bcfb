using System.Text;
using LlmStack.Providers;
using LlmStack.Routing;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace LlmStack.Tests.Calls;

public sealed class CallTraceTests
{
    private static CallHarness Pair() => new(
        llm => llm.AddModelGroup("fast", g => g
            .AddDeployment("a/m", d => d.Order = 0)
            .AddDeployment("b/m", d => { d.Order = 1; d.Price = new ModelPrice { InputPerMillion = 1, OutputPerMillion = 2 }; })),
        "a",
        "b");

    private static string OutputOf(SpanData span) => Encoding.UTF8.GetString(span.Record.OutputJson);

    private static void AssertOneTree(CallHarness h, int attempts)
    {
        Assert.Equal(attempts > 1 ? attempts + 1 : 1, h.Traces.Spans.Count);
        SpanData call = h.Traces.Single("chat fast");
        Assert.Equal(attempts > 1 ? attempts : 0, h.Traces.ChildrenOf(call).Count);
        Assert.Single(h.Router.GetRecentCalls());
    }

    [Fact]
    public async Task A_stream_cut_on_the_second_attempt_leaves_its_output_and_usage_there()
    {
        using CallHarness h = Pair();
        h["a"].OnCall(1).Throw(LlmErrorKind.Overloaded, statusCode: 503);
        h["b"].OnCall(1).Stream("one ", "two ", "three").CutAfter(2);

        LlmException error = await CallHarness.FailsAsync(() => h.StreamAsync("fast"));

        Assert.Equal(LlmErrorKind.StreamInterrupted, error.Kind);
        AssertOneTree(h, attempts: 2);
        SpanData call = h.Traces.Single("chat fast");
        SpanData second = h.Traces.ShouldHaveChild(call, "attempt 2", ObservationType.Generation);
        Assert.Equal(ObservationLevel.Error, second.Level);
        Assert.Contains("one two", OutputOf(second), StringComparison.Ordinal);
        Assert.Contains("one two", OutputOf(call), StringComparison.Ordinal);
        Assert.NotNull(second.Record.Attempt);
        Assert.True(second.Record.FirstTokenTimestamp > 0);
        Assert.Equal(ObservationType.Span, call.Type);
        Assert.Null(call.Usage);
    }

    [Fact]
    public async Task A_stream_lost_after_its_usage_has_the_usage_on_its_own_generation()
    {
        using CallHarness h = new(
            llm => llm
                .AddProvider("odd", p => p.UseProvider(_ => new OddProvider { Stream = _ => Lost() }))
                .AddModelGroup("fast", g => g.AddDeployment("a/m").AddDeployment("odd/m", d => d.Order = 1)),
            "a");
        h["a"].OnCall(1).Throw(LlmErrorKind.Overloaded, statusCode: 503);

        LlmException error = await CallHarness.FailsAsync(() => h.StreamAsync("fast"));

        Assert.Equal(5, error.Usage!.OutputTokenCount);
        Assert.Equal(5, h.Traces.ShouldHaveChild("chat fast", "attempt 2").Usage!.OutputTokenCount);
        Assert.Null(h.Traces.Single("chat fast").Usage);

        static async IAsyncEnumerable<ChatResponseUpdate> Lost()
        {
            await Task.Yield();
            yield return new ChatResponseUpdate(ChatRole.Assistant, "hi");
            yield return new ChatResponseUpdate(ChatRole.Assistant, [new UsageContent(new UsageDetails { InputTokenCount = 3, OutputTokenCount = 5 })]);
            throw new IOException("reset");
        }
    }

    [Fact]
    public async Task A_stream_broken_off_on_the_second_attempt_is_a_cancelled_generation_below_the_call()
    {
        using CallHarness h = Pair();
        h["a"].OnCall(1).Throw(LlmErrorKind.Overloaded, statusCode: 503);
        h["b"].OnCall(1).Stream("one ", "two ", "three");

        await foreach (ChatResponseUpdate update in h.Client.ChatStreamingAsync("fast", "Hello"))
        {
            break;
        }

        AssertOneTree(h, attempts: 2);
        SpanData call = h.Traces.Single("chat fast");
        SpanData second = h.Traces.ShouldHaveChild(call, "attempt 2", ObservationType.Generation);
        Assert.Equal("cancelled", second.StatusMessage);
        Assert.Equal(LlmErrorKind.Cancelled, second.Record.Attempt!.Error);
        Assert.Contains("one", OutputOf(second), StringComparison.Ordinal);
        Assert.Equal("cancelled", call.StatusMessage);
        Assert.Null(call.Usage);
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task Cancelled_while_waiting_after_two_attempts_both_are_there()
    {
        using CallHarness h = Pair();
        h["a"].OnOtherCalls.RateLimited(TimeSpan.FromSeconds(20));
        h["b"].OnOtherCalls.RateLimited(TimeSpan.FromSeconds(20));
        using var source = new CancellationTokenSource();

        Task<ChatResponse> call = h.Client.ChatAsync("fast", "Hello", cancellationToken: source.Token);
        await h["b"].WaitForCallAsync(1).WaitAsync(TimeSpan.FromSeconds(30));
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(TimeSpan.FromSeconds(30)));

        AssertOneTree(h, attempts: 2);
        Assert.All(h.Traces.ChildrenOf(h.Traces.Single("chat fast")), span => Assert.Equal(LlmErrorKind.RateLimited, span.ErrorKind));
    }

    [Fact]
    public async Task Failing_again_after_the_wait_every_attempt_is_there_and_the_last_is_the_error()
    {
        using CallHarness h = Pair();
        h["a"].OnOtherCalls.Throw(LlmErrorKind.Overloaded, statusCode: 503);
        h["b"].OnOtherCalls.Throw(LlmErrorKind.Overloaded, statusCode: 503);

        LlmException error = await CallHarness.FailsAsync(() => h.RunAsync(() => h.Client.ChatAsync("fast", "Hello"), TimeSpan.FromMilliseconds(500)));

        int attempts = error.Route!.Attempts.Count;
        Assert.Equal(4, attempts);
        AssertOneTree(h, attempts);
        SpanData call = h.Traces.Single("chat fast");
        for (int i = 1; i <= attempts; i++)
        {
            Assert.Equal(i == attempts ? ObservationLevel.Error : ObservationLevel.Warning, h.Traces.ShouldHaveChild(call, $"attempt {i}").Level);
        }

        Assert.Same(error.Route, call.Record.Route ?? error.Route);
    }

    [Fact]
    public async Task The_sum_of_the_generations_is_the_cost_on_the_response()
    {
        using CallHarness h = Pair();
        h["a"].OnCall(1).Throw(LlmErrorKind.Overloaded, statusCode: 503);
        h["b"].OnCall(1).Answer("ok").Usage(1_000_000, 1_000_000);

        ChatResponse response = await h.Client.ChatAsync("fast", "Hello");

        Assert.Equal(3m, response.GetRoute()!.Cost.Total);
        SpanData priced = Assert.Single(h.Traces.Spans, span => span.Usage is not null);
        Assert.Equal("attempt 2", priced.Name);
        Assert.Equal("b/m", priced.Record.Deployment!.Id);
        AssertOneTree(h, attempts: 2);
    }

    [Fact]
    public async Task An_adapter_without_an_answer_is_an_invalid_response_and_the_next_deployment_answers()
    {
        using CallHarness h = new(
            llm => llm
                .AddProvider("odd", p => p.UseProvider(_ => new OddProvider { Chat = (_, _) => new ValueTask<ChatResponse>((ChatResponse)null!) }))
                .AddModelGroup("fast", g => g.AddDeployment("odd/m").AddDeployment("b/m", d => d.Order = 1)),
            "b");

        ChatResponse response = await h.Client.ChatAsync("fast", "Hello");

        Assert.Equal([LlmErrorKind.InvalidResponse, null], response.GetRoute()!.Attempts.Select(a => a.Error));
        AssertOneTree(h, attempts: 2);
        h.AssertNothingLeaks();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_filter_that_throws_fails_the_call_once_and_leaves_nothing_open(bool cancels)
    {
        using CallHarness h = new(
            llm =>
            {
                llm.AddModelGroup("fast", g => g.AddDeployment("a/m").AddDeployment("b/m", d => d.Order = 1));
                llm.Services.AddSingleton<IRoutingFilter>(new ThrowingFilter(after: 2, cancels ? new OperationCanceledException() : new InvalidOperationException("mine")));
            },
            "a",
            "b");
        h["a"].OnOtherCalls.Throw(LlmErrorKind.Overloaded, statusCode: 503);

        LlmException error = await CallHarness.FailsAsync(() => h.Client.ChatAsync("fast", "Hello"));

        Assert.Equal(LlmErrorKind.Unknown, error.Kind);
        Assert.Single(error.Route!.Attempts);
        Assert.Equal(ObservationLevel.Error, Assert.Single(h.Traces.Spans).Level);
        Assert.Single(h.Router.GetRecentCalls());
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task A_filter_sees_the_estimated_prompt_whatever_the_deployments_limit()
    {
        var filter = new SizeFilter();
        using CallHarness h = new(
            llm =>
            {
                llm.AddModelGroup("fast", g => g.AddDeployment("a/m"));
                llm.Services.AddSingleton<IRoutingFilter>(filter);
            },
            "a");

        await h.Client.ChatAsync("fast", new string('x', 4_000));

        Assert.InRange(filter.Seen, 1_000, 1_100);
    }

    [Fact]
    public async Task Cancelled_while_the_credential_is_fetched_nothing_was_sent_or_billed()
    {
        var started = new TaskCompletionSource();
        using CallHarness h = new(
            llm => llm
                .AddProvider("keyed", p =>
                {
                    p.Options.Endpoint = "http://127.0.0.1:9/v1";
                    p.UseCredential(async ct =>
                    {
                        started.TrySetResult();
                        await Task.Delay(Timeout.InfiniteTimeSpan, ct);
                        return "";
                    });
                })
                .AddModelGroup("fast", g => g.AddDeployment("keyed/m", d => d.RequestsPerMinute = 1)));
        using var source = new CancellationTokenSource();

        Task<ChatResponse> call = h.Client.ChatAsync("fast", "Hello", cancellationToken: source.Token);
        await started.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await source.CancelAsync();
        OperationCanceledException error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(TimeSpan.FromSeconds(30)));

        Assert.Equal(source.Token, error.CancellationToken);
        RouteAttempt attempt = Assert.Single(Assert.Single(h.Router.GetRecentCalls()).Attempts);
        Assert.Equal(LlmErrorKind.Cancelled, attempt.Error);
        Assert.False(attempt.MayHaveBeenBilled);
        RoutingSnapshot snapshot = h.Get<SnapshotSource>().Current;
        Assert.Equal(0, snapshot.Deployments["keyed/m"].Limits.RequestsAt(h.Time.GetTimestamp()));
        h.AssertNothingLeaks();
    }

    private sealed class ThrowingFilter(int after, Exception exception) : IRoutingFilter
    {
        private int _calls;

        public string Name => "throwing";

        public FilterScope Scope => FilterScope.Dynamic;

        public FilterVerdict Check(in RouteRequest request, Member member) => ++_calls > after ? throw exception : FilterVerdict.Keep;
    }

    private sealed class SizeFilter : IRoutingFilter
    {
        public int Seen { get; private set; }

        public string Name => "size";

        public FilterScope Scope => FilterScope.Dynamic;

        public FilterVerdict Check(in RouteRequest request, Member member)
        {
            Seen = request.EstimatedInputTokens;
            return FilterVerdict.Keep;
        }
    }
}

using LlmStack.Calls.Plans;
using LlmStack.Routing;
using LlmStack.Testing;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Calls;

public sealed class SharedStreamTests
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(500);

    private static CallHarness Shared(bool on = true)
    {
        var h = new CallHarness(
            llm => llm.AddModelGroup("fast", g => g.AddDeployment("a/m", d => d.Price = new ModelPrice { InputPerMillion = 1, OutputPerMillion = 1 }).Configure(o => o.SingleFlight = on)),
            "a");
        h["a"].OnOtherCalls.Stream("one ", "two ", "three").DelayBetweenPieces(TimeSpan.FromSeconds(1)).Usage(100, 10);
        return h;
    }

    private static string TextOf(IEnumerable<ChatResponseUpdate> updates) => string.Concat(updates.Select(u => u.Text));

    [Fact]
    public async Task Identical_streams_at_the_same_time_are_one_and_only_one_is_paid()
    {
        using CallHarness h = Shared();

        List<ChatResponseUpdate>[] streams = await h.RunAsync(Task.WhenAll(Enumerable.Range(0, 4).Select(_ => h.StreamAsync("fast"))), Step);

        Assert.Single(h["a"].Calls);
        Assert.All(streams, s => Assert.Equal("one two three", TextOf(s)));
        CallRoute[] routes = [.. streams.Select(s => s[^1].GetRoute()!)];
        Assert.Equal(4, routes.Distinct().Count());
        Assert.Equal(0.00011m, routes.Sum(r => r.Cost.Total));
        CallRoute[] joined = [.. routes.Where(r => r.Reason == "shares the answer of an identical call")];
        Assert.Equal(3, joined.Length);
        Assert.All(joined, r => Assert.Equal(("fast", "a/m"), (r.Group, r.Deployment)));
        Assert.All(joined, r => Assert.NotNull(r.Timing.FirstToken));
        Assert.Equal(3, streams.Count(s => !s.SelectMany(u => u.Contents).OfType<UsageContent>().Any()));
        SpanData[] shared = [.. h.Traces.Spans.Where(s => s.Type == ObservationType.Span && s.Usage is null)];
        Assert.Equal(3, shared.Length);
        Assert.All(shared, s => Assert.Contains("one two three", s.GetOutputJson(), StringComparison.Ordinal));
        Assert.Equal(streams.Select(s => s[0].GetRoute()), routes);
        Assert.Equal(0, h.Get<SharedStreams>().Count);
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task Who_joins_late_gets_it_from_the_beginning_and_when_the_first_cancels_the_others_go_on()
    {
        using CallHarness h = Shared();
        using var source = new CancellationTokenSource();
        await using IAsyncEnumerator<ChatResponseUpdate> first = h.Client.ChatStreamingAsync("fast", "Hello", cancellationToken: source.Token).GetAsyncEnumerator(CancellationToken.None);
        Assert.True(await first.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
        Task<List<ChatResponseUpdate>> second = h.StreamAsync("fast");
        Task<bool> next = first.MoveNextAsync().AsTask();

        await source.CancelAsync();

        OperationCanceledException error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(source.Token, error.CancellationToken);
        Assert.Equal("one two three", TextOf(await h.RunAsync(second, Step)));
        Assert.Equal(RecordedCallState.Completed, Assert.Single(h["a"].Calls).State);
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task When_everybody_has_left_the_call_ends()
    {
        using CallHarness h = Shared();
        IAsyncEnumerator<ChatResponseUpdate> first = h.Client.ChatStreamingAsync("fast", "Hello").GetAsyncEnumerator();
        IAsyncEnumerator<ChatResponseUpdate> second = h.Client.ChatStreamingAsync("fast", "Hello").GetAsyncEnumerator();
        await first.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));
        await second.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));

        await first.DisposeAsync();
        Assert.Equal(RecordedCallState.Running, h["a"].Calls[0].State);
        await second.DisposeAsync();

        await h["a"].Calls[0].Ended.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Single(h["a"].Calls);
        Assert.Equal(0, h.Get<SharedStreams>().Count);
        Assert.Single(h.Router.GetRecentCalls());
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task A_failure_is_everybodys()
    {
        using CallHarness h = Shared();
        h["a"].OnOtherCalls.Delay(TimeSpan.FromSeconds(1)).Throw(LlmErrorKind.InvalidRequest);
        Task<List<ChatResponseUpdate>> first = h.StreamAsync("fast");
        Task<List<ChatResponseUpdate>> second = h.StreamAsync("fast");

        await CallHarness.FailsAsync(() => h.RunAsync(first, Step));
        LlmException error = await CallHarness.FailsAsync(() => h.RunAsync(second, Step));

        Assert.Equal(LlmErrorKind.InvalidRequest, error.Kind);
        Assert.Single(h["a"].Calls);
        Assert.Equal(0, h.Get<SharedStreams>().Count);
    }

    [Fact]
    public async Task A_stream_that_has_become_too_long_to_be_kept_is_joined_no_more()
    {
        using CallHarness h = Shared();
        h["a"].OnCall(1).Stream(new string('x', SharedStream.MostKept), "end");
        h["a"].OnCall(2).Answer("own");
        await using IAsyncEnumerator<ChatResponseUpdate> first = h.Client.ChatStreamingAsync("fast", "Hello").GetAsyncEnumerator();
        while (await first.MoveNextAsync() && first.Current.Text.Length == 0)
        {
        }

        Assert.Equal("own", TextOf(await h.RunAsync(h.StreamAsync("fast"), Step)));

        Task<string> rest = RestAsync(first);
        Assert.EndsWith("end", await h.RunAsync(rest, Step), StringComparison.Ordinal);
        Assert.Equal(2, h["a"].Calls.Count);
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task Only_groups_that_say_so_share_and_streams_do_not_mix_with_other_calls()
    {
        using CallHarness h = Shared(on: false);
        await h.RunAsync(Task.WhenAll(h.StreamAsync("fast"), h.StreamAsync("fast")), Step);
        Assert.Equal(2, h["a"].Calls.Count);

        using CallHarness mixed = Shared();
        Task<ChatResponse> whole = mixed.Client.ChatAsync("fast", "Hello");
        Assert.Equal("one two three", TextOf(await mixed.RunAsync(mixed.StreamAsync("fast"), Step)));
        Assert.Equal("one two three", (await mixed.RunAsync(whole, Step)).Text);
        Assert.Equal(2, mixed["a"].Calls.Count);
    }

    [Fact]
    public async Task What_a_reader_does_to_its_updates_changes_nobody_elses()
    {
        using CallHarness h = Shared();
        List<ChatResponseUpdate>[] streams = await h.RunAsync(Task.WhenAll(h.StreamAsync("fast"), h.StreamAsync("fast")), Step);

        foreach (ChatResponseUpdate update in streams[1])
        {
            update.Contents.Clear();
            update.MessageId = "changed";
        }

        Assert.Equal("one two three", TextOf(streams[0]));
        Assert.DoesNotContain(streams[0], u => u.MessageId == "changed");
    }

    private static async Task<string> RestAsync(IAsyncEnumerator<ChatResponseUpdate> updates)
    {
        var text = new System.Text.StringBuilder();
        while (await updates.MoveNextAsync())
        {
            text.Append(updates.Current.Text);
        }

        return text.ToString();
    }
}

using System.Runtime.CompilerServices;
using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Calls;

public sealed class StreamEdgeTests
{
    private static CallHarness With(Func<CancellationToken, IAsyncEnumerable<ChatResponseUpdate>> stream, params string[] others) => new(
        llm => llm
            .AddProvider("odd", p => p.UseProvider(_ => new OddProvider { Stream = stream }))
            .AddModelGroup("fast", g =>
            {
                g.AddDeployment("odd/m", d => d.Price = new ModelPrice { InputPerMillion = 1, OutputPerMillion = 1 });
                for (int i = 0; i < others.Length; i++)
                {
                    int order = i + 1;
                    g.AddDeployment($"{others[i]}/m", d => d.Order = order);
                }
            }),
        others);

    private static ChatResponseUpdate Text(string text) => new(ChatRole.Assistant, text);

    [Fact]
    public async Task A_stream_whose_end_cannot_be_closed_is_settled_all_the_same()
    {
        using CallHarness h = With(_ => new BrokenDispose(Text("one ")));

        List<ChatResponseUpdate> updates = await h.StreamAsync("fast");

        Assert.Equal("one ", string.Concat(updates.Select(u => u.Text)));
        Assert.Null(Assert.Single(Assert.Single(h.Router.GetRecentCalls()).Attempts).Error);
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task A_broken_off_stream_that_cannot_be_closed_is_settled_all_the_same()
    {
        using CallHarness h = With(_ => new BrokenDispose(Text("one "), Text("two ")));

        await foreach (ChatResponseUpdate update in h.Client.ChatStreamingAsync("fast", "Hello"))
        {
            break;
        }

        Assert.Equal(LlmErrorKind.Cancelled, Assert.Single(Assert.Single(h.Router.GetRecentCalls()).Attempts).Error);
        Assert.Equal("cancelled", Assert.Single(h.Traces.Spans).StatusMessage);
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task A_lost_stream_that_cannot_be_closed_is_settled_all_the_same()
    {
        using CallHarness h = With(_ => new BrokenDispose(Text("one ")) { Failure = new IOException("reset") });

        LlmException error = await CallHarness.FailsAsync(() => h.StreamAsync("fast"));

        Assert.Equal(LlmErrorKind.StreamInterrupted, error.Kind);
        Assert.IsType<IOException>(error.InnerException!.InnerException);
        Assert.Single(h.Router.GetRecentCalls());
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task A_stream_lost_before_content_that_cannot_be_closed_keeps_its_failure()
    {
        using CallHarness h = With(_ => new BrokenDispose { Failure = new LlmException(LlmErrorKind.Overloaded, "busy") }, "b");

        List<ChatResponseUpdate> updates = await h.StreamAsync("fast");

        Assert.Equal([LlmErrorKind.Overloaded, null], updates[^1].GetRoute()!.Attempts.Select(a => a.Error));
        h.AssertNothingLeaks();
    }

    [Fact]
    public async Task Much_metadata_before_the_first_content_commits_and_the_first_token_is_still_timed()
    {
        CallHarness? harness = null;
        using CallHarness h = With(_ => Many(() => harness!.Time.Advance(TimeSpan.FromMilliseconds(10))), "b");
        harness = h;

        List<ChatResponseUpdate> updates = await h.StreamAsync("fast");

        Assert.Equal("late", string.Concat(updates.Select(u => u.Text)));
        CallRoute route = updates[^1].GetRoute()!;
        Assert.Equal(TimeSpan.FromSeconds(1), route.Timing.FirstToken);

        static async IAsyncEnumerable<ChatResponseUpdate> Many(Action tick)
        {
            for (int i = 0; i < 100; i++)
            {
                await Task.Yield();
                tick();
                yield return i < 99 ? new ChatResponseUpdate { ResponseId = "r" } : Text("late");
            }
        }
    }

    [Fact]
    public async Task After_much_metadata_a_loss_is_an_interrupted_stream()
    {
        using CallHarness h = With(_ => Many(), "b");

        LlmException error = await CallHarness.FailsAsync(() => h.StreamAsync("fast"));

        Assert.Equal(LlmErrorKind.StreamInterrupted, error.Kind);
        Assert.Empty(h["b"].Calls);
        h.AssertNothingLeaks();

        static async IAsyncEnumerable<ChatResponseUpdate> Many()
        {
            for (int i = 0; i < 70; i++)
            {
                await Task.Yield();
                yield return new ChatResponseUpdate { ResponseId = "r" };
            }

            throw new IOException("reset");
        }
    }

    public static TheoryData<AIContent, bool> Contents => new()
    {
        { new UriContent("https://example.org/a.png", "image/png"), true },
        { new FunctionCallContent("1", "f"), true },
        { new TextReasoningContent("hm"), true },
        { new DataContent(new byte[] { 1 }, "image/png"), true },
        { new TextContent(""), false },
        { new UsageContent(new UsageDetails()), false },
    };

    [Theory]
    [MemberData(nameof(Contents), DisableDiscoveryEnumeration = true)]
    public async Task Whatever_a_person_could_see_commits_the_stream(AIContent content, bool commits)
    {
        using CallHarness h = With(_ => One(content), "b");

        if (commits)
        {
            LlmException error = await CallHarness.FailsAsync(() => h.StreamAsync("fast"));
            Assert.Equal(LlmErrorKind.StreamInterrupted, error.Kind);
        }
        else
        {
            await h.StreamAsync("fast");
        }

        Assert.Equal(commits ? 0 : 1, h["b"].Calls.Count);

        static async IAsyncEnumerable<ChatResponseUpdate> One(AIContent content)
        {
            await Task.Yield();
            yield return new ChatResponseUpdate(ChatRole.Assistant, [content]);
            throw new IOException("reset");
        }
    }

    [Fact]
    public async Task A_route_read_at_the_first_update_is_filled_in_by_the_last()
    {
        using CallHarness h = With(_ => Priced());
        CallRoute? first = null;
        CallRoute? last = null;
        await foreach (ChatResponseUpdate update in h.Client.ChatStreamingAsync("fast", "Hello"))
        {
            if (first is null)
            {
                first = update.GetRoute()!;
                Assert.Single(first.Attempts);
                Assert.Null(first.Cost.Total);
                h.Time.Advance(TimeSpan.FromSeconds(2));
            }

            last = update.GetRoute() ?? last;
        }

        Assert.Same(first, last);
        Assert.Equal(2m, last!.Cost.Total);
        RouteAttempt attempt = Assert.Single(last.Attempts);
        Assert.NotNull(attempt.FirstToken);

        static async IAsyncEnumerable<ChatResponseUpdate> Priced()
        {
            await Task.Yield();
            yield return Text("hi");
            yield return new ChatResponseUpdate(ChatRole.Assistant, [new UsageContent(new UsageDetails { InputTokenCount = 1_000_000, OutputTokenCount = 1_000_000 })]);
        }
    }

    [Fact]
    public async Task A_route_read_at_the_first_update_lists_a_lost_attempt_once()
    {
        using CallHarness h = With(_ => new BrokenDispose(Text("one ")) { Failure = new IOException("reset") });

        LlmException error = await CallHarness.FailsAsync(async () =>
        {
            await foreach (ChatResponseUpdate update in h.Client.ChatStreamingAsync("fast", "Hello"))
            {
                Assert.Single(update.GetRoute()!.Attempts);
            }
        });

        Assert.Equal(LlmErrorKind.Unknown, Assert.Single(error.Route!.Attempts).Error);
    }

    [Fact]
    public async Task A_callback_of_the_adapters_that_throws_harms_neither_the_settlement_nor_the_caller()
    {
        using CallHarness h = With(ct => Registered(ct));

        await foreach (ChatResponseUpdate update in h.Client.ChatStreamingAsync("fast", "Hello"))
        {
            break;
        }

        Assert.Single(h.Router.GetRecentCalls());
        h.AssertNothingLeaks();

        static async IAsyncEnumerable<ChatResponseUpdate> Registered([EnumeratorCancellation] CancellationToken ct)
        {
            ct.Register(static () => throw new InvalidOperationException("callback"));
            await Task.Yield();
            yield return Text("one");
            yield return Text("two");
        }
    }

    /// <summary>A stream that cannot be disposed of.</summary>
    private sealed class BrokenDispose(params ChatResponseUpdate[] updates) : IAsyncEnumerable<ChatResponseUpdate>, IAsyncEnumerator<ChatResponseUpdate>
    {
        private int _next;

        public Exception? Failure { get; init; }

        public ChatResponseUpdate Current => updates[_next - 1];

        public IAsyncEnumerator<ChatResponseUpdate> GetAsyncEnumerator(CancellationToken cancellationToken = default) => this;

        public ValueTask<bool> MoveNextAsync() =>
            _next < updates.Length ? new ValueTask<bool>(++_next > 0)
            : Failure is null ? new ValueTask<bool>(false)
            : ValueTask.FromException<bool>(Failure);

        public ValueTask DisposeAsync() => ValueTask.FromException(new InvalidOperationException("dispose"));
    }
}

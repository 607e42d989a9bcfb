using CsCheck;
using LlmStack.Limits;
using Microsoft.Extensions.Time.Testing;

namespace LlmStack.Tests.Limits;

public sealed class ConcurrencyGateTests
{
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);

    private readonly FakeTimeProvider _time = new();
    private readonly ConcurrencyGate _gate = new();

    private Task<bool> EnterAsync(int priority = 4, int limit = 1, int maxQueue = 10, TimeSpan? longest = null, CancellationToken cancellationToken = default) =>
        _gate.EnterAsync(limit, maxQueue, priority, longest ?? Long, _time, cancellationToken).AsTask();

    [Fact]
    public async Task Exactly_the_limit_enters_and_the_next_follows_when_one_leaves()
    {
        Assert.True(_gate.TryEnter(2));
        Assert.True(_gate.TryEnter(2));
        Assert.False(_gate.TryEnter(2));
        Task<bool> third = EnterAsync(limit: 2);
        Assert.False(third.IsCompleted);

        _gate.Leave();

        Assert.True(await third);
        Assert.Equal(2, _gate.Taken);
    }

    [Fact]
    public async Task The_most_urgent_goes_first_and_equals_in_their_order()
    {
        Assert.True(_gate.TryEnter(1));
        var order = new List<string>();
        Task[] waiting = [EnterAs("low", 9), EnterAs("first", 4), EnterAs("second", 4), EnterAs("urgent", 0)];

        for (int i = 0; i < waiting.Length; i++)
        {
            _gate.Leave();
            await Task.WhenAny(waiting.Where(t => !t.IsCompleted));
        }

        await Task.WhenAll(waiting);
        Assert.Equal(["urgent", "first", "second", "low"], order);

        async Task EnterAs(string name, int priority)
        {
            await EnterAsync(priority);
            order.Add(name);
        }
    }

    [Fact]
    public async Task Waiters_age_so_that_a_stream_of_urgent_calls_starves_nobody()
    {
        Assert.True(_gate.TryEnter(1));
        Task<bool> patient = EnterAsync(priority: 9);
        _time.Advance((9 * ConcurrencyGate.Aging) + TimeSpan.FromSeconds(1));
        Task<bool> urgent = EnterAsync(priority: 0);

        _gate.Leave();

        Assert.True(await patient);
        Assert.False(urgent.IsCompleted);
    }

    [Fact]
    public async Task A_full_queue_refuses_at_once()
    {
        Assert.True(_gate.TryEnter(1));
        Task<bool> waiting = EnterAsync(maxQueue: 1);

        Assert.False(await EnterAsync(maxQueue: 1));
        Assert.False(waiting.IsCompleted);
    }

    [Fact]
    public async Task Cancelling_and_timing_out_leave_the_queue()
    {
        Assert.True(_gate.TryEnter(1));
        using var source = new CancellationTokenSource();
        Task<bool> cancelled = EnterAsync(cancellationToken: source.Token);
        Task<bool> late = EnterAsync(longest: TimeSpan.FromSeconds(5));
        Task<bool> stays = EnterAsync();

        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.False(await late);
        Assert.Equal(1, _gate.Waiting);

        _gate.Leave();
        Assert.True(await stays);
        Assert.Equal(0, _gate.Waiting);
    }

    [Fact]
    public async Task Nobody_overtakes_the_queue_through_a_place_that_is_free_for_a_moment()
    {
        Assert.True(_gate.TryEnter(1));
        Task<bool> waiting = EnterAsync();
        _gate.Leave();

        Assert.False(_gate.TryEnter(1));
        Assert.True(await waiting);
    }

    [Fact]
    public async Task A_larger_limit_lets_waiters_in()
    {
        Assert.True(_gate.TryEnter(1));
        Task<bool> waiting = EnterAsync();

        Assert.True(_gate.TryEnter(3));

        Assert.True(await waiting);
    }

    [Fact]
    public void Whatever_happens_no_place_is_lost_and_the_limit_holds() =>
        Gen.Select(Gen.Int[1, 4], Gen.Int[0, 5], Gen.Select(Gen.Int[0, 4], Gen.Int[0, 9]).Array[1, 80]).Sample((limit, maxQueue, steps) =>
        {
            var gate = new ConcurrencyGate();
            var time = new FakeTimeProvider();
            var waiting = new List<(Task<bool> Task, CancellationTokenSource Source)>();
            int inside = 0;
            foreach ((int step, int value) in steps)
            {
                switch (step)
                {
                    case 0 or 1:
                        var source = new CancellationTokenSource();
                        waiting.Add((gate.EnterAsync(limit, maxQueue, value, TimeSpan.FromSeconds(value + 1), time, source.Token).AsTask(), source));
                        break;
                    case 2 when waiting.Count > 0:
                        waiting[value % waiting.Count].Source.Cancel();
                        break;
                    case 3 when inside > 0:
                        inside--;
                        gate.Leave();
                        break;
                    default:
                        time.Advance(TimeSpan.FromSeconds(1));
                        break;
                }

                for (int i = waiting.Count - 1; i >= 0; i--)
                {
                    // Continuations run on the pool; whoever has an answer is taken out, however late.
                    Task<bool> task = waiting[i].Task;
                    SpinWait.SpinUntil(() => task.IsCompleted || gate.Waiting + gate.Taken >= inside, TimeSpan.FromMilliseconds(1));
                    if (task.IsCompleted)
                    {
                        inside += task is { IsCompletedSuccessfully: true, Result: true } ? 1 : 0;
                        waiting.RemoveAt(i);
                    }
                }

                Assert.InRange(gate.Taken, 0, limit);
                Assert.InRange(gate.Waiting, 0, maxQueue);
            }

            foreach ((Task<bool> task, CancellationTokenSource source) in waiting)
            {
                source.Cancel();
                _ = Task.WhenAny(task).GetAwaiter().GetResult();
                inside += task is { IsCompletedSuccessfully: true, Result: true } ? 1 : 0;
            }

            for (; inside > 0; inside--)
            {
                gate.Leave();
            }

            Assert.Equal(0, gate.Taken);
            Assert.Equal(0, gate.Waiting);
        }, iter: 200);
}

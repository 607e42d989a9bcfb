using Microsoft.Extensions.Logging;

namespace LlmStack.Langfuse;

/// <summary>One background loop that sends what is ready, in order, and tells flushes when everything before them is settled.</summary>
internal abstract class ShippingLane(TimeProvider time, ILogger logger) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<FlushWaiter> _waiters = [];
    private readonly SemaphoreSlim _signal = new(0, 1);
    private readonly CancellationTokenSource _stop = new();
    private CancellationTokenSource? _pause;
    private Task _loop = Task.CompletedTask;
    private long _settled;
    private long _pausedUntil;
    private bool _mayHurry;

    protected abstract bool HasWork { get; }

    public void Start()
    {
        // The first caller's scope, activity and culture must not leak into a loop that outlives him.
        using (ExecutionContext.SuppressFlow())
        {
            _loop = Task.Run(RunAsync);
        }
    }

    public void Wake()
    {
        lock (_lock)
        {
            if (_signal.CurrentCount == 0)
            {
                _signal.Release();
            }
        }
    }

    /// <summary>Completes when <paramref name="mark"/> items are settled, or when the next try comes after <paramref name="deadline"/> (a timestamp).</summary>
    public Task WaitForAsync(long mark, long deadline)
    {
        lock (_lock)
        {
            if (_settled >= mark)
            {
                return Task.CompletedTask;
            }

            if (_pause is not null)
            {
                if (_mayHurry)
                {
                    _pause.Cancel();
                }
                else if (_pausedUntil >= deadline)
                {
                    return Task.CompletedTask;
                }
            }

            var waiter = new FlushWaiter(mark, deadline);
            _waiters.Add(waiter);
            return waiter.Done.Task;
        }
    }

    public long PendingBefore(long mark)
    {
        lock (_lock)
        {
            return Math.Max(0, mark - _settled);
        }
    }

    /// <summary>Lets everything be sent now; returns what <see cref="WaitForAsync"/> waits for.</summary>
    public abstract long Mark();

    /// <summary>Turns away everything from now on.</summary>
    public abstract void StopTaking();

    /// <summary>Stops the loop, cancelling what is in flight.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        lock (_lock)
        {
            Release(long.MaxValue, long.MaxValue);
        }
    }

    public void Dispose()
    {
        _stop.Dispose();
        _signal.Dispose();
    }

    /// <summary>Sends one request; returns how long to wait before the next, zero for none.</summary>
    protected abstract Task<LaneWait> ShipAsync(CancellationToken stop);

    /// <summary>Marks <paramref name="count"/> items as delivered or dropped.</summary>
    protected void Settle(int count)
    {
        if (count == 0)
        {
            return;
        }

        lock (_lock)
        {
            _settled += count;
            Release(_settled, 0);
        }
    }

    private void Release(long settled, long pausedUntil)
    {
        for (int i = _waiters.Count - 1; i >= 0; i--)
        {
            if (_waiters[i].Mark <= settled || _waiters[i].Deadline <= pausedUntil)
            {
                _waiters[i].Done.TrySetResult();
                _waiters.RemoveAt(i);
            }
        }
    }

    private async Task RunAsync()
    {
        CancellationToken stop = _stop.Token;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (!HasWork)
                {
                    await _signal.WaitAsync(stop).ConfigureAwait(false);
                    continue;
                }

                LaneWait wait = await ShipAsync(stop).ConfigureAwait(false);
                if (wait.Time > TimeSpan.Zero)
                {
                    await PauseAsync(wait, stop).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                LangfuseLog.LoopFailed(logger, exception);
                await PauseAsync(new LaneWait(TimeSpan.FromSeconds(1), MayHurry: false), stop).ConfigureAwait(false);
            }
        }
    }

    private async Task PauseAsync(LaneWait wait, CancellationToken stop)
    {
        using var pause = CancellationTokenSource.CreateLinkedTokenSource(stop);

        // The clock runs before anybody is told of the pause.
        Task delay = Task.Delay(wait.Time, time, pause.Token);
        lock (_lock)
        {
            _pause = pause;
            _mayHurry = wait.MayHurry;
            _pausedUntil = time.GetTimestamp() + (long)(wait.Time.TotalSeconds * time.TimestampFrequency);
            Release(0, _pausedUntil);
        }

        await delay.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_lock)
        {
            _pause = null;
        }
    }

    private sealed record FlushWaiter(long Mark, long Deadline)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

namespace LlmStack.Calls.Plans;

/// <summary>Calls that nobody waits for. At shutdown they get a little time to end, then they are cancelled.</summary>
internal sealed class BackgroundCalls(TimeProvider time) : IDisposable
{
    /// <summary>What is left after this is cancelled.</summary>
    public static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly HashSet<Task> _running = [];
    private bool _closed;

    /// <summary>Starts a call; its failure is its own. False once the process is stopping.</summary>
    public bool TryRun(Func<CancellationToken, Task> call, Action ended)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return false;
            }

            Task task = Task.Run(() => RunAsync(call, ended), CancellationToken.None);
            _running.Add(task);
            _ = task.ContinueWith(Forget, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            return true;
        }
    }

    /// <summary>Ends when what is under way now has ended.</summary>
    public Task IdleAsync()
    {
        lock (_gate)
        {
            return Task.WhenAll(_running);
        }
    }

    /// <summary>Ends when nothing is under way any more, at the latest a little after <see cref="DrainTime"/>.</summary>
    public async Task DrainAsync()
    {
        Task all;
        lock (_gate)
        {
            _closed = true;
            all = Task.WhenAll(_running);
        }

        await Task.WhenAny(all, Task.Delay(DrainTime, time)).ConfigureAwait(false);
        await _stop.CancelAsync().ConfigureAwait(false);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
        }

        _stop.Cancel();
        _stop.Dispose();
    }

    private async Task RunAsync(Func<CancellationToken, Task> call, Action ended)
    {
        try
        {
            await call(_stop.Token).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // A failed call is in the trace, the metrics and the log, as any other.
        }
        finally
        {
            ended();
        }
    }

    private void Forget(Task task)
    {
        lock (_gate)
        {
            _running.Remove(task);
        }
    }
}

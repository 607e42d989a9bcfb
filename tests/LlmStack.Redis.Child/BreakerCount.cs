namespace LlmStack.Redis.Child;

/// <summary>How often the breaker of the way to Redis opened, as an operator is told it. Events come one at a time, and a little later.</summary>
internal sealed class BreakerCount : IObserver<LlmEvent>, IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    private readonly SemaphoreSlim _closed = new(0);
    private int _opened;

    /// <summary>Times it opened since it was asked last, when it has closed again each time.</summary>
    public async Task<int> TakeAsync()
    {
        int opened = Interlocked.Exchange(ref _opened, 0);
        for (int i = 0; i < opened; i++)
        {
            if (!await _closed.WaitAsync(Longest))
            {
                throw new TimeoutException("The breaker of the way to Redis did not close.");
            }
        }

        return opened;
    }

    public void OnNext(LlmEvent value)
    {
        if (value.Kind == LlmEventKind.SinkTrouble)
        {
            Interlocked.Increment(ref _opened);
        }
        else if (value.Kind == LlmEventKind.SinkRecovered)
        {
            _closed.Release();
        }
    }

    public void OnError(Exception error)
    {
    }

    public void OnCompleted()
    {
    }

    public void Dispose() => _closed.Dispose();
}

namespace LlmStack.Redis;

/// <summary>Counts exchanges that failed one after the other, and takes Redis to be gone after five.</summary>
internal sealed class ExchangeBreaker(TimeProvider time)
{
    private const int FailuresToOpen = 5;

    private readonly Lock _gate = new();
    private int _failures;
    private long? _taken;
    private long? _opened;
    private string? _problem;

    /// <summary>Whether Redis is taken to be gone.</summary>
    public bool IsOpen => Volatile.Read(ref _failures) >= FailuresToOpen;

    /// <summary>An exchange failed; true when that opened the breaker.</summary>
    public bool Failed(string problem)
    {
        lock (_gate)
        {
            _problem = problem;
            if (++_failures != FailuresToOpen)
            {
                return false;
            }

            _opened = time.GetTimestamp();
            return true;
        }
    }

    /// <summary>Redis took an exchange that began then; true when that closed the breaker.</summary>
    public bool Succeeded(long began)
    {
        lock (_gate)
        {
            bool wasOpen = IsOpen;
            _taken = began;
            _failures = 0;
            _opened = null;
            _problem = null;
            return wasOpen;
        }
    }

    public ExchangeState Read()
    {
        lock (_gate)
        {
            return new ExchangeState(_failures, Since(_taken), Since(_opened), _problem);
        }
    }

    private TimeSpan? Since(long? timestamp) => timestamp is { } then ? time.GetElapsedTime(then) : null;
}

using System.Diagnostics.CodeAnalysis;

namespace LlmStack.Calls;

/// <summary>
/// Cancels an attempt when one of its time limits passes or the caller cancels, and remembers which. Pooled: the timer is left
/// armed and looks at the limits in force when it fires, so a call that ends in time costs no timer operation at all.
/// </summary>
[SuppressMessage("Reliability", "CA1001:Types that own disposable fields should be disposable", Justification = "A source without a timer holds nothing, and the timer lives as long as the pooled clock.")]
internal sealed class AttemptClock
{
    private const long Never = long.MaxValue;

    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private CancellationTokenSource _source = new();
    private CancellationTokenRegistration _callerRegistration;
    private long _attemptDeadline = Never;
    private long _progressDeadline = Never;
    private long _connectDeadline = Never;
    private long _requestDeadline = Never;
    private long _armedFor = Never;
    private TimeLimit _progressLimit;
    private int _fired;

    public AttemptClock(TimeProvider time)
    {
        _time = time;

        // The timer must not carry the first caller's ambient values into every later one.
        bool suppress = !ExecutionContext.IsFlowSuppressed();
        if (suppress)
        {
            ExecutionContext.SuppressFlow();
        }

        _timer = time.CreateTimer(static state => ((AttemptClock)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        if (suppress)
        {
            ExecutionContext.RestoreFlow();
        }
    }

    public CancellationToken Token => _source.Token;

    /// <summary>Which limit cancelled the attempt; <see cref="TimeLimit.None"/> when none did.</summary>
    public TimeLimit Fired => (TimeLimit)Volatile.Read(ref _fired);

    /// <summary>Starts watching an attempt. Limits are durations in timestamp ticks; <see cref="long.MaxValue"/> means none.</summary>
    public void Begin(long now, long attemptTicks, long requestDeadline, CancellationToken caller)
    {
        _fired = 0;
        Volatile.Write(ref _progressDeadline, Never);
        Volatile.Write(ref _connectDeadline, Never);
        Volatile.Write(ref _requestDeadline, requestDeadline);
        Volatile.Write(ref _attemptDeadline, Add(now, attemptTicks));
        if (caller.CanBeCanceled)
        {
            _callerRegistration = caller.UnsafeRegister(static state => Cancel(((AttemptClock)state!)._source), this);
        }

        Arm(now);
    }

    /// <summary>Expects progress within <paramref name="ticks"/>; <see cref="long.MaxValue"/> stops expecting.</summary>
    public void Expect(TimeLimit limit, long now, long ticks)
    {
        _progressLimit = limit;
        Volatile.Write(ref _progressDeadline, Add(now, ticks));
        Arm(now);
    }

    /// <summary>Expects a connection within <paramref name="ticks"/>, beside whatever else is expected; <see cref="long.MaxValue"/> stops expecting.</summary>
    public void ExpectConnection(long now, long ticks)
    {
        Volatile.Write(ref _connectDeadline, Add(now, ticks));
        Arm(now);
    }

    /// <summary>A connection is there.</summary>
    public void Connected() => Volatile.Write(ref _connectDeadline, Never);

    /// <summary>Stops expecting progress, for instance while the consumer has the item.</summary>
    public void Pause() => Volatile.Write(ref _progressDeadline, Never);

    /// <summary>Stops watching. Returns false when the token was used up, so that this clock cannot serve another attempt.</summary>
    public bool End()
    {
        _callerRegistration.Dispose();
        _callerRegistration = default;

        // Under the lock a timer either has decided already (then this clock is used up) or will find no limit any more.
        lock (_gate)
        {
            _attemptDeadline = Never;
            _progressDeadline = Never;
            _connectDeadline = Never;
            _requestDeadline = Never;
            return _fired == 0 && _source.TryReset();
        }
    }

    /// <summary>Gives the clock a fresh token after the old one was used up.</summary>
    /// <remarks>The old source is left to the collector: a timer that has just decided may still cancel it.</remarks>
    public void Renew()
    {
        _source = new CancellationTokenSource();
        _fired = 0;
    }

    /// <summary>Cancels the attempt now, for instance because the consumer broke off.</summary>
    public void Abort() => Cancel(_source);

    private static long Add(long now, long ticks) => ticks >= Never - now ? Never : now + ticks;

    private long Next() => Math.Min(
        Math.Min(Volatile.Read(ref _attemptDeadline), Volatile.Read(ref _connectDeadline)),
        Math.Min(Volatile.Read(ref _progressDeadline), Volatile.Read(ref _requestDeadline)));

    private void Arm(long now)
    {
        long next = Next();

        // Armed for an earlier moment already: the timer will look again then.
        if (next >= Volatile.Read(ref _armedFor))
        {
            return;
        }

        lock (_gate)
        {
            if (next < _armedFor)
            {
                _armedFor = next;
                _timer.Change(Until(now, next), Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void OnTimer()
    {
        long now = _time.GetTimestamp();
        CancellationTokenSource source;
        lock (_gate)
        {
            source = _source;
            long next = Next();
            while (next > now)
            {
                // A limit set meanwhile may still have counted on the alarm that is just going off; the barrier makes it visible
                // here, or the new alarm there, at no cost to those who set limits.
                Volatile.Write(ref _armedFor, next);
                Interlocked.MemoryBarrierProcessWide();
                long seen = Next();
                if (seen >= next)
                {
                    if (next != Never)
                    {
                        _timer.Change(Until(now, next), Timeout.InfiniteTimeSpan);
                    }

                    return;
                }

                next = seen;
            }

            _armedFor = Never;
            TimeLimit limit = Volatile.Read(ref _requestDeadline) <= now ? TimeLimit.Request
                : Volatile.Read(ref _attemptDeadline) <= now ? TimeLimit.Attempt
                : Volatile.Read(ref _connectDeadline) <= now ? TimeLimit.Connect
                : _progressLimit;
            _fired = (int)limit;
        }

        Cancel(source);
    }

    /// <summary>User code may hang callbacks on the token: what they throw must neither end the timer's thread nor keep a call open.</summary>
    private static void Cancel(CancellationTokenSource source)
    {
        try
        {
            source.Cancel();
        }
        catch (AggregateException)
        {
            // The token is cancelled and every callback has run.
        }
    }

    private TimeSpan Until(long now, long next)
    {
        // Rounded up to the timer's millisecond, else it fires early and has to be armed again.
        TimeSpan exact = _time.GetElapsedTime(now, next);
        double milliseconds = Math.Min(Math.Ceiling(exact.TotalMilliseconds), 4_294_967_294d);
        return TimeSpan.FromMilliseconds(Math.Max(1, milliseconds));
    }
}

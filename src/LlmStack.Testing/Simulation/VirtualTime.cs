namespace LlmStack.Testing.Simulation;

/// <summary>
/// A clock that stands still while code runs and jumps to the next event when nothing is left to do. Timers, and whatever waits on
/// them, continue inline on the simulator's one thread, so that thousands of calls are under way without a thread of their own.
/// </summary>
internal sealed class VirtualTime : TimeProvider
{
    /// <summary>Not 0: a time of 0 reads as "never" in more than one place.</summary>
    public const long Start = TimeSpan.TicksPerDay;

    private static readonly DateTimeOffset Day = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly EventQueue _events = new();
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private long _now = Start;

    /// <summary>Timers that are armed.</summary>
    public int ArmedTimers { get; private set; }

    /// <summary>Since the simulation began.</summary>
    public TimeSpan Elapsed => new(_now - Start);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long GetTimestamp() => _now;

    public override DateTimeOffset GetUtcNow() => Day.AddTicks(_now - Start);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    public void Schedule(long at, IVirtualEvent target, int version)
    {
        if (Environment.CurrentManagedThreadId != _thread)
        {
            throw new InvalidOperationException("A simulated call went on outside the simulator's thread: something on its path waits on a real clock or moves to the thread pool, which a simulation cannot repeat.");
        }

        _events.Add(Math.Max(at, _now), target, version);
    }

    /// <summary>Jumps to the next event and lets it happen; false when there is none up to <paramref name="until"/>.</summary>
    public bool RunNext(long until)
    {
        if (_events.Count == 0 || _events.NextAt > until)
        {
            return false;
        }

        _now = _events.NextAt;
        _events.Take(out int version).Fire(version);
        return true;
    }

    private sealed class Timer(VirtualTime time, TimerCallback callback, object? state) : ITimer, IVirtualEvent
    {
        private int _version;
        private long _period;
        private bool _armed;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _version++;
            _period = period > TimeSpan.Zero ? period.Ticks : 0;
            Arm(dueTime >= TimeSpan.Zero);
            if (_armed)
            {
                time.Schedule(time._now + dueTime.Ticks, this, _version);
            }

            return true;
        }

        public void Fire(int version)
        {
            if (version != _version || !_armed)
            {
                return;
            }

            Arm(_period > 0);
            if (_armed)
            {
                time.Schedule(time._now + _period, this, _version);
            }

            callback(state);
        }

        public void Dispose()
        {
            _version++;
            Arm(false);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Arm(bool armed)
        {
            time.ArmedTimers += (armed ? 1 : 0) - (_armed ? 1 : 0);
            _armed = armed;
        }
    }
}

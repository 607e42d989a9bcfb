namespace LlmStack.Health;

/// <summary>
/// One circuit breaker: closed, open until a moment, then half-open with one probe at a time. Lock-free to read; transitions take
/// a short lock. Serves deployments and credentials alike. Times are <see cref="TimeProvider"/> ticks.
/// </summary>
internal sealed class Circuit
{
    private const long Never = long.MinValue / 2;

    private readonly Lock _lock = new();
    private long _until;
    private long _probeClaimed = Never;
    private long _openedAt;
    private int _openings;
    private int _kind;
    private bool _tripped;
    private bool _probing;

    /// <summary>Whether anything but plain service may be the case: the one read of a healthy deployment's pick.</summary>
    public bool IsIdle => Volatile.Read(ref _until) == 0;

    /// <summary>When the last cooldown ends or ended; 0 when closed.</summary>
    public long Until => Volatile.Read(ref _until);

    /// <summary>The failure that opened it.</summary>
    public LlmErrorKind Kind => (LlmErrorKind)Volatile.Read(ref _kind);

    /// <summary>The state at a moment; <paramref name="wait"/> is the time until the cooldown ends, or until a probe may have answered.</summary>
    public CircuitState StateAt(long now, long probeLease, out long wait)
    {
        long until = Volatile.Read(ref _until);
        wait = 0;
        if (until == 0)
        {
            return CircuitState.Closed;
        }
        if (now < until)
        {
            wait = until - now;
            return CircuitState.Open;
        }
        if (!Volatile.Read(ref _tripped))
        {
            return CircuitState.Closed;
        }
        if (Volatile.Read(ref _probing) || now - Volatile.Read(ref _probeClaimed) < probeLease)
        {
            wait = probeLease;
            return CircuitState.Probing;
        }
        return CircuitState.HalfOpen;
    }

    /// <summary>
    /// Takes the right to probe. A claim that no attempt follows (its reservation was refused) lapses after <paramref name="probeLease"/>.
    /// </summary>
    public bool TryClaimProbe(long now, long probeLease)
    {
        lock (_lock)
        {
            if (StateAt(now, probeLease, out _) != CircuitState.HalfOpen)
            {
                return false;
            }
            Volatile.Write(ref _probeClaimed, now);
            return true;
        }
    }

    /// <summary>An attempt starts; while half-open it is the probe, and holds the right until it ends.</summary>
    public void AttemptStarted(long now)
    {
        lock (_lock)
        {
            if (_tripped && now >= _until)
            {
                Volatile.Write(ref _probing, true);
            }
        }
    }

    /// <summary>An attempt ended without a verdict.</summary>
    public void AttemptAbandoned() => ReleaseProbe();

    /// <summary>An attempt that began at <paramref name="started"/> succeeded. True when this closed the circuit.</summary>
    /// <remarks>A success that began before the circuit opened says nothing about now.</remarks>
    public bool Succeeded(long started)
    {
        lock (_lock)
        {
            if (_until == 0 || started < (_tripped ? _openedAt : _until))
            {
                return false;
            }
            _tripped = false;
            _probing = false;
            _openings = 0;
            _kind = 0;
            Volatile.Write(ref _probeClaimed, Never);
            Volatile.Write(ref _until, 0);
            return true;
        }
    }

    /// <summary>
    /// Opens for <paramref name="length"/>, doubled for every opening in a row up to <paramref name="longest"/>, at least <paramref name="asked"/>.
    /// A running cooldown is only ever extended. True when it was not open before.
    /// </summary>
    public bool Open(long now, long started, long length, long longest, long asked, LlmErrorKind kind, out long duration)
    {
        lock (_lock)
        {
            bool wasOpen = now < _until;
            // Attempts that were already under way when the circuit opened repeat its reason; only a failed probe makes it worse.
            if (!_tripped)
            {
                _openings = 1;
            }
            else if (started >= _until)
            {
                _openings = Math.Min(_openings + 1, 30);
            }
            double doubled = length * Math.Pow(2, _openings - 1);
            duration = Math.Max((long)Math.Min(doubled, Math.Max(length, longest)), asked);
            _tripped = true;
            _openedAt = now;
            _probing = false;
            Volatile.Write(ref _probeClaimed, Never);
            if (now + duration > _until)
            {
                Volatile.Write(ref _kind, (int)kind);
                Volatile.Write(ref _until, now + duration);
            }
            return !wasOpen;
        }
    }

    /// <summary>Keeps picks away until <paramref name="until"/> without a failure: no probe is needed afterwards. True when it was not open before.</summary>
    public bool HoldUntil(long now, long until, LlmErrorKind kind)
    {
        lock (_lock)
        {
            bool wasOpen = now < _until;
            if (until <= _until)
            {
                return false;
            }
            if (!wasOpen && !_tripped)
            {
                Volatile.Write(ref _kind, (int)kind);
            }
            Volatile.Write(ref _until, until);
            return !wasOpen;
        }
    }

    public void ReleaseProbe()
    {
        if (!Volatile.Read(ref _probing))
        {
            return;
        }
        lock (_lock)
        {
            Volatile.Write(ref _probing, false);
            Volatile.Write(ref _probeClaimed, Never);
        }
    }
}

namespace LlmStack.Health;

/// <summary>
/// One circuit breaker: closed, open until a moment, then half-open with a few probes at a time, then closed again with a load that
/// grows back. Lock-free to read; transitions take a short lock. Serves deployments and credentials alike. Times are <see cref="TimeProvider"/> ticks.
/// </summary>
internal sealed class Circuit
{
    private const long Never = long.MinValue / 2;

    /// <summary>What comes back starts with this share of its load.</summary>
    private const double LeastShare = 0.1;

    private readonly Lock _lock = new();
    private long _until;
    private long _probeClaimed = Never;
    private long _openedAt;
    private int _openings;
    private int _kind;
    private int _maxProbes = 1;
    private int _claims;
    private int _probes;
    private long _ramp;
    private long _rampStarted;
    private bool _tripped;

    /// <summary>Whether anything but plain service may be the case: the one read of a healthy deployment's pick.</summary>
    public bool IsIdle => Volatile.Read(ref _until) == 0 && Volatile.Read(ref _rampStarted) == 0;

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
        bool claimed = now - Volatile.Read(ref _probeClaimed) < probeLease;
        if (Volatile.Read(ref _probes) + (claimed ? Volatile.Read(ref _claims) : 0) >= Volatile.Read(ref _maxProbes))
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
            _claims = now - _probeClaimed < probeLease ? _claims + 1 : 1;
            Volatile.Write(ref _probeClaimed, now);
            return true;
        }
    }

    /// <summary>The share of its usual load that it gets: 1, unless it has just come back.</summary>
    public double ShareAt(long now)
    {
        long started = Volatile.Read(ref _rampStarted);
        return started == 0 || now - started >= Volatile.Read(ref _ramp) ? 1 : Math.Max(LeastShare, (now - started) / (double)Volatile.Read(ref _ramp));
    }

    /// <summary>Whether an attempt may begin; while half-open this takes the right to probe, false when somebody was faster.</summary>
    public bool MayEnter(long now, long probeLease) => IsIdle || StateAt(now, probeLease, out _) switch
    {
        CircuitState.Closed => true,
        CircuitState.HalfOpen => TryClaimProbe(now, probeLease),
        _ => false,
    };

    /// <summary>An attempt starts; while half-open it is the probe, and holds the right until it ends.</summary>
    public void AttemptStarted(long now)
    {
        lock (_lock)
        {
            if (_tripped && now >= _until)
            {
                Volatile.Write(ref _claims, Math.Max(0, _claims - 1));
                Volatile.Write(ref _probes, _probes + 1);
            }
        }
    }

    /// <summary>An attempt that began at <paramref name="started"/> succeeded at <paramref name="now"/>. True when this closed the circuit.</summary>
    /// <remarks>A success that began before the circuit opened says nothing about now.</remarks>
    public bool Succeeded(long started, long now)
    {
        lock (_lock)
        {
            if (_rampStarted != 0 && now - _rampStarted >= _ramp)
            {
                Volatile.Write(ref _rampStarted, 0);
            }
            if (_until == 0 || started < (_tripped ? _openedAt : _until))
            {
                return false;
            }
            if (_tripped && _ramp > 0)
            {
                // 0 means none, so a circuit that closes at that very tick starts one later.
                Volatile.Write(ref _rampStarted, now == 0 ? 1 : now);
            }
            _tripped = false;
            _openings = 0;
            _kind = 0;
            ForgetProbes();
            Volatile.Write(ref _until, 0);
            return true;
        }
    }

    /// <summary>
    /// Opens for the first length, doubled for every opening in a row up to the longest, at least for as long as was asked.
    /// A running cooldown is only ever extended. True when it was not open before.
    /// </summary>
    public bool Open(long now, long started, in CooldownLength length, LlmErrorKind kind, out long duration)
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
            double doubled = length.First * Math.Pow(2, _openings - 1);
            duration = Math.Max((long)Math.Min(doubled, Math.Max(length.First, length.Longest)), length.Asked);
            _tripped = true;
            _openedAt = now;
            Volatile.Write(ref _maxProbes, length.Probes);
            Volatile.Write(ref _ramp, length.Ramp);
            Volatile.Write(ref _rampStarted, 0);
            ForgetProbes();
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

    /// <summary>Another machine has seen it fail: keeps calls away until <paramref name="until"/>, only ever extended. True when it was not open before.</summary>
    public bool Adopt(long now, long until, LlmErrorKind kind, bool trips)
    {
        lock (_lock)
        {
            bool wasOpen = now < _until;
            if (until <= _until || until <= now)
            {
                return false;
            }
            if (trips)
            {
                // Of an opening that was not ours, so the next one here is the first.
                _openings = _tripped ? _openings : 0;
                _tripped = true;
                _openedAt = now;
                Volatile.Write(ref _rampStarted, 0);
                ForgetProbes();
            }
            if (!wasOpen)
            {
                Volatile.Write(ref _kind, (int)kind);
            }
            Volatile.Write(ref _until, until);
            return !wasOpen;
        }
    }

    /// <summary>An attempt that began at <paramref name="started"/> ended without a verdict; when it was a probe, its place is free.</summary>
    public void ReleaseProbe(long started)
    {
        // Who began before the cooldown's end holds no place; the one that is taken is somebody else's.
        if (Volatile.Read(ref _probes) == 0 || started < Volatile.Read(ref _until))
        {
            return;
        }
        lock (_lock)
        {
            Volatile.Write(ref _probes, Math.Max(0, _probes - 1));
        }
    }

    private void ForgetProbes()
    {
        Volatile.Write(ref _claims, 0);
        Volatile.Write(ref _probes, 0);
        Volatile.Write(ref _probeClaimed, Never);
    }
}

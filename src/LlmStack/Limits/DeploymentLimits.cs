using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace LlmStack.Limits;

/// <summary>The sliding windows of a deployment's own limits.</summary>
/// <remarks>
/// <para>
/// One entry for every 10 ms in which something was reserved, so the window slides exactly on a clock of 10 ms. Beyond
/// <see cref="ExactEntries"/> entries, and while less than a sixteenth of every limit is used, an entry covers up to a second and leaves
/// the window with the last reservation that it holds: a busy deployment far from its limits keeps about a hundred entries instead of 6,000.
/// </para>
/// <para>
/// A short lock makes a reservation over both windows all or nothing. What a reservation touches, the youngest entry included, lies in
/// this object; older entries are touched when one begins or ends, and when a call settles that was reserved earlier.
/// </para>
/// </remarks>
internal sealed class DeploymentLimits
{
    public const string RequestsLimit = "requests per minute";
    public const string TokensLimit = "tokens per minute";

    /// <summary>Up to this many entries there is one for every 10 ms, whatever the limits.</summary>
    public const int ExactEntries = 64;

    private const int GranulesPerSecond = 100;
    private const int WindowGranules = 60 * GranulesPerSecond;

    /// <summary>A limit is far while less than its size shifted by this is used.</summary>
    private const int FarShift = 4;

    /// <summary>In a token: the reservation's number in the lower half, its entry's in the upper, and a bit so that no token is 0.</summary>
    private const int EntryShift = 32;
    private const uint EntryMask = (1 << 30) - 1;
    private const long TokenMark = 1L << 62;

    private SpinGate _gate;
    private int _requests;
    private long _tokens;

    /// <summary>When the oldest entry leaves the window.</summary>
    private long _oldestExpires = long.MaxValue;

    // The youngest entry. It takes up reservations before _youngestEnds; there is none at long.MinValue.
    private long _youngestEnds = long.MinValue;
    private WindowEntry _youngest;
    private uint _youngestNumber;
    private long _latest;
    private bool _youngestIsCoarse;

    private OpenReservations _open;
    private KeyLimits? _keys;
    private WindowEntries _older;

    /// <summary>The windows of each credential, where limits are counted by credential.</summary>
    public KeyLimits Keys => Volatile.Read(ref _keys) ?? Interlocked.CompareExchange(ref _keys, new KeyLimits(), null) ?? _keys!;

    /// <summary>Reservations that were made and not settled yet.</summary>
    public int OpenReservations
    {
        get
        {
            _gate.Enter();
            int open = _open.Count;
            _gate.Exit();
            return open;
        }
    }

    /// <summary>Entries kept for the window.</summary>
    public int Entries => _older.Count + (_youngestEnds == long.MinValue ? 0 : 1);

    /// <summary>Asks for the memory that a reservation touches.</summary>
    public unsafe void Prefetch()
    {
        // Only a hint: that the collector may move the object meanwhile does no harm.
        Sse.Prefetch0(Unsafe.AsPointer(ref _tokens));
        Sse.Prefetch0(Unsafe.AsPointer(ref _youngest));
    }

    /// <summary>Requests inside the window at <paramref name="timestamp"/>.</summary>
    public long RequestsAt(long timestamp)
    {
        _gate.Enter();
        Expire(timestamp);
        long requests = _requests;
        _gate.Exit();
        return requests;
    }

    /// <summary>Tokens, reserved or settled, inside the window at <paramref name="timestamp"/>.</summary>
    public long TokensAt(long timestamp)
    {
        _gate.Enter();
        Expire(timestamp);
        long tokens = _tokens;
        _gate.Exit();
        return tokens;
    }

    /// <summary>Reserves a request and <paramref name="tokens"/>; null means no limit. Returns 0 when refused, with the limit and the wait.</summary>
    public long TryReserve(int? maxRequests, int? maxTokens, long tokens, long timestamp, long frequency, out string? limit, out TimeSpan wait)
    {
        long token = 0;
        wait = TimeSpan.Zero;
        _gate.Enter();
        try
        {
            Expire(timestamp);
            limit = Refusing(maxRequests, maxTokens, tokens);
            if (limit is null)
            {
                if (timestamp >= _youngestEnds || (_youngestIsCoarse && !IsFar(maxRequests, maxTokens, tokens)))
                {
                    BeginEntry(timestamp, frequency, IsFar(maxRequests, maxTokens, tokens));
                }
                _latest = Math.Max(_latest, timestamp);
                _requests++;
                _tokens += tokens;
                _youngest.Requests++;
                _youngest.Tokens += tokens;
                token = TokenMark | ((long)(_youngestNumber & EntryMask) << EntryShift) | _open.Add();
            }
            else
            {
                wait = WaitFrom(maxRequests, maxTokens, tokens, timestamp, frequency);
            }
        }
        finally
        {
            _gate.Exit();
        }
        return token;
    }

    /// <summary>How long until a request and <paramref name="tokens"/> would fit. Takes no lock while they do.</summary>
    public TimeSpan WaitFor(int? maxRequests, int? maxTokens, long tokens, long timestamp, long frequency)
    {
        // What has left the window since the last reservation only makes more room.
        if (Refusing(maxRequests, maxTokens, tokens) is null)
        {
            return TimeSpan.Zero;
        }
        _gate.Enter();
        Expire(timestamp);
        TimeSpan wait = Refusing(maxRequests, maxTokens, tokens) is null ? TimeSpan.Zero : WaitFrom(maxRequests, maxTokens, tokens, timestamp, frequency);
        _gate.Exit();
        return wait;
    }

    /// <summary>Replaces the <paramref name="reserved"/> tokens by what was used. A token that was settled before is ignored.</summary>
    public void Settle(long token, long reserved, int requests, long tokens)
    {
        _gate.Enter();
        if (token > 0 && _open.Remove((uint)token))
        {
            uint age = (_youngestNumber - (uint)(token >> EntryShift)) & EntryMask;
            if (age == 0 && _youngestEnds != long.MinValue)
            {
                Correct(ref _youngest, reserved, requests, tokens);
            }
            else if (age > 0 && age <= (uint)_older.Count)
            {
                Correct(ref _older[_older.Count - (int)age], reserved, requests, tokens);
            }
        }
        _gate.Exit();
    }

    private void Correct(ref WindowEntry entry, long reserved, int requests, long tokens)
    {
        long change = Math.Max(0, tokens) - reserved;
        entry.Tokens += change;
        _tokens += change;
        if (requests <= 0)
        {
            entry.Requests--;
            _requests--;
        }
    }

    private string? Refusing(int? maxRequests, int? maxTokens, long tokens) =>
        maxRequests is { } requests && Volatile.Read(ref _requests) >= requests ? RequestsLimit
        : maxTokens is { } most && Volatile.Read(ref _tokens) + tokens > most ? TokensLimit
        : null;

    private bool IsFar(int? maxRequests, int? maxTokens, long tokens) =>
        (maxRequests is not { } requests || _requests < requests >> FarShift) && (maxTokens is not { } most || _tokens + tokens <= most >> FarShift);

    private TimeSpan WaitFrom(int? maxRequests, int? maxTokens, long tokens, long timestamp, long frequency)
    {
        long requests = _requests;
        long held = _tokens;
        for (int i = 0; i <= _older.Count; i++)
        {
            WindowEntry entry = i < _older.Count ? _older[i] : _youngest;
            requests -= entry.Requests;
            held -= entry.Tokens;
            if ((maxRequests is null || requests + 1 <= maxRequests) && (maxTokens is null || held + tokens <= maxTokens))
            {
                // On the clock of 10 ms; a caller who read the time before the last reservation need not wait longer than the window.
                long granules = Math.Min(Granule(entry.Expires, frequency) - Granule(timestamp, frequency), WindowGranules);
                return TimeSpan.FromMilliseconds(granules * (1000 / GranulesPerSecond));
            }
        }
        return TimeSpan.MaxValue;
    }

    /// <summary>Drops what has left the window. Callers read the clock before they take the lock, so time may seem to step back: nothing is dropped then.</summary>
    private void Expire(long now)
    {
        if (now >= _oldestExpires)
        {
            DropExpired(now);
        }
    }

    private void DropExpired(long now)
    {
        while (_older.Count > 0 && now >= _older[0].Expires)
        {
            Forget(_older[0]);
            _older.RemoveFirst();
        }
        if (_older.Count == 0 && _youngestEnds != long.MinValue && now >= _youngest.Expires)
        {
            Forget(_youngest);
            _youngest = default;
            _youngestIsCoarse = false;
            _youngestEnds = long.MinValue;
        }
        _oldestExpires = _older.Count > 0 ? _older[0].Expires : _youngestEnds == long.MinValue ? long.MaxValue : _youngest.Expires;
    }

    private void Forget(in WindowEntry entry)
    {
        _requests -= entry.Requests;
        _tokens -= entry.Tokens;
    }

    private void BeginEntry(long now, long frequency, bool far)
    {
        if (_youngestIsCoarse)
        {
            // It ends here, and leaves the window with the last reservation that it holds.
            long last = Granule(now < _youngestEnds ? Math.Max(now, _latest) : _latest, frequency);
            _youngest.Expires = Math.Min(_youngest.Expires, StartOf(last + WindowGranules, frequency));
            _youngestIsCoarse = false;
            if (now < _youngestEnds)
            {
                _youngestEnds = StartOf(last + 1, frequency);
                _oldestExpires = Math.Min(_oldestExpires, _youngest.Expires);
                return;
            }
        }
        if (_youngestEnds != long.MinValue)
        {
            _older.Add(_youngest);
        }
        _youngestIsCoarse = far && _older.Count >= ExactEntries;
        long granule = Granule(now, frequency);
        long end = _youngestIsCoarse ? granule + GranulesPerSecond : granule + 1;
        _youngestEnds = StartOf(end, frequency);
        _youngest = new WindowEntry { Expires = StartOf(end - 1 + WindowGranules, frequency) };
        _youngestNumber++;
        _oldestExpires = Math.Min(_oldestExpires, _older.Count > 0 ? _older[0].Expires : _youngest.Expires);
    }

    private static long Granule(long timestamp, long frequency) =>
        frequency % GranulesPerSecond == 0 ? timestamp / (frequency / GranulesPerSecond) : (long)((Int128)timestamp * GranulesPerSecond / frequency);

    /// <summary>The first tick of a granule.</summary>
    private static long StartOf(long granule, long frequency) =>
        frequency % GranulesPerSecond == 0 ? granule * (frequency / GranulesPerSecond) : (long)((((Int128)granule * frequency) + GranulesPerSecond - 1) / GranulesPerSecond);
}

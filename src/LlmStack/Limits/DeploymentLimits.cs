namespace LlmStack.Limits;

/// <summary>The sliding windows of a deployment's own limits.</summary>
/// <remarks>
/// Keeps one entry for every 10 ms in which something was reserved, so the window slides exactly on a clock of 10 ms and never
/// holds more than 6,001 entries. One short lock makes a reservation over both windows all or nothing.
/// </remarks>
internal sealed class DeploymentLimits
{
    public const string RequestsLimit = "requests per minute";
    public const string TokensLimit = "tokens per minute";

    private const int GranulesPerSecond = 100;
    private const long WindowGranules = 60 * GranulesPerSecond;
    private const int InitialEntries = 16;

    private readonly Lock _lock = new();
    private readonly OpenReservations _open = new();
    private Entry[] _entries = [];
    private int _head;
    private int _count;
    private long _requests;
    private long _tokens;

    /// <summary>Reservations that were made and not settled yet.</summary>
    public int OpenReservations
    {
        get
        {
            lock (_lock)
            {
                return _open.Count;
            }
        }
    }

    /// <summary>Requests inside the window at <paramref name="timestamp"/>.</summary>
    public long RequestsAt(long timestamp, long frequency)
    {
        lock (_lock)
        {
            Expire(Granule(timestamp, frequency));
            return _requests;
        }
    }

    /// <summary>Tokens, reserved or settled, inside the window at <paramref name="timestamp"/>.</summary>
    public long TokensAt(long timestamp, long frequency)
    {
        lock (_lock)
        {
            Expire(Granule(timestamp, frequency));
            return _tokens;
        }
    }

    /// <summary>Reserves a request and <paramref name="tokens"/>; null means no limit. Returns 0 when refused, with the limit and the wait.</summary>
    public long TryReserve(int? maxRequests, int? maxTokens, long tokens, long timestamp, long frequency, out string? limit, out TimeSpan wait)
    {
        lock (_lock)
        {
            long now = Expire(Granule(timestamp, frequency));
            if (!Fits(maxRequests, maxTokens, tokens, out limit))
            {
                wait = WaitFrom(now, maxRequests, maxTokens, tokens);
                return 0;
            }
            wait = TimeSpan.Zero;
            Append(now, tokens);
            return _open.Add(now, tokens);
        }
    }

    public TimeSpan WaitFor(int? maxRequests, int? maxTokens, long tokens, long timestamp, long frequency)
    {
        lock (_lock)
        {
            long now = Expire(Granule(timestamp, frequency));
            return Fits(maxRequests, maxTokens, tokens, out _) ? TimeSpan.Zero : WaitFrom(now, maxRequests, maxTokens, tokens);
        }
    }

    /// <summary>Replaces what a reservation holds by what was used. A token that was settled before is ignored.</summary>
    public void Settle(long token, int requests, long tokens)
    {
        lock (_lock)
        {
            if (!_open.Remove(token, out long granule, out long reserved))
            {
                return;
            }
            int index = Find(granule);
            if (index < 0)
            {
                return;
            }
            ref Entry entry = ref _entries[index];
            long tokenChange = Math.Max(0, tokens) - reserved;
            entry.Tokens += tokenChange;
            _tokens += tokenChange;
            if (requests <= 0)
            {
                entry.Requests--;
                _requests--;
            }
        }
    }

    private static long Granule(long timestamp, long frequency) => (long)((Int128)timestamp * GranulesPerSecond / frequency);

    private bool Fits(int? maxRequests, int? maxTokens, long tokens, out string? limit)
    {
        limit = maxRequests is { } requests && _requests + 1 > requests ? RequestsLimit
            : maxTokens is { } most && _tokens + tokens > most ? TokensLimit
            : null;
        return limit is null;
    }

    private TimeSpan WaitFrom(long now, int? maxRequests, int? maxTokens, long tokens)
    {
        long requests = _requests;
        long held = _tokens;
        for (int i = 0; i < _count; i++)
        {
            ref Entry entry = ref _entries[(_head + i) & (_entries.Length - 1)];
            requests -= entry.Requests;
            held -= entry.Tokens;
            if ((maxRequests is null || requests + 1 <= maxRequests) && (maxTokens is null || held + tokens <= maxTokens))
            {
                return TimeSpan.FromMilliseconds((entry.Granule + WindowGranules - now) * (1000 / GranulesPerSecond));
            }
        }
        return TimeSpan.MaxValue;
    }

    /// <summary>Drops what has left the window. Callers read the clock before they take the lock, so time may seem to step back: it is held.</summary>
    private long Expire(long now)
    {
        if (_count > 0)
        {
            now = Math.Max(now, _entries[(_head + _count - 1) & (_entries.Length - 1)].Granule);
        }
        while (_count > 0 && now - _entries[_head].Granule >= WindowGranules)
        {
            _requests -= _entries[_head].Requests;
            _tokens -= _entries[_head].Tokens;
            _head = (_head + 1) & (_entries.Length - 1);
            _count--;
        }
        return now;
    }

    private void Append(long now, long tokens)
    {
        _requests++;
        _tokens += tokens;
        if (_count > 0)
        {
            ref Entry last = ref _entries[(_head + _count - 1) & (_entries.Length - 1)];
            if (last.Granule == now)
            {
                last.Requests++;
                last.Tokens += tokens;
                return;
            }
        }
        if (_count == _entries.Length)
        {
            Grow();
        }
        _entries[(_head + _count) & (_entries.Length - 1)] = new Entry { Granule = now, Requests = 1, Tokens = tokens };
        _count++;
    }

    private void Grow()
    {
        var larger = new Entry[Math.Max(InitialEntries, _entries.Length * 2)];
        for (int i = 0; i < _count; i++)
        {
            larger[i] = _entries[(_head + i) & (_entries.Length - 1)];
        }
        _entries = larger;
        _head = 0;
    }

    private int Find(long granule)
    {
        int low = 0;
        int high = _count - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            int index = (_head + middle) & (_entries.Length - 1);
            long found = _entries[index].Granule;
            if (found == granule)
            {
                return index;
            }
            if (found < granule)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }
        return -1;
    }

    private struct Entry
    {
        public long Granule;
        public long Requests;
        public long Tokens;
    }
}

namespace LlmStack.Limits.Scopes;

/// <summary>
/// What was used inside a sliding window, kept by its 600th parts. The part under way lies apart: most reservations are settled within it
/// and touch nothing else. Not thread-safe.
/// </summary>
internal struct SlidingUse(long partTicks)
{
    /// <summary>A window slides in steps of this part of it.</summary>
    public const int Parts = 600;

    private const int InitialEntries = 4;

    private readonly long _partTicks = partTicks;
    private Entry _current;
    private bool _isUsed;

    // The earlier parts that are still inside the window, oldest first, in a ring, and their sum.
    private UsedAmounts _earlier;
    private Entry[] _entries = [];
    private int _head;
    private int _count;

    /// <summary>When the part under way ends, in ticks of the clock.</summary>
    public long PartEnd { get; private set; } = long.MinValue;

    /// <summary>What is used in the window that <see cref="MoveTo"/> has reached.</summary>
    public readonly UsedAmounts Sum => _earlier + _current.Amounts;

    /// <summary>The length of the steps for a window, in ticks of the clock.</summary>
    public static long PartTicks(TimeSpan window, long frequency) =>
        Math.Max(1, (long)Int128.Min(long.MaxValue / (2 * Parts), (((Int128)window.Ticks * frequency) + (TimeSpan.TicksPerSecond * (long)Parts) - 1) / (TimeSpan.TicksPerSecond * (long)Parts)));

    /// <summary>Drops what has left the window. Callers read the clock before they take the lock, so time may seem to step back: it is held.</summary>
    public void MoveTo(long now)
    {
        // Most calls fall into the part of the one before.
        if (now >= PartEnd)
        {
            Begin(now / _partTicks);
        }
    }

    /// <summary>Adds to the part of the window that <see cref="MoveTo"/> has reached, and returns it.</summary>
    public long Add(in UsedAmounts amounts)
    {
        _isUsed = true;
        _current.Amounts += amounts;
        return _current.Part;
    }

    /// <summary>Changes what was added to a part; nothing happens once that part has left the window.</summary>
    public void Correct(long part, in UsedAmounts change)
    {
        if (part == _current.Part)
        {
            _current.Amounts += change;
        }
        else if (Find(part) is >= 0 and var index)
        {
            _entries[index].Amounts += change;
            _earlier += change;
        }
    }

    /// <summary>How long until enough has left the window that not more than the given amounts are used; <see cref="TimeSpan.MaxValue"/> when even an empty window would not do.</summary>
    /// <param name="now">Now, in ticks of the clock.</param>
    /// <param name="frequency">Ticks in a second.</param>
    /// <param name="max">What may remain used.</param>
    /// <param name="tokens">The most input and output tokens together that may remain used.</param>
    public readonly TimeSpan WaitFor(long now, long frequency, in UsedAmounts max, long tokens)
    {
        UsedAmounts left = Sum;
        for (int i = 0; i < _count + (_isUsed ? 1 : 0); i++)
        {
            Entry entry = i < _count ? _entries[(_head + i) & (_entries.Length - 1)] : _current;
            if (entry.Amounts.IsZero)
            {
                // All of it was taken back.
                continue;
            }

            left -= entry.Amounts;
            if (left.FitsInto(max) && left.TotalTokens <= tokens)
            {
                long ticks = Math.Max(1, ((entry.Part + Parts) * _partTicks) - now);
                return TimeSpan.FromTicks((long)(((Int128)ticks * TimeSpan.TicksPerSecond / frequency) + ((Int128)ticks * TimeSpan.TicksPerSecond % frequency == 0 ? 0 : 1)));
            }
        }

        return TimeSpan.MaxValue;
    }

    private void Begin(long part)
    {
        if (_isUsed)
        {
            if (_count == _entries.Length)
            {
                Grow();
            }

            _entries[(_head + _count++) & (_entries.Length - 1)] = _current;
            _earlier += _current.Amounts;
            _isUsed = false;
        }

        _current = new Entry { Part = part };
        PartEnd = (part + 1) * _partTicks;
        while (_count > 0 && part - _entries[_head].Part >= Parts)
        {
            _earlier -= _entries[_head].Amounts;
            _head = (_head + 1) & (_entries.Length - 1);
            _count--;
        }
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

    private readonly int Find(long part)
    {
        int low = 0;
        int high = _count - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            int index = (_head + middle) & (_entries.Length - 1);
            long found = _entries[index].Part;
            if (found == part)
            {
                return index;
            }

            if (found < part)
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
        public long Part;
        public UsedAmounts Amounts;
    }
}

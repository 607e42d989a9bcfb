namespace LlmStack.Limits.Scopes;

/// <summary>What was used inside a sliding window, kept by its 600th parts. Not thread-safe.</summary>
internal sealed class SlidingUse(long partTicks)
{
    /// <summary>A window slides in steps of this part of it.</summary>
    public const int Parts = 600;

    private const int InitialEntries = 4;

    private Entry[] _entries = [];
    private int _head;
    private int _count;
    private long _part;
    private long _partEnd = long.MinValue;
    private Entry _sum;

    public long Requests => _sum.Requests;

    public long InputTokens => _sum.InputTokens;

    public long OutputTokens => _sum.OutputTokens;

    public long Cost => _sum.Cost;

    /// <summary>The length of the steps for a window, in ticks of the clock.</summary>
    public static long PartTicks(TimeSpan window, long frequency) =>
        Math.Max(1, (long)Int128.Min(long.MaxValue / (2 * Parts), (((Int128)window.Ticks * frequency) + (TimeSpan.TicksPerSecond * (long)Parts) - 1) / (TimeSpan.TicksPerSecond * (long)Parts)));

    /// <summary>Drops what has left the window. Callers read the clock before they take the lock, so time may seem to step back: it is held.</summary>
    public void MoveTo(long now)
    {
        // Most calls fall into the part of the one before.
        if (now < _partEnd)
        {
            return;
        }

        _part = now / partTicks;
        _partEnd = (_part + 1) * partTicks;
        while (_count > 0 && _part - _entries[_head].Part >= Parts)
        {
            _sum.Subtract(_entries[_head]);
            _head = (_head + 1) & (_entries.Length - 1);
            _count--;
        }
    }

    /// <summary>Adds to the part of the window that <see cref="MoveTo"/> has reached, and returns it.</summary>
    public long Add(long requests, long input, long output, long cost)
    {
        int last = (_head + _count - 1) & (_entries.Length - 1);
        if (_count == 0 || _entries[last].Part != _part)
        {
            if (_count == _entries.Length)
            {
                Grow();
            }

            last = (_head + _count++) & (_entries.Length - 1);
            _entries[last] = new Entry { Part = _part };
        }

        _entries[last].Change(requests, input, output, cost);
        _sum.Change(requests, input, output, cost);
        return _part;
    }

    /// <summary>Corrects what was added to a part; nothing happens once that part has left the window.</summary>
    public void Correct(long part, long requests, long input, long output, long cost)
    {
        int index = _count > 0 && _entries[(_head + _count - 1) & (_entries.Length - 1)].Part == part ? (_head + _count - 1) & (_entries.Length - 1) : Find(part);
        if (index >= 0)
        {
            _entries[index].Change(requests, input, output, cost);
            _sum.Change(requests, input, output, cost);
        }
    }

    /// <summary>How long until enough has left the window that not more than the given amounts are used; <see cref="TimeSpan.MaxValue"/> when even an empty window would not do.</summary>
    public TimeSpan WaitFor(long now, long frequency, long requests, long input, long output, long tokens, long cost)
    {
        Entry left = _sum;
        for (int i = 0; i < _count; i++)
        {
            ref Entry entry = ref _entries[(_head + i) & (_entries.Length - 1)];
            left.Subtract(entry);
            if (left.Requests <= requests && left.InputTokens <= input && left.OutputTokens <= output && left.InputTokens + left.OutputTokens <= tokens && left.Cost <= cost)
            {
                long ticks = Math.Max(1, ((entry.Part + Parts) * partTicks) - now);
                return TimeSpan.FromTicks((long)(((Int128)ticks * TimeSpan.TicksPerSecond / frequency) + ((Int128)ticks * TimeSpan.TicksPerSecond % frequency == 0 ? 0 : 1)));
            }
        }

        return TimeSpan.MaxValue;
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

    private int Find(long part)
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
        public long Requests;
        public long InputTokens;
        public long OutputTokens;
        public long Cost;

        public void Change(long requests, long input, long output, long cost)
        {
            Requests += requests;
            InputTokens += input;
            OutputTokens += output;
            Cost += cost;
        }

        public void Subtract(in Entry other) => Change(-other.Requests, -other.InputTokens, -other.OutputTokens, -other.Cost);
    }
}

using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace LlmStack.Langfuse.Spooling;

/// <summary>
/// The writing end: records are encoded straight into the active segment under one short lock. It waits for no file: segments come from the keeper
/// ahead of need. Where none is ready, the caller keeps the record in memory.
/// </summary>
internal sealed class SpoolWriter : IDisposable
{
    private readonly Queue<SpoolSegment> _sealed = new();
    private readonly ConcurrentQueue<SpoolSegment> _spares = new();

    // Those that are only allocated: whoever takes one maps it, and meets its pages one by one.
    private readonly ConcurrentQueue<SpoolSegment> _reserves = new();
    private readonly SpoolSettings _settings;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly SpoolBuffer _buffer;
    private Action _ready = static () => { };
    private Action _needsSpare = static () => { };
    private SpoolSegment? _active;

    // Records of the active segment that are ready to be sent without waiting for more, and the bytes written when they became so.
    private int _due;
    private int _dueBytes;
    private long _accepted;
    private long _taken;
    private volatile bool _isClosed;

    public SpoolWriter(SpoolSettings settings, TimeProvider time)
    {
        _settings = settings;
        _time = time;
        _buffer = new SpoolBuffer(this);
        using (ExecutionContext.SuppressFlow())
        {
            _timer = time.CreateTimer(static state => ((SpoolWriter)state!).MakeDue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Held from <see cref="Begin"/> to <see cref="Commit"/>.</summary>
    public Lock Gate { get; } = new();

    /// <summary>The segment that is written to, after <see cref="Begin"/>.</summary>
    public SpoolSegment Active => _active!;

    /// <summary>Whether a further segment should be brought into memory.</summary>
    public bool NeedsSpare => _spares.Count < _settings.Spares && !_isClosed;

    /// <summary>Segments that lie ready, in memory or not.</summary>
    public int Ahead => _isClosed ? int.MaxValue : _spares.Count + _reserves.Count;

    /// <summary>How many segments were taken so far.</summary>
    public long Taken => Volatile.Read(ref _taken);

    /// <param name="ready">Called under the lock when records became ready to be sent.</param>
    /// <param name="needsSpare">Called under the lock when the next segment was taken.</param>
    public void Attach(Action ready, Action needsSpare)
    {
        _ready = ready;
        _needsSpare = needsSpare;
    }

    /// <summary>Where to encode the next record; null when no segment has room for it. The lock is held.</summary>
    public IEncodeBuffer? Begin()
    {
        if (_isClosed || (_active is not { HasSlot: true } && !Advance(0)))
        {
            return null;
        }

        _buffer.Start();
        return _buffer;
    }

    /// <summary>Keeps the encoded record; false when it did not fit into any segment. The lock is held.</summary>
    public bool Commit(int length)
    {
        if (length <= 0 || _buffer.Overflowed)
        {
            return false;
        }

        SpoolSegment active = _active!;
        active.Commit(length, _time.GetUtcNow().ToUnixTimeMilliseconds());
        _accepted++;
        int waiting = active.Committed - _due;
        if (waiting >= _settings.MaxBatchRecords || active.DataBytes - _dueBytes >= _settings.MaxBatchBytes)
        {
            Due();
        }
        else if (waiting == 1)
        {
            _timer.Change(_settings.FlushInterval, Timeout.InfiniteTimeSpan);
        }

        return true;
    }

    /// <summary>Goes on in the next segment, with what is written of the record so far; false when none is ready. The lock is held.</summary>
    public bool Advance(int written)
    {
        if (TakeSpare() is not { } next)
        {
            return false;
        }

        if (_active is { } full)
        {
            full.Free[..written].CopyTo(next.Free);
            Seal(full);
        }

        _active = next;
        _due = 0;
        _dueBytes = 0;
        return true;
    }

    /// <summary>Makes everything ready to be sent, and returns how many records were accepted so far.</summary>
    public long MakeDue()
    {
        lock (Gate)
        {
            Due();
            return _accepted;
        }
    }

    /// <summary>Takes nothing more.</summary>
    public void Stop()
    {
        lock (Gate)
        {
            Due();
            _isClosed = true;
        }
    }

    /// <summary>Hands in a further segment that is prepared. For the keeper, as what follows.</summary>
    public void Supply(SpoolSegment spare) => _spares.Enqueue(spare);

    /// <summary>Hands in a further segment that is only allocated.</summary>
    public void Reserve(SpoolSegment spare) => _reserves.Enqueue(spare);

    /// <summary>Takes back a segment that is only allocated.</summary>
    public bool TryTakeBack([NotNullWhen(true)] out SpoolSegment? spare) => _reserves.TryDequeue(out spare);

    /// <summary>Whether somebody else removed the segment that is written to. Asks the disk.</summary>
    public bool IsRemoved
    {
        get
        {
            SpoolSegment? active;
            lock (Gate)
            {
                active = _active;
            }

            return active is not null && !File.Exists(active.Path);
        }
    }

    /// <summary>Writes no further into the segments there are: the disk may have no room for bytes that are written again, or nobody would find them.</summary>
    public void Suspend()
    {
        lock (Gate)
        {
            if (_active is { } active)
            {
                _active = null;
                _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                Seal(active);
            }
        }

        DeleteSpares();
    }

    /// <summary>The oldest segment of this process, how many of its records may be sent, and whether nothing more is written to it.</summary>
    public SpoolSegment? Oldest(out int limit, out bool isSealed)
    {
        lock (Gate)
        {
            isSealed = _sealed.TryPeek(out SpoolSegment? oldest);
            oldest ??= _active;
            limit = isSealed ? oldest!.Committed : _due;
            return oldest;
        }
    }

    /// <summary>Forgets the oldest segment, which is sealed and done with.</summary>
    public void RemoveOldest()
    {
        lock (Gate)
        {
            _sealed.Dequeue();
        }
    }

    /// <summary>The segments of this process, oldest first, the active one last.</summary>
    public List<SpoolSegment> Segments()
    {
        lock (Gate)
        {
            List<SpoolSegment> all = [.. _sealed];
            if (_active is not null)
            {
                all.Add(_active);
            }

            return all;
        }
    }

    /// <summary>Gives all segments up: what holds undelivered records stays on disk. Nobody reads or writes any more.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        foreach (SpoolSegment segment in Segments())
        {
            SpoolFiles.GiveUp(segment);
        }

        DeleteSpares();
    }

    private void DeleteSpares()
    {
        while (_spares.TryDequeue(out SpoolSegment? spare) || _reserves.TryDequeue(out spare))
        {
            SpoolFiles.Remove(spare);
        }
    }

    private SpoolSegment? TakeSpare()
    {
        if (!_spares.TryDequeue(out SpoolSegment? next) && !_reserves.TryDequeue(out next))
        {
            _needsSpare();
            return null;
        }

        try
        {
            next.Pin();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // No room in the address space of the process; the file is as good as before.
            _reserves.Enqueue(next);
            return null;
        }

        _taken++;
        _needsSpare();
        return next;
    }

    private void Seal(SpoolSegment full)
    {
        full.Unpin();
        _sealed.Enqueue(full);
        _ready();
    }

    private void Due()
    {
        if (_active is { } active && active.Committed > _due)
        {
            _due = active.Committed;
            _dueBytes = active.DataBytes;
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _ready();
        }
    }
}

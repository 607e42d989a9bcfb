using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace LlmStack.Langfuse.Spooling;

/// <summary>
/// Records of one form on disk: the writing end, the reading end, and everything that may wait for the disk, which
/// <see cref="SpoolKeeper"/> calls on its own thread.
/// </summary>
internal sealed class Spool : IDisposable
{
    /// <summary>How often it looks for what dead processes left.</summary>
    public static readonly TimeSpan AdoptInterval = TimeSpan.FromSeconds(30);

    /// <summary>Sealed segments that stay mapped because they are read next.</summary>
    private const int KeptMapped = 2;

    /// <summary>Segments ahead of a burst: beyond those at rest they are only allocated, and take neither memory nor time to write.</summary>
    private const int MostAhead = 16;

    /// <summary>The part of the bound that may lie ahead and hold nothing.</summary>
    private const int ShareAhead = 4;
    private readonly SpoolSettings _settings;
    private readonly SpoolDirectory _directory;
    private readonly SinkCounters _counters;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    // The keeper's threads must not look into each other's files: one is just being made.
    private readonly Lock _opening = new();
    private readonly bool _copiesOnWrite;
    private readonly bool _mayAdopt;
    private readonly SpoolPace _pace;
    private Action _ready = static () => { };
    private long _lastAdoption;
    private int _scans;
    private bool _failed;
    private bool _saidUnreadable;

    public Spool(SpoolSettings settings, SpoolDirectory directory, SinkCounters counters, TimeProvider time, ILogger logger)
    {
        _settings = settings;
        _directory = directory;
        _counters = counters;
        _time = time;
        _logger = logger;
        Writer = new SpoolWriter(settings, time);
        Reader = new SpoolReader(settings, Writer, counters, time, logger);
        _copiesOnWrite = directory.CopiesOnWrite();

        _pace = new SpoolPace(settings.Spares, Math.Max(settings.Spares, (int)Math.Min(MostAhead, settings.MaxBytes / ShareAhead / settings.SegmentBytes)), time);

        // The first segment is there before the first record.
        string? first = Allocate();
        Prepare();
        _mayAdopt = first is null || SpoolSegment.TryOpen(first, settings.Identity, settings.Form, out SpoolSegment? second) == SpoolOpening.Busy || GiveBack(second);
    }

    public SpoolWriter Writer { get; }

    public SpoolReader Reader { get; }

    /// <summary>Whether it has looked for what dead processes left.</summary>
    public bool HasScanned => Volatile.Read(ref _scans) > 0;

    /// <summary>Segments found whose beginning is unreadable.</summary>
    public int Unreadable { get; private set; }

    /// <param name="ready">Called when records became ready to be sent.</param>
    /// <param name="needsSpare">Called when the next segment was taken.</param>
    public void Attach(Action ready, Action needsSpare)
    {
        _ready = ready;
        Writer.Attach(ready, needsSpare);
    }

    /// <summary>Records not delivered and not dropped, in this process's hands.</summary>
    public (long Records, long Bytes) Pending
    {
        get
        {
            long records = 0;
            long bytes = 0;
            foreach (SpoolSegment segment in (IEnumerable<SpoolSegment>)[.. Reader.Adopted, .. Writer.Segments()])
            {
                records += segment.Committed - segment.Position;
                bytes += segment.Length;
            }

            return (records, bytes);
        }
    }

    /// <summary>Makes the next segments. For the keeper's first thread.</summary>
    /// <param name="isTick">Whether the time between two syncs is over, rather than a segment being needed at once.</param>
    public void Tend(bool isTick)
    {
        if (isTick)
        {
            _directory.Forget();
            if (Writer.IsRemoved)
            {
                LangfuseLog.SpoolRemoved(_logger, _directory.Folder);
                Writer.Suspend();
            }
        }

        _pace.Observe(Writer.Taken, isTick);
        MakeAhead(mayTry: !_failed || isTick);
        if (isTick)
        {
            GiveBackSurplus();
        }

        if (isTick && _copiesOnWrite && !_directory.HasRoomFor(2L * _settings.SegmentBytes))
        {
            Writer.Suspend();
        }
    }

    /// <summary>Brings what was written to the disk itself, and looks for what dead processes left. For the keeper's second thread, which may wait for long.</summary>
    public void Sync()
    {
        List<SpoolSegment> segments = Writer.Segments();
        for (int i = 0; i < segments.Count; i++)
        {
            Keep(segments[i], mayUnmap: i >= KeptMapped && i < segments.Count - 1);
        }

        if (_mayAdopt && (_lastAdoption == 0 || _time.GetElapsedTime(_lastAdoption) >= AdoptInterval))
        {
            _lastAdoption = _time.GetTimestamp();
            Adopt();
            Interlocked.Increment(ref _scans);
        }
    }

    public void Dispose()
    {
        Reader.Dispose();
        Writer.Dispose();
    }

    private static bool GiveBack(SpoolSegment? second)
    {
        // A second opening of a file in use succeeded: nothing here tells the segments of the living from those of the dead.
        second?.Dispose();
        return false;
    }

    private static void Keep(SpoolSegment segment, bool mayUnmap)
    {
        try
        {
            if (segment.IsUnsynced)
            {
                segment.Sync();
            }

            if (mayUnmap)
            {
                segment.Unmap();
            }
        }
        catch (ObjectDisposedException)
        {
            // Delivered meanwhile.
        }
    }

    private void MakeAhead(bool mayTry)
    {
        while (true)
        {
            // Room first, which is cheap: whoever takes it meets pages that are not in memory, but need not wait.
            if (mayTry && Writer.Ahead < _pace.Ahead)
            {
                mayTry = Allocate() is not null;
            }
            else if (!Writer.NeedsSpare || !Prepare())
            {
                return;
            }
        }
    }

    private void GiveBackSurplus()
    {
        while (Writer.Ahead is var ahead && ahead > _pace.Ahead && ahead < int.MaxValue && Writer.TryTakeBack(out SpoolSegment? surplus))
        {
            SpoolFiles.Remove(surplus);
        }
    }

    /// <summary>Brings an allocated segment into memory; false when there is none, or the disk does not let it.</summary>
    private bool Prepare()
    {
        if (!Writer.TryTakeBack(out SpoolSegment? segment))
        {
            return false;
        }

        try
        {
            segment.Prepare();
            Writer.Supply(segment);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            SpoolFiles.Remove(segment);
            Refuse(exception.Message);
            return false;
        }
    }

    /// <summary>Makes a further segment; returns its path, or null when there is no room.</summary>
    private string? Allocate()
    {
        try
        {
            _directory.Restore();
            if (!_directory.HasRoomWithin(_settings.MaxBytes, _settings.SegmentBytes))
            {
                return Refuse($"it has reached its {_settings.MaxBytes} bytes");
            }

            if (!_directory.HasRoomFor(2L * _settings.SegmentBytes))
            {
                return Refuse("the disk is nearly full");
            }

            SpoolSegment spare = Create();
            Writer.Reserve(spare);
            if (_failed)
            {
                _failed = false;
                LangfuseLog.SpoolWorks(_logger, _directory.Folder);
            }

            return spare.Path;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Refuse(exception.Message);
        }
    }

    private SpoolSegment Create()
    {
        for (int attempt = 0; ; attempt++)
        {
            long now = _time.GetUtcNow().ToUnixTimeMilliseconds();
            uint nonce = BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(4));
            try
            {
                lock (_opening)
                {
                    return SpoolSegment.Create(_directory.NewFile(_settings.Form, now, nonce), SpoolHeader.Plan(_settings.Identity, _settings.Form, now, nonce, _settings.SegmentBytes), mayReserve: !_copiesOnWrite);
                }
            }
            catch (IOException) when (attempt == 0)
            {
                // Another process that looked into the new file held it for a moment; it has no reason to look into the next one too.
            }
        }
    }

    private string? Refuse(string reason)
    {
        if (!_failed)
        {
            _failed = true;
            LangfuseLog.SpoolFull(_logger, _directory.Folder, reason);
        }

        return null;
    }

    private void Adopt()
    {
        int segments = 0;
        long records = 0;
        int unreadable = 0;
        foreach (string path in _directory.Files(_settings.Form))
        {
            SpoolOpening opening;
            SpoolSegment? segment;
            lock (_opening)
            {
                opening = SpoolSegment.TryOpen(path, _settings.Identity, _settings.Form, out segment);
            }

            switch (opening)
            {
                case SpoolOpening.Opened when segment!.Position < segment.Committed:
                    segments++;
                    records += segment.Committed - segment.Position;
                    _counters.Recover(segment.Committed - segment.Position);
                    Reader.Adopt(segment);
                    break;
                case SpoolOpening.Opened:
                    SpoolFiles.Remove(segment!);
                    break;
                case SpoolOpening.Unreadable:
                    unreadable++;
                    DeleteWhenOld(path);
                    break;
            }
        }

        Unreadable = unreadable;
        if (unreadable > 0 && !_saidUnreadable)
        {
            _saidUnreadable = true;
            LangfuseLog.SpoolUnreadable(_logger, unreadable, _directory.Folder, _settings.MaxAge);
        }

        if (records > 0)
        {
            LangfuseLog.SpoolRecovered(_logger, records, segments, _directory.Folder);
            _ready();
        }
    }

    private void DeleteWhenOld(string path)
    {
        if (_time.GetUtcNow().UtcDateTime - File.GetLastWriteTimeUtc(path) > _settings.MaxAge)
        {
            SpoolFiles.Remove(path);
        }
    }
}

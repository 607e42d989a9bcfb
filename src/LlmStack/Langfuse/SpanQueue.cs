using LlmStack.Tracing;
using Microsoft.Extensions.Logging;

namespace LlmStack.Langfuse;

/// <summary>
/// The bounded queue: spans are encoded at once into the batch that will be sent, under one short lock.
/// </summary>
internal sealed class SpanQueue : IBatchQueue, IDisposable
{
    private readonly Lock _lock = new();
    private readonly Queue<SpanBatch> _closed = new();
    private readonly LangfuseOptions _options;
    private readonly SpanFormat _format;
    private readonly bool _closesAtTraceEnd;
    private readonly int _maxBatchBytes;
    private readonly HeapBatchStorage _storage;
    private readonly SinkCounters _counters;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ITimer _timer;

    // Called under the lock when a batch became ready to be sent.
    private readonly Action _ready;
    private HeapBatchBuffer? _current;
    private long _accepted;
    private long _spans;
    private long _bytes;
    private bool _isClosed;
    private bool _saidFull;
    private bool _saidFailed;

    public SpanQueue(LangfuseOptions options, SpanFormat format, bool closesAtTraceEnd, HeapBatchStorage storage, SinkCounters counters, TimeProvider time, ILogger logger, Action ready)
    {
        _options = options;
        _format = format;
        _closesAtTraceEnd = closesAtTraceEnd;
        _maxBatchBytes = Math.Min(options.MaxBatchBytes, format.MaxBodyBytes);
        _storage = storage;
        _counters = counters;
        _time = time;
        _logger = logger;
        _ready = ready;
        using (ExecutionContext.SuppressFlow())
        {
            _timer = time.CreateTimer(static state => ((SpanQueue)state!).CloseBatch(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    public TimeSpan MaxAge => _options.MaxRetryAge;

    public long Spans => Volatile.Read(ref _spans);

    public long Bytes => Volatile.Read(ref _bytes);

    public bool HasBatch
    {
        get
        {
            lock (_lock)
            {
                return _closed.Count > 0;
            }
        }
    }

    public bool TryAdd(SpanRecord record)
    {
        Add(record);
        return true;
    }

    private void Add(SpanRecord record)
    {
        lock (_lock)
        {
            if (_isClosed)
            {
                _counters.TurnAway(DropReason.Shutdown);
                return;
            }

            if (_spans >= _options.MaxQueuedSpans || _bytes >= _options.MaxQueuedBytes)
            {
                Full();
                return;
            }

            HeapBatchBuffer buffer = _current ??= _storage.Rent();
            int length = Encode(buffer, record);
            if (length == 0)
            {
                return;
            }

            if (length > _options.MaxQueuedBytes)
            {
                _counters.TurnAway(DropReason.TooLarge);
                return;
            }

            if (_bytes + length > _options.MaxQueuedBytes)
            {
                Full();
                return;
            }

            if (buffer.Count > 0 && buffer.Length + length > _maxBatchBytes)
            {
                buffer = MoveToNext(buffer, length);
            }

            buffer.Commit(length);
            _spans++;
            _bytes += length;
            _accepted++;
            _counters.Accept();
            if (buffer.Count >= _options.MaxBatchSpans || buffer.Length >= _maxBatchBytes || (_closesAtTraceEnd && record.IsTop))
            {
                Close();
            }
            else if (buffer.Count == 1)
            {
                _timer.Change(_options.FlushInterval, Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>Makes what is there ready to be sent, and returns how many spans were accepted so far.</summary>
    public long CloseBatch()
    {
        lock (_lock)
        {
            Close();
            return _accepted;
        }
    }

    /// <summary>Turns away everything from now on.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            Close();
            _isClosed = true;
        }
    }

    public SpanBatch? Peek()
    {
        lock (_lock)
        {
            return _closed.TryPeek(out SpanBatch? batch) ? batch : null;
        }
    }

    /// <summary>Gives the room of settled spans free.</summary>
    public void Settled(SpanBatch batch, int spans, long bytes)
    {
        lock (_lock)
        {
            _spans -= spans;
            _bytes -= bytes;
            _saidFull &= _spans > _options.MaxQueuedSpans / 2 || _bytes > _options.MaxQueuedBytes / 2;
        }
    }

    /// <summary>Removes the first batch, all of whose spans are settled.</summary>
    public void Dequeue()
    {
        SpanBatch batch;
        lock (_lock)
        {
            batch = _closed.Dequeue();
        }

        _storage.Return(batch.Buffer);
    }

    public int TakeSkipped() => 0;

    public void Dispose() => _timer.Dispose();

    private int Encode(HeapBatchBuffer buffer, SpanRecord record)
    {
        try
        {
            if (record.TraceId.IsEmpty || record.SpanId.IsEmpty)
            {
                // One span without an id would cost every other span of its request.
                throw new InvalidOperationException("it has no id");
            }

            return _format.Encode(buffer, record);
        }
        catch (Exception exception)
        {
            _counters.TurnAway(DropReason.EncodeError);
            if (!_saidFailed)
            {
                _saidFailed = true;
                LangfuseLog.EncodeFailed(_logger, "span", LangfuseEndpoint.Shorten(exception.Message));
            }

            return 0;
        }
    }

    private HeapBatchBuffer MoveToNext(HeapBatchBuffer buffer, int length)
    {
        HeapBatchBuffer next = _storage.Rent();
        buffer.GetFree(length)[..length].CopyTo(next.GetFree(length));
        Close();
        _timer.Change(_options.FlushInterval, Timeout.InfiniteTimeSpan);
        return _current = next;
    }

    private void Full()
    {
        _counters.TurnAway(DropReason.QueueFull);
        if (!_saidFull)
        {
            _saidFull = true;
            LangfuseLog.QueueFull(_logger, _spans, _bytes);
        }
    }

    private void Close()
    {
        if (_current is { Count: > 0 } buffer)
        {
            _closed.Enqueue(new SpanBatch(buffer, _time.GetTimestamp()));
            _current = null;
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _ready();
        }
    }
}

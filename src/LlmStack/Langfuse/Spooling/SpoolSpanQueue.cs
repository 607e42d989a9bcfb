using LlmStack.Tracing;

namespace LlmStack.Langfuse.Spooling;

/// <summary>Spans in the spool: encoded straight into the segment, sent from where they lie.</summary>
internal sealed class SpoolSpanQueue : IBatchQueue
{
    private readonly Spool _spool;
    private readonly SpanFormat _format;
    private readonly bool _closesAtTraceEnd;
    private readonly SinkCounters _counters;
    private readonly TimeProvider _time;
    private SpanBatch? _current;

    public SpoolSpanQueue(Spool spool, SpanFormat format, bool closesAtTraceEnd, TimeSpan maxAge, SinkCounters counters, TimeProvider time, Action ready, Action needsSpare)
    {
        _spool = spool;
        _format = format;
        _closesAtTraceEnd = closesAtTraceEnd;
        _counters = counters;
        _time = time;
        MaxAge = maxAge;
        spool.Attach(ready, needsSpare);
    }

    public TimeSpan MaxAge { get; }

    public long Spans => _spool.Pending.Records;

    public long Bytes => _spool.Pending.Bytes;

    public bool HasBatch => Peek() is not null;

    /// <summary>False for everything that is not a record of a segment in the end: the queue in memory keeps it, or says what is wrong with it.</summary>
    public bool TryAdd(SpanRecord record)
    {
        if (record.TraceId.IsEmpty || record.SpanId.IsEmpty)
        {
            return false;
        }

        SpoolWriter writer = _spool.Writer;
        lock (writer.Gate)
        {
            if (writer.Begin() is not { } buffer)
            {
                return false;
            }

            try
            {
                if (!writer.Commit(_format.Encode(buffer, record)))
                {
                    return false;
                }
            }
            catch (Exception)
            {
                return false;
            }

            _counters.Accept();
            if (_closesAtTraceEnd && record.IsTop)
            {
                writer.MakeDue();
            }

            return true;
        }
    }

    public SpanBatch? Peek()
    {
        if (_current is null && _spool.Reader.TryNext())
        {
            SpoolReader reader = _spool.Reader;

            // The lane thinks in timestamps, which do not survive a process.
            TimeSpan age = _time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(reader.NewestAt);
            _current = new SpanBatch(reader.Batch, _time.GetTimestamp() - (long)(age.TotalSeconds * _time.TimestampFrequency)) { IsRecovered = reader.IsRecovered };
        }

        return _current;
    }

    public void Settled(SpanBatch batch, int spans, long bytes) => _spool.Reader.SettleTo(batch.FirstOpen);

    public void Dequeue()
    {
        _spool.Reader.Release();
        _current = null;
    }

    public int TakeSkipped() => _spool.Reader.TakeSkipped();

    public long CloseBatch() => _spool.Writer.MakeDue();

    public void Stop() => _spool.Writer.Stop();

    public void Dispose()
    {
        if (_current is not null)
        {
            Dequeue();
        }

        _spool.Dispose();
    }
}

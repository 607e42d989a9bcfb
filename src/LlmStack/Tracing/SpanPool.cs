using System.Collections.Concurrent;

namespace LlmStack.Tracing;

/// <summary>Resting span records, bounded: a burst makes new ones and lets the surplus go.</summary>
internal sealed class SpanPool(int capacity)
{
    private readonly ConcurrentQueue<SpanRecord> _resting = new();
    private SpanRecord? _first;
    private int _count;

    public SpanRecord Rent()
    {
        SpanRecord? first = _first;
        if (first is not null && Interlocked.CompareExchange(ref _first, null, first) == first)
        {
            return first;
        }

        if (_resting.TryDequeue(out SpanRecord? record))
        {
            Interlocked.Decrement(ref _count);
            return record;
        }

        return new SpanRecord();
    }

    public void Return(SpanRecord record)
    {
        record.Reset();
        if (_first is null && Interlocked.CompareExchange(ref _first, record, null) is null)
        {
            return;
        }

        if (Interlocked.Increment(ref _count) <= capacity)
        {
            _resting.Enqueue(record);
        }
        else
        {
            Interlocked.Decrement(ref _count);
        }
    }
}

using LlmStack.Catalog;

namespace LlmStack.Tracing;

/// <summary>
/// Holds what sampling by the trace's id would leave out until the topmost span of the trace in this process ends; then the whole trace goes
/// on, or is counted as sampled out. What comes after a trace was kept goes on at once.
/// </summary>
/// <remarks>Bounded by spans, bytes and age: beyond a bound the oldest trace is decided by what is known of it.</remarks>
internal sealed class TailBuffer(TailSamplingOptions options, TimeProvider time, SinkSet sinks, LeftOut leftOut, Action<SpanRecord> giveBack)
{
    private const int RememberedTraces = 16 * 1024;
    private const int BytesPerItem = 512;
    private readonly Lock _lock = new();
    private readonly Dictionary<TraceId, WaitingTrace> _waiting = [];
    private readonly LinkedList<WaitingTrace> _oldestFirst = new();
    private readonly HashSet<TraceId> _kept = [];
    private readonly Queue<TraceId> _keptInOrder = new();
    private readonly long _maxAge = (long)(options.MaxAge.TotalSeconds * time.TimestampFrequency);
    private int _items;
    private long _bytes;

    /// <summary>Spans and scores that wait for a decision.</summary>
    public int Waiting => Volatile.Read(ref _items);

    /// <summary>Takes a finished span; true when it keeps the record, false when the span may go on to the sinks at once.</summary>
    public bool Take(SpanRecord record)
    {
        List<WaitingTrace>? decided = null;
        lock (_lock)
        {
            if (_kept.Contains(record.TraceId))
            {
                return false;
            }

            record.Detach();
            WaitingTrace trace = Of(record.TraceId);
            trace.Spans.Add(record);
            Add(trace, BytesPerItem + record.InputJson.Length + record.OutputJson.Length + record.MediaBytes);
            Judge(trace, record);

            // The topmost span of this process ends last, unless somebody did not wait for his work.
            if (record.Parent is null)
            {
                (decided = []).Add(Remove(trace));
            }

            Enforce(ref decided);
        }

        Decide(decided);
        return true;
    }

    /// <summary>Takes a score of a trace that is not kept by its id; false when it may go on to the sinks at once.</summary>
    public bool Take(in ScoreData score)
    {
        List<WaitingTrace>? decided = null;
        lock (_lock)
        {
            TraceId id = score.TraceId!.Value;
            if (_kept.Contains(id))
            {
                return false;
            }

            WaitingTrace trace = Of(id);
            trace.Scores.Add(score);
            Add(trace, BytesPerItem);
            Enforce(ref decided);
        }

        Decide(decided);
        return true;
    }

    /// <summary>Decides every trace that has waited too long, or all of them.</summary>
    public void Drain(bool all)
    {
        List<WaitingTrace>? decided = null;
        lock (_lock)
        {
            Enforce(ref decided);
            while (all && _oldestFirst.First is { } oldest)
            {
                (decided ??= []).Add(Remove(oldest.Value));
            }
        }

        Decide(decided);
    }

    private WaitingTrace Of(TraceId id)
    {
        if (!_waiting.TryGetValue(id, out WaitingTrace? trace))
        {
            trace = new WaitingTrace(id, time.GetTimestamp());
            trace.Node = _oldestFirst.AddLast(trace);
            _waiting.Add(id, trace);
        }

        return trace;
    }

    private void Add(WaitingTrace trace, long bytes)
    {
        trace.Bytes += bytes;
        _bytes += bytes;
        _items++;
    }

    private void Judge(WaitingTrace trace, SpanRecord record)
    {
        trace.Keep |= options.KeepErrors && record.Level == ObservationLevel.Error;
        if (options.KeepSlowerThan is { } slow && record.Parent is null)
        {
            trace.Keep |= record.EndUnixNanos - record.StartUnixNanos >= slow.Ticks * TimeSpan.NanosecondsPerTick;
        }

        if (options.KeepCostlierThan is { } costly && CostCalculator.TryCompute(record.Deployment?.Price, record.Usage, record.Billing, out CostAmounts cost))
        {
            trace.Cost += cost.Total;
            trace.Keep |= trace.Cost >= costly;
        }
    }

    private void Enforce(ref List<WaitingTrace>? decided)
    {
        long now = time.GetTimestamp();
        while (_oldestFirst.First is { Value: { } oldest } && (_items > options.MaxSpans || _bytes > options.MaxBytes || now - oldest.Since > _maxAge))
        {
            (decided ??= []).Add(Remove(oldest));
        }
    }

    private WaitingTrace Remove(WaitingTrace trace)
    {
        _waiting.Remove(trace.Id);
        _oldestFirst.Remove(trace.Node!);
        _items -= trace.Count;
        _bytes -= trace.Bytes;
        if (trace.Keep && _kept.Add(trace.Id))
        {
            _keptInOrder.Enqueue(trace.Id);
            if (_keptInOrder.Count > RememberedTraces)
            {
                _kept.Remove(_keptInOrder.Dequeue());
            }
        }

        return trace;
    }

    /// <summary>Outside the lock: sinks have locks of their own.</summary>
    private void Decide(List<WaitingTrace>? traces)
    {
        if (traces is null)
        {
            return;
        }

        foreach (WaitingTrace trace in traces)
        {
            if (!trace.Keep)
            {
                leftOut.CountSampledOut(trace.Count);
            }

            foreach (SpanRecord span in trace.Spans)
            {
                if (trace.Keep)
                {
                    sinks.Emit(new SpanData(span));
                }

                giveBack(span);
            }

            foreach (ScoreData score in trace.Keep ? trace.Scores : [])
            {
                sinks.Emit(score);
            }
        }
    }
}

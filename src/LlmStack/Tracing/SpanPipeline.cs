using System.Diagnostics.Metrics;

namespace LlmStack.Tracing;

/// <summary>
/// What every finished span passes once, whoever gets it afterwards: filters, masking, and the decision whether its trace is kept. Truncation
/// came before, while the content was written, so that memory stays bounded.
/// </summary>
internal sealed class SpanPipeline
{
    private readonly SinkSet _sinks;
    private readonly double _sampleRate;
    private readonly Func<SpanData, bool>[] _filters;
    private readonly SpanMasker? _masker;
    private readonly TailBuffer? _tail;

    /// <param name="sinks">Where spans go on to.</param>
    /// <param name="options">What is filtered, masked and kept.</param>
    /// <param name="time">The clock of waiting traces.</param>
    /// <param name="meters">Where the counters are published; null for nowhere.</param>
    /// <param name="giveBack">Takes a record back that had to wait.</param>
    public SpanPipeline(SinkSet sinks, TracingOptions options, TimeProvider time, IMeterFactory? meters, Action<SpanRecord> giveBack)
    {
        _sinks = sinks;
        _sampleRate = options.SampleRate;
        _filters = [.. options.Filters];
        _masker = options.Masking.IsActive ? new SpanMasker(options.Masking) : null;
        LeftOut = new LeftOut(meters);
        if (_sampleRate < 1 && options.Tail.IsActive && !sinks.IsEmpty)
        {
            _tail = new TailBuffer(options.Tail, time, sinks, LeftOut, giveBack);
        }
    }

    public LeftOut LeftOut { get; }

    /// <summary>Fields that could not be masked and were replaced as a whole.</summary>
    public long MaskFailures => _masker?.Failures ?? 0;

    /// <summary>Spans and scores that wait for the end of their trace.</summary>
    public int Waiting => _tail?.Waiting ?? 0;

    /// <summary>Whether a trace is recorded: because of its id, or because it may turn out to be one to keep.</summary>
    public bool Records(TraceId id) => _tail is not null || TraceSampling.Includes(id, _sampleRate);

    /// <summary>Filters and masks a span that has ended; false when sinks and activities must not see it as a span of its own.</summary>
    public bool Prepare(SpanRecord record)
    {
        if (_filters.Length > 0 && record.Sampled && !Passes(record))
        {
            LeftOut.CountFiltered();
            return false;
        }

        _masker?.Mask(record);
        return true;
    }

    /// <summary>Passes a prepared span on; true when the record has to wait and must not be used again yet.</summary>
    public bool Emit(SpanRecord record)
    {
        if (_tail is not null && !TraceSampling.Includes(record.TraceId, _sampleRate) && _tail.Take(record))
        {
            return true;
        }

        _sinks.Emit(new SpanData(record));
        return false;
    }

    public void Emit(in ScoreData score)
    {
        ScoreData masked = _masker?.Mask(score) ?? score;
        if (_tail is not null && score.TraceId is { } id && !TraceSampling.Includes(id, _sampleRate) && _tail.Take(masked))
        {
            return;
        }

        _sinks.Emit(masked);
    }

    /// <summary>Decides traces that have waited too long, or, when nothing more will come, all of them.</summary>
    public void Drain(bool all) => _tail?.Drain(all);

    private bool Passes(SpanRecord record)
    {
        var span = new SpanData(record);
        foreach (Func<SpanData, bool> filter in _filters)
        {
            try
            {
                if (!filter(span))
                {
                    return false;
                }
            }
            catch (Exception exception)
            {
                // A filter may guard what must not leave the process, so its failure closes.
                _sinks.Failed(filter, exception);
                return false;
            }
        }

        return true;
    }
}

using System.Diagnostics;
using System.Diagnostics.Metrics;
using LlmStack.Routing;
using Microsoft.Extensions.Logging;

namespace LlmStack.Tracing;

/// <summary>Opens scopes, makes the automatic spans of calls, and hands finished spans to every sink.</summary>
internal sealed class LlmTracer : ILlmTracer, IDisposable
{
    private static long _misuses;
    private readonly SinkSet _sinks;
    private readonly IScoreObserver[] _observers;
    private readonly TracingOptions _options;
    private readonly TimeProvider _time;
    private readonly SpanClock _clock;
    private readonly IdGenerator _ids;
    private readonly SpanPool _pool = new(TraceLimits.PooledSpans);
    private readonly TraceNames _names = new();
    private readonly ActivityTags _activityTags;
    private readonly SpanPipeline _pipeline;

    /// <param name="sinks">Where finished spans go.</param>
    /// <param name="scoreObservers">Who learns from scores in this process.</param>
    /// <param name="options">What traces contain.</param>
    /// <param name="time">Both clocks.</param>
    /// <param name="random">A seeded source when ids have to repeat; null for ids that differ from process to process.</param>
    /// <param name="logger">Where the first failure of a sink is said.</param>
    /// <param name="meters">Where counters are published; null for nowhere.</param>
    public LlmTracer(IEnumerable<ITraceSink> sinks, IEnumerable<IScoreObserver> scoreObservers, TracingOptions options, TimeProvider time, IRandomSource? random = null, ILogger<LlmTracer>? logger = null, IMeterFactory? meters = null)
    {
        _sinks = new SinkSet([.. sinks], logger, time);
        _observers = [.. scoreObservers];
        _options = options;
        _time = time;
        _clock = new SpanClock(time);
        _ids = new IdGenerator(random);
        _activityTags = new ActivityTags(options);
        _pipeline = new SpanPipeline(_sinks, options, time, meters, _pool.Return);
        Values = options.JsonTypeInfoResolver is null ? TraceValueWriter.Default : new TraceValueWriter(options.JsonTypeInfoResolver);
    }

    /// <summary>Uses of scopes after their end, since the process began.</summary>
    public static long MisuseCount => Interlocked.Read(ref _misuses);

    /// <summary>Exceptions thrown by sinks and score observers.</summary>
    public long SinkFailures => _sinks.Failures;

    /// <summary>What finished spans pass before the sinks.</summary>
    public SpanPipeline Pipeline => _pipeline;

    public TraceValueWriter Values { get; }

    public int MaxContentBytes => _options.MaxContentBytes;

    /// <summary>Whether a sink is active or somebody listens to the source: otherwise spans are not made at all.</summary>
    public bool IsActive => _options.Enabled && (!_sinks.IsEmpty || LlmActivitySource.Source.HasListeners());

    public static void CountMisuse() => Interlocked.Increment(ref _misuses);

    /// <summary>
    /// A span below the ambient one (or a root), not made ambient itself; null when nobody listens or the trace is sampled out.
    /// </summary>
    public SpanRecord? StartAutomatic(string name, ObservationType type, long startTimestamp)
    {
        if (!IsActive)
        {
            return null;
        }

        AmbientScope? ambient = AmbientScope.Current;
        var parent = SpanParent.Of(ambient);
        return Start(name, type, ambient?.Context ?? LlmContext.Empty, parent, startTimestamp, out _, out _, out _);
    }

    /// <summary>A span below <paramref name="parent"/>, possibly back-dated, not made ambient.</summary>
    public SpanRecord StartChild(SpanRecord parent, string name, ObservationType type, long startTimestamp)
    {
        var above = new SpanParent(parent.TraceId, parent.SpanId, parent, parent.Version, parent.Sampled, IsForeign: false);
        return Start(name, type, parent.Context, above, startTimestamp, out _, out _, out _) ?? throw new UnreachableException();
    }

    /// <summary>Makes <paramref name="record"/> ambient until the result is disposed; for attempts that run user code.</summary>
    /// <remarks>
    /// An async iterator loses what it made ambient at every <c>yield</c>, so a stream enters again around each step of the inner one.
    /// </remarks>
    public IDisposable Enter(SpanRecord record) => Enter(record, record.Context, record.TraceId, record.SpanId, record.Sampled, AmbientScope.Current);

    /// <summary>Ends a span: stamps, marks ancestors when it failed, emits to every sink, returns it to the pool.</summary>
    public void End(SpanRecord record, long endTimestamp)
    {
        lock (record)
        {
            if (!record.IsOpen)
            {
                CountMisuse();
                return;
            }

            record.IsOpen = false;
            record.Version++;
        }

        Finish(record, endTimestamp);
    }

    /// <summary>Ends the span of a scope, unless its handle is out of date.</summary>
    public void EndScope(SpanRecord record, int version)
    {
        lock (record)
        {
            if (record.Version != version)
            {
                CountMisuse();
                return;
            }

            record.IsOpen = false;
            record.Version++;
        }

        Finish(record, _time.GetTimestamp());
    }

    public TraceScope StartTrace(string name, TraceContext? context = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);

        // Below a span that has ended a trace begins anew: only work that nobody awaited still belongs to the old one.
        AmbientScope? ambient = AmbientScope.NearestOpen(AmbientScope.Current);
        bool nested = ambient is { IsTraceOpen: true };
        LlmContext outer = ambient?.Context ?? LlmContext.Empty;
        LlmContext merged = _names.Merge(outer, context, nested ? outer.TraceName ?? name : name);
        return new TraceScope(Open(name, ObservationType.Span, merged, ambient, nested ? SpanParent.Of(ambient) : SpanParent.OfCurrentActivity()));
    }

    public SpanScope StartSpan(string name, ObservationType type = ObservationType.Span)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        AmbientScope? ambient = AmbientScope.Current;
        return new SpanScope(Open(name, type, ambient?.Context ?? LlmContext.Empty, ambient, SpanParent.Of(ambient)));
    }

    /// <summary>Starts a span below <paramref name="parent"/>, whatever is ambient.</summary>
    public ScopeHandle StartSpan(AmbientScope parent, string name, ObservationType type)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        AmbientScope? ambient = AmbientScope.Current;
        LlmContext context = ambient is not null && ambient.TraceId == parent.TraceId ? ambient.Context : parent.Context;
        return Open(name, type, context, ambient, SpanParent.Of(parent));
    }

    public Task TraceAsync(string name, Func<TraceScope, Task> body, TraceContext? context = null)
    {
        ArgumentNullException.ThrowIfNull(body);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return Run();

        async Task Run()
        {
            using TraceScope trace = StartTrace(name, context);
            try
            {
                await body(trace).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                trace.Fail(exception);
                throw;
            }
        }
    }

    public Task<TResult> TraceAsync<TResult>(string name, Func<TraceScope, Task<TResult>> body, TraceContext? context = null)
    {
        ArgumentNullException.ThrowIfNull(body);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return Run();

        async Task<TResult> Run()
        {
            using TraceScope trace = StartTrace(name, context);
            try
            {
                return await body(trace).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                trace.Fail(exception);
                throw;
            }
        }
    }

    public void Score(in ScoreData score)
    {
        ScoreRules.Check(score);
        bool sampled = score.TraceId is not { } traceId || _pipeline.Records(traceId);
        Emit(score, sampled);
    }

    /// <summary>Passes a score on whose trace is known to be sampled or not.</summary>
    public void Score(in ScoreData score, bool sampled)
    {
        ScoreRules.Check(score);
        Emit(score, sampled);
    }

    public async ValueTask<FlushResult> FlushAsync(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        _pipeline.Drain(all: false);
        FlushResult result = await _sinks.FlushAsync(timeout, cancellationToken).ConfigureAwait(false);
        int waiting = _pipeline.Waiting;
        return waiting == 0 ? result : result with
        {
            Pending = result.Pending + waiting,
            Error = $"{(result.Error is { } error ? error + "; " : "")}{waiting} wait for the end of their trace, which decides whether it is kept",
        };
    }

    /// <summary>Nothing more will come: traces that still wait are decided by what is known of them.</summary>
    public void Dispose() => _pipeline.Drain(all: true);

    private static AmbientScope Enter(SpanRecord? record, LlmContext context, TraceId traceId, SpanId spanId, bool sampled, AmbientScope? ambient)
    {
        AmbientScope scope;
        if (record is { Activity: { } activity })
        {
            scope = new ActivityScope(context, record, activity, Activity.Current, ambient);
            Activity.Current = activity;
        }
        else
        {
            scope = new AmbientScope(context, record, traceId, spanId, sampled, ambient);
        }

        AmbientScope.Current = scope;
        return scope;
    }

    private ScopeHandle Open(string name, ObservationType type, LlmContext context, AmbientScope? ambient, in SpanParent parent)
    {
        if (IsActive)
        {
            SpanRecord? record = Start(name, type, context, parent, _time.GetTimestamp(), out TraceId traceId, out SpanId spanId, out bool sampled);
            return new ScopeHandle(this, record, Enter(record, context, traceId, spanId, sampled, ambient));
        }

        if (_options.Enabled && _observers.Length > 0)
        {
            // Nobody sees the span, but its scores need a target to be learned from.
            TraceId traceId = parent.TraceId.IsEmpty ? _ids.NextTraceId() : parent.TraceId;
            return new ScopeHandle(this, null, Enter(null, context, traceId, _ids.NextSpanId(), sampled: false, ambient));
        }

        return new ScopeHandle(this, null, ReferenceEquals(context, ambient?.Context ?? LlmContext.Empty) ? null : AmbientScope.Push(context));
    }

    private SpanRecord? Start(string name, ObservationType type, LlmContext context, in SpanParent parent, long startTimestamp, out TraceId traceId, out SpanId spanId, out bool sampled)
    {
        long startNanos = _clock.UnixNanos(startTimestamp);
        Activity? activity = LlmActivitySource.Source.HasListeners() ? ActivityBridge.Start(name, type, parent.TraceId, parent.SpanId, startNanos) : null;
        if (activity is not null)
        {
            traceId = TraceId.From(activity.TraceId);
            spanId = SpanId.From(activity.SpanId);
        }
        else
        {
            traceId = parent.TraceId.IsEmpty ? _ids.NextTraceId() : parent.TraceId;
            spanId = _ids.NextSpanId();
        }

        bool own = !parent.TraceId.IsEmpty && !parent.IsForeign;
        sampled = !_sinks.IsEmpty && (own ? parent.Sampled : _pipeline.Records(traceId));
        if (!sampled && activity is null && parent.Record is null)
        {
            return null;
        }

        SpanRecord record = _pool.Rent();
        record.Configure(_options.CaptureContent, _options.MaxContentBytes, Values);
        record.TraceId = traceId;
        record.SpanId = spanId;
        record.ParentSpanId = parent.SpanId;
        record.IsAppRoot = parent.IsForeign;
        record.Name = name;
        record.Type = type;
        record.Context = context;
        record.Parent = parent.Record;
        record.ParentVersion = parent.RecordVersion;
        record.Activity = activity;
        record.Sampled = sampled;
        record.IsOpen = true;
        record.StartTimestamp = startTimestamp;
        record.StartUnixNanos = startNanos;
        return record;
    }

    private void Finish(SpanRecord record, long endTimestamp)
    {
        record.EndTimestamp = Math.Max(endTimestamp, record.StartTimestamp);
        record.EndUnixNanos = record.StartUnixNanos + _clock.Nanos(record.EndTimestamp - record.StartTimestamp);
        if (record.FirstTokenTimestamp != 0)
        {
            record.FirstTokenUnixNanos = record.StartUnixNanos + _clock.Nanos(Math.Max(0, record.FirstTokenTimestamp - record.StartTimestamp));
        }

        if (record is { ErrorKind: not null, Level: ObservationLevel.Error })
        {
            MarkAncestors(record);
        }

        bool passes = _pipeline.Prepare(record);
        if (record.Activity is { } activity)
        {
            _activityTags.Write(activity, record);
            ActivityBridge.Stop(activity, record.EndUnixNanos);
        }

        if (!record.Sampled || !passes || !_pipeline.Emit(record))
        {
            _pool.Return(record);
        }
    }

    private static void MarkAncestors(SpanRecord failed)
    {
        SpanRecord? next = failed.Parent;
        int version = failed.ParentVersion;
        while (next is { } ancestor)
        {
            lock (ancestor)
            {
                if (ancestor.Version != version)
                {
                    return;
                }

                ancestor.Level = ObservationLevel.Error;
                ancestor.StatusMessage ??= failed.StatusMessage;
                version = ancestor.ParentVersion;
                next = ancestor.Parent;
            }
        }
    }

    private void Emit(in ScoreData score, bool sampled)
    {
        ScoreData complete = ScoreRules.Complete(score, _time);
        foreach (IScoreObserver observer in _observers)
        {
            try
            {
                observer.OnScore(complete);
            }
            catch (Exception exception)
            {
                _sinks.Failed(observer, exception);
            }
        }

        if (_options.Enabled && sampled)
        {
            _pipeline.Emit(complete);
        }
    }
}

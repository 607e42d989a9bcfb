using System.Diagnostics;
using System.Diagnostics.Metrics;
using LlmStack.Routing;
using LlmStack.Tracing.Media;
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
    private readonly RequiredContext? _required;
    private readonly TracePropagation _propagation;
    private readonly Lazy<FunctionInvocation> _functions;
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
        _required = options.RequiredContext.Count == 0 ? null : new RequiredContext(ContextFields.Of(options.RequiredContext), logger, meters?.Create(new MeterOptions(LlmActivitySource.Name)));
        _propagation = new TracePropagation(options, _names);
        _functions = new Lazy<FunctionInvocation>(() => new FunctionInvocation(this));
        _pipeline = new SpanPipeline(_sinks, options, time, meters, _pool.Return);
        Extractor = _sinks.MaxMediaBytes > 0 ? new MediaExtractor(_sinks.MaxMediaBytes) : null;
        Values = options.JsonTypeInfoResolver is null && Extractor is null ? TraceValueWriter.Default : new TraceValueWriter(options.JsonTypeInfoResolver, _sinks.MaxMediaBytes);
    }

    /// <summary>Uses of scopes after their end, since the process began.</summary>
    public static long MisuseCount => Interlocked.Read(ref _misuses);

    /// <summary>Exceptions thrown by sinks and score observers.</summary>
    public long SinkFailures => _sinks.Failures;

    /// <summary>What finished spans pass before the sinks.</summary>
    public SpanPipeline Pipeline => _pipeline;

    public TraceValueWriter Values { get; }

    /// <summary>The monotonic clock, in its own ticks.</summary>
    public long Now => _time.GetTimestamp();

    /// <summary>Takes files out of contents; null when no sink uploads them.</summary>
    public MediaExtractor? Extractor { get; }

    public int MaxContentBytes => _options.MaxContentBytes;

    /// <summary>Whether a sink is active or somebody listens to the source: otherwise spans are not made at all.</summary>
    public bool IsActive => _options.Enabled && (!_sinks.IsEmpty || LlmActivitySource.Source.HasListeners());

    /// <summary>The source from which Microsoft.Extensions.AI's function invocation is to make its activities, so that they become spans.</summary>
    public ActivitySource FunctionSource => _functions.Value.Source;

    /// <summary>The context in force; outside every scope, what came with the request that is being served.</summary>
    public LlmContext CurrentContext => _propagation.ContextOf(AmbientScope.Current);

    public static void CountMisuse() => Interlocked.Increment(ref _misuses);

    /// <summary>
    /// A span below the ambient one (or a root), not made ambient itself; null when nobody listens or the trace is sampled out.
    /// </summary>
    /// <param name="name">The span's name.</param>
    /// <param name="type">What it is.</param>
    /// <param name="startTimestamp">When it began.</param>
    /// <param name="context">Who calls.</param>
    /// <param name="operation">The operation in OpenTelemetry's words, when the span is a call.</param>
    public SpanRecord? StartAutomatic(string name, ObservationType type, long startTimestamp, LlmContext? context = null, string? operation = null)
    {
        if (!IsActive)
        {
            return null;
        }

        context ??= CurrentContext;
        var parent = SpanParent.Of(FunctionInvocation.Innermost(AmbientScope.Current));
        if (operation is not null)
        {
            _required?.Check(context);
        }

        Activity? twin = operation is not null && LlmActivitySource.Source.HasListeners() ? ForeignActivity.TwinOf(operation) : null;
        return Start(name, type, _propagation.Named(context, parent), parent, startTimestamp, out _, out _, out _, twin);
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
    public void EndScope(SpanRecord record, int version, DateTimeOffset? endTime = null)
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

        // A span given its start but no end ends now by the wall clock.
        long now = _time.GetTimestamp();
        record.EndUnixNanos = endTime is { } given ? Nanos(given) : record.IsBackdated ? _clock.UnixNanos(now) : 0;
        Finish(record, now);
    }

    public TraceScope StartTrace(string name, TraceContext? context = null, SpanOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);

        // Below a span that has ended a trace begins anew: only work that nobody awaited still belongs to the old one.
        AmbientScope? ambient = AmbientScope.NearestOpen(FunctionInvocation.Innermost(AmbientScope.Current));
        SpanParent? asked = TracePropagation.ParentOf(options);
        bool nested = asked is null && ambient is { IsTraceOpen: true };
        LlmContext outer = _propagation.ContextOf(ambient);
        LlmContext merged = _propagation.Read(_names.Merge(outer, context, nested ? outer.TraceName ?? name : name), options);
        return new TraceScope(Open(name, ObservationType.Span, merged, ambient, asked ?? (nested ? SpanParent.Of(ambient) : SpanParent.OfCurrentActivity()), options));
    }

    public SpanScope StartSpan(string name, ObservationType type = ObservationType.Span, SpanOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        AmbientScope? ambient = FunctionInvocation.Innermost(AmbientScope.Current);
        SpanParent parent = TracePropagation.ParentOf(options) ?? SpanParent.Of(ambient);
        return new SpanScope(Open(name, type, _propagation.Named(_propagation.ContextOf(ambient), parent), ambient, parent, options));
    }

    /// <summary>Starts a span below <paramref name="parent"/>, whatever is ambient.</summary>
    public ScopeHandle StartSpan(AmbientScope parent, string name, ObservationType type, SpanOptions? options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        AmbientScope? ambient = AmbientScope.Current;
        LlmContext context = ambient is not null && ambient.TraceId == parent.TraceId ? ambient.Context : parent.Context;
        return Open(name, type, context, ambient, TracePropagation.ParentOf(options) ?? SpanParent.Of(parent), options);
    }

    /// <summary>A moment below <paramref name="parent"/>, over at once and never ambient.</summary>
    public void AddEvent(AmbientScope parent, string name, object? input, object? output, ObservationLevel level)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        long now = _time.GetTimestamp();
        if (!IsActive || Start(name, ObservationType.Event, parent.Context, SpanParent.Of(parent), now, out _, out _, out _) is not { } record)
        {
            return;
        }

        record.Level = level;
        record.Show(input, output);
        End(record, now);
    }

    public TraceCarrier Inject() => _propagation.Inject(FunctionInvocation.Innermost(AmbientScope.Current));

    public Task TraceAsync(string name, Func<TraceScope, Task> body, TraceContext? context = null) => TraceBody.Run(this, name, body, context);

    public Task<TResult> TraceAsync<TResult>(string name, Func<TraceScope, Task<TResult>> body, TraceContext? context = null) => TraceBody.Run(this, name, body, context);

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

    public Uri? GetTraceUrl(TraceId traceId) => GetTraceUrl(traceId, LlmContext.Current.Project);

    public Uri? GetTraceUrl(TraceId traceId, string? project) => traceId.IsEmpty ? null : _sinks.GetUrl(traceId, project);

    public ValueTask<Uri?> GetTraceUrlAsync(TraceId traceId, CancellationToken cancellationToken = default) =>
        traceId.IsEmpty ? default : _sinks.GetUrlAsync(traceId, LlmContext.Current.Project, cancellationToken);

    /// <summary>Waits until what has ended is delivered, when the options ask for that; bounded, and silent when it fails.</summary>
    public ValueTask ExportAsync()
    {
        return _options.ExportMode == ExportMode.OnTraceEnd ? Wait() : ValueTask.CompletedTask;

        async ValueTask Wait() => await FlushAsync(_options.ExportTimeout).ConfigureAwait(false);
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

    public Task<ReplayResult> ReplayAsync(string path, IProgress<ReplayResult>? progress = null, CancellationToken cancellationToken = default) =>
        new ReplayRun(path, _sinks.WithoutFile(path), progress).RunAsync(cancellationToken);

    /// <summary>Nothing more will come: traces that still wait are decided by what is known of them.</summary>
    public void Dispose()
    {
        _pipeline.Drain(all: true);
        if (_functions.IsValueCreated)
        {
            _functions.Value.Dispose();
        }
    }

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

    private ScopeHandle Open(string name, ObservationType type, LlmContext context, AmbientScope? ambient, in SpanParent parent, SpanOptions? options = null)
    {
        if (IsActive)
        {
            SpanRecord? record = Start(name, type, context, parent, _time.GetTimestamp(), out TraceId traceId, out SpanId spanId, out bool sampled, startTime: options?.StartTime);
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

    private SpanRecord? Start(
        string name,
        ObservationType type,
        LlmContext context,
        in SpanParent parent,
        long startTimestamp,
        out TraceId traceId,
        out SpanId spanId,
        out bool sampled,
        Activity? twin = null,
        DateTimeOffset? startTime = null)
    {
        long startNanos = startTime is { } given ? Nanos(given) : _clock.UnixNanos(startTimestamp);
        Activity? activity = twin is null && LlmActivitySource.Source.HasListeners() ? ActivityBridge.Start(name, type, parent, startNanos) : null;
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
        if (!sampled && activity is null && twin is null && parent.Record is null)
        {
            return null;
        }

        SpanRecord record = _pool.Rent();
        record.Configure(_options.CaptureContent, _options.MaxContentBytes, Values, sampled ? Extractor : null);
        record.TraceId = traceId;
        record.SpanId = spanId;
        record.ParentSpanId = parent.SpanId;
        record.IsAppRoot = parent.IsHidden;
        record.Name = name;
        record.Type = type;
        record.Context = context;
        record.Parent = parent.Record;
        record.ParentVersion = parent.RecordVersion;
        record.Activity = activity;
        record.Twin = twin;
        record.Sampled = sampled;
        record.IsOpen = true;
        record.StartTimestamp = startTimestamp;
        record.StartUnixNanos = startNanos;
        record.IsBackdated = startTime is not null;
        return record;
    }

    private void Finish(SpanRecord record, long endTimestamp)
    {
        record.EndTimestamp = Math.Max(endTimestamp, record.StartTimestamp);

        // A scope may have been given its times; else the end is the start plus what the monotonic clock says.
        record.EndUnixNanos = record.EndUnixNanos != 0
            ? Math.Max(record.EndUnixNanos, record.StartUnixNanos)
            : record.StartUnixNanos + _clock.Nanos(record.EndTimestamp - record.StartTimestamp);
        if (record.FirstTokenTimestamp != 0)
        {
            record.FirstTokenUnixNanos = record.StartUnixNanos + _clock.Nanos(Math.Max(0, record.FirstTokenTimestamp - record.StartTimestamp));
        }

        if (record is { ErrorKind: not null, Level: ObservationLevel.Error })
        {
            FailedAncestors.Mark(record);
        }

        bool passes = _pipeline.Prepare(record);
        if (record.Activity is { } activity)
        {
            _activityTags.Write(activity, record);
            ActivityBridge.Stop(activity, record.EndUnixNanos);
        }
        else if (record.Twin is { IsStopped: false } twin)
        {
            ActivityTags.WriteMerged(twin, record);
        }

        if (!record.Sampled || !passes || !_pipeline.Emit(record))
        {
            _pool.Return(record);
        }
    }

    private static long Nanos(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;

    private void Emit(in ScoreData score, bool sampled)
    {
        ScoreData complete = ScoreRules.Complete(score, _time);
        ScoreObservers.Notify(_observers, complete, _sinks);
        if (_options.Enabled && sampled)
        {
            _pipeline.Emit(complete);
        }
    }
}

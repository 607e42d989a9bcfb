using System.Text;
using LlmStack.Diagnostics;
using LlmStack.Langfuse.Spooling;
using LlmStack.Tracing;
using LlmStack.Tracing.Media;
using Microsoft.Extensions.Logging;

namespace LlmStack.Langfuse;

/// <summary>Encodes spans at once into the batch that will be sent, and ships batches to a Langfuse-compatible endpoint.</summary>
internal sealed class LangfuseTraceSink : ITraceSink, ITraceSinkStatus, ITraceUrls, IMediaSink, IDisposable, IAsyncDisposable
{
    /// <summary>The named client; its whole resilience is Microsoft.Extensions.Http.Resilience's standard handler.</summary>
    public const string HttpClientName = "LlmStack.Langfuse";

    private readonly Lock _lock = new();
    private readonly LangfuseOptions _options;
    private readonly string[] _regions;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SpanLane _spans;
    private readonly ScoreLane _scores;
    private readonly MediaLane _media;
    private readonly SpoolLanes? _spool;
    private readonly ShippingLane[] _lanes;
    private readonly TraceUrls _urls;
    private readonly ExitDrain _exit;
    private Task? _disposal;

    public LangfuseTraceSink(LangfuseOptions options, TracingOptions tracing, IHttpClientFactory http, TimeProvider time, ILogger<LangfuseTraceSink> logger, LangfuseMetrics? metrics = null, IRandomSource? random = null)
    {
        _options = options;
        _regions = [.. options.Regions];
        _time = time;
        _logger = logger;
        var endpoint = new LangfuseEndpoint(options, http, time);
        _urls = new TraceUrls(endpoint, options.ProjectId);
        var notices = new DeliveryNotices();
        SpanCounters = new SinkCounters(metrics?.Delivered, metrics?.Dropped);
        MediaCounters = new SinkCounters(metrics?.MediaUploaded, metrics?.MediaDropped);
        DeliveryState State() => new(logger, random, notices);
        var format = SpanFormat.Create(options, tracing);
        var storage = new HeapBatchStorage(options.MaxBatchBytes);
        _spans = new SpanLane(options, format, endpoint, wake => new SpanQueue(options, format, tracing.ExportMode == ExportMode.OnTraceEnd, storage, SpanCounters, time, logger, wake), SpanCounters, State(), time, logger);
        _scores = new ScoreLane(endpoint, wake => new ScoreQueue(options, EnvironmentName.Normalize(tracing.Environment), ScoreCounters, time, logger, wake), ScoreCounters, State(), time, logger);
        _media = new MediaLane(options, endpoint, MediaCounters, State(), time, logger);
        _spool = SpoolLanes.TryOpen(options, tracing, endpoint, SpanCounters, ScoreCounters, State, time, logger);
        metrics?.Observe(_spans.Queue);
        if (_spool is not null)
        {
            metrics?.Observe(_spool);
        }

        _lanes = _spool is null ? [_spans, _scores, _media] : [_spool.Spans, _spool.Scores, _spans, _scores, _media];
        foreach (ShippingLane lane in _lanes)
        {
            lane.Start();
        }

        _exit = new ExitDrain(() => Bounded(FlushAsync(options.ShutdownTimeout).AsTask()), () => Bounded(DisposeAsync().AsTask()));
    }

    public SinkCounters SpanCounters { get; }

    public SinkCounters ScoreCounters { get; } = new();

    public SinkCounters MediaCounters { get; }

    public int MaxMediaBytes => _options.UploadMedia ? _options.MaxMediaBytes : 0;

    /// <summary>How delivery is going; the spans' trouble before the scores'.</summary>
    string? ITraceSinkStatus.PauseReason => Status is { IsHealthy: false } status ? status.LastError ?? "not delivering" : null;

    public long Delivered => SpanCounters.Delivered + ScoreCounters.Delivered + MediaCounters.Delivered;

    /// <summary>What was given up unanswered is among them: for all that is known it is lost.</summary>
    public long Dropped => SpanCounters.Lost + ScoreCounters.Lost + MediaCounters.Lost;

    public SinkStatus Status => Trouble(_spool?.Spans.State) ?? Trouble(_spans.State) ?? Trouble(_spool?.Scores.State) ?? Trouble(_scores.State) ?? _media.State.Status;

    /// <summary>The spool, when there is one and its directory can be used.</summary>
    internal SpoolLanes? Spool => _spool;

    public Uri? GetUrl(TraceId traceId, string? project) => _urls.Get(traceId);

    public ValueTask<Uri?> GetUrlAsync(TraceId traceId, string? project, CancellationToken cancellationToken) => _urls.GetAsync(traceId, cancellationToken);

    public bool AcceptsContentFrom(string region) => _regions.Length > 0 && SinkRegions.Contains(_regions, region);

    public void Emit(in SpanData span)
    {
        SpanRecord record = span.Record;
        Add(record);
        if (record.Media is { Count: > 0 } media && _options.UploadMedia)
        {
            _media.Queue.Add(record, media);
        }
    }

    public void Emit(in ScoreData score)
    {
        if (_spool is not null)
        {
            if (_spool.Scores.Queue.TryAdd(score))
            {
                return;
            }

            ScoreCounters.Bypass();
        }

        _scores.Queue.TryAdd(score);
    }

    public async ValueTask<FlushResult> FlushAsync(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        long deadline = _time.GetTimestamp() + (long)(Math.Max(0, timeout.TotalSeconds) * _time.TimestampFrequency);
        long[] marks = Array.ConvertAll(_lanes, static lane => lane.Mark());
        try
        {
            var waits = new Task[marks.Length];
            for (int i = 0; i < waits.Length; i++)
            {
                waits[i] = _lanes[i].WaitForAsync(marks[i], deadline);
            }

            await Task.WhenAll(waits).WaitAsync(timeout < TimeSpan.Zero ? TimeSpan.Zero : timeout, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            // What is still pending says so.
        }

        long pending = 0;
        for (int i = 0; i < marks.Length; i++)
        {
            pending += _lanes[i].PendingBefore(marks[i]);
        }

        return Result(pending);
    }

    /// <summary>Waits for delivery up to <see cref="LangfuseOptions.ShutdownTimeout"/>; what remains is counted as lost.</summary>
    public void Dispose() => Task.Run(() => DisposeAsync().AsTask()).GetAwaiter().GetResult();

    public ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            return new ValueTask(_disposal ??= ShutDownAsync());
        }
    }

    /// <summary>Whatever the clock is, the end of the process does not wait for longer.</summary>
    private void Bounded(Task task) => task.Wait(_options.ShutdownTimeout + TimeSpan.FromSeconds(1));

    private async Task ShutDownAsync()
    {
        _exit.Dispose();
        foreach (ShippingLane lane in _lanes)
        {
            lane.StopTaking();
        }

        FlushResult result = await FlushAsync(_options.ShutdownTimeout).ConfigureAwait(false);
        foreach (ShippingLane lane in _lanes)
        {
            await lane.StopAsync().ConfigureAwait(false);
        }

        long lost = _spans.DropRest() + _scores.DropRest() + _media.DropRest();
        if (lost > 0)
        {
            LangfuseLog.LostAtShutdown(_logger, lost, Status.LastError ?? result.Error ?? "the time for shutting down was over");
        }

        if (_spool is { Pending: > 0 and var kept })
        {
            LangfuseLog.SpoolKept(_logger, kept);
        }

        _spool?.Dispose();
        _spans.Queue.Dispose();
        _scores.Queue.Dispose();
        _spans.Dispose();
        _scores.Dispose();
        _media.Dispose();
    }

    private void Add(SpanRecord record)
    {
        if (_spool is not null)
        {
            if (_spool.Spans.Queue.TryAdd(record))
            {
                return;
            }

            SpanCounters.Bypass();
        }

        _spans.Queue.TryAdd(record);
    }

    private static SinkStatus? Trouble(DeliveryState? state) => state is { Status: { IsHealthy: false } status } ? status : null;

    private FlushResult Result(long pending)
    {
        long dropped = Dropped;
        string? error = null;
        if (pending > 0 || dropped > 0)
        {
            var text = new StringBuilder();
            SpanCounters.Describe(text, "spans");
            ScoreCounters.Describe(text, "scores");
            MediaCounters.Describe(text, "files");
            if (pending > 0)
            {
                text.Append(text.Length == 0 ? "" : "; ").Append(pending).Append(" pending");
            }

            if (Status.LastError is { } last)
            {
                text.Append("; ").Append(last);
            }

            error = text.ToString();
        }

        var result = new FlushResult(Delivered, dropped, pending, error);
        if (dropped == 0)
        {
            return result;
        }

        var reasons = new Dictionary<string, long>(StringComparer.Ordinal);
        SpanCounters.AddTo(reasons);
        ScoreCounters.AddTo(reasons);
        MediaCounters.AddTo(reasons);
        return result with { DroppedByReason = reasons };
    }
}

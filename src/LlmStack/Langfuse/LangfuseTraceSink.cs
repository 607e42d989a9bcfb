using System.Text;
using LlmStack.Diagnostics;
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
    private readonly TraceUrls _urls;
    private readonly ExitDrain _exit;
    private Task? _disposal;

    public LangfuseTraceSink(LangfuseOptions options, TracingOptions tracing, IHttpClientFactory http, TimeProvider time, ILogger<LangfuseTraceSink> logger, LangfuseMetrics? metrics = null, IRandomSource? random = null, IBatchStorage? storage = null)
    {
        _options = options;
        _regions = [.. options.Regions];
        _time = time;
        _logger = logger;
        var endpoint = new LangfuseEndpoint(options, http, time);
        _urls = new TraceUrls(endpoint, options.ProjectId);
        var notices = new DeliveryNotices();
        SpanCounters = new SinkCounters(metrics?.Delivered, metrics?.Dropped);
        _spans = new SpanLane(options, tracing, endpoint, storage ?? new HeapBatchStorage(options.MaxBatchBytes), SpanCounters, new DeliveryState(logger, random, notices), time, logger);
        _scores = new ScoreLane(options, tracing, endpoint, ScoreCounters, new DeliveryState(logger, random, notices), time, logger);
        MediaCounters = new SinkCounters(metrics?.MediaUploaded, metrics?.MediaDropped);
        _media = new MediaLane(options, endpoint, MediaCounters, new DeliveryState(logger, random, notices), time, logger);
        metrics?.Observe(_spans.Queue);
        _spans.Start();
        _scores.Start();
        _media.Start();
        _exit = new ExitDrain(() => Bounded(FlushAsync(options.ShutdownTimeout).AsTask()), () => Bounded(DisposeAsync().AsTask()));
    }

    public SinkCounters SpanCounters { get; }

    public SinkCounters ScoreCounters { get; } = new();

    public SinkCounters MediaCounters { get; }

    public int MaxMediaBytes => _options.UploadMedia ? _options.MaxMediaBytes : 0;

    /// <summary>How delivery is going; the spans' trouble before the scores'.</summary>
    string? ITraceSinkStatus.PauseReason => Status is { IsHealthy: false } status ? status.LastError ?? "not delivering" : null;

    public long Delivered => SpanCounters.Delivered + ScoreCounters.Delivered + MediaCounters.Delivered;

    public long Dropped => SpanCounters.Dropped + ScoreCounters.Dropped + MediaCounters.Dropped;

    public SinkStatus Status => _spans.State.Status is { IsHealthy: false } spans ? spans : _scores.State.Status is { IsHealthy: false } scores ? scores : _media.State.Status;

    public Uri? GetUrl(TraceId traceId, string? project) => _urls.Get(traceId);

    public ValueTask<Uri?> GetUrlAsync(TraceId traceId, string? project, CancellationToken cancellationToken) => _urls.GetAsync(traceId, cancellationToken);

    public bool AcceptsContentFrom(string region) => _regions.Length > 0 && SinkRegions.Contains(_regions, region);

    public void Emit(in SpanData span)
    {
        SpanRecord record = span.Record;
        _spans.Queue.Add(record);
        if (record.Media is { Count: > 0 } media && _options.UploadMedia)
        {
            _media.Queue.Add(record, media);
        }
    }

    public void Emit(in ScoreData score) => _scores.Queue.Add(score);

    public async ValueTask<FlushResult> FlushAsync(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        long deadline = _time.GetTimestamp() + (long)(Math.Max(0, timeout.TotalSeconds) * _time.TimestampFrequency);
        long spanMark = _spans.Queue.CloseBatch();
        long scoreMark = _scores.Queue.MakeDue();
        long mediaMark = _media.Queue.Mark();
        try
        {
            Task all = Task.WhenAll(_spans.WaitForAsync(spanMark, deadline), _scores.WaitForAsync(scoreMark, deadline), _media.WaitForAsync(mediaMark, deadline));
            await all.WaitAsync(timeout < TimeSpan.Zero ? TimeSpan.Zero : timeout, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            // What is still pending says so.
        }

        return Result(_spans.PendingBefore(spanMark) + _scores.PendingBefore(scoreMark) + _media.PendingBefore(mediaMark));
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
        _spans.Queue.Stop();
        _scores.Queue.Stop();
        _media.Queue.Stop();
        FlushResult result = await FlushAsync(_options.ShutdownTimeout).ConfigureAwait(false);
        await _spans.StopAsync().ConfigureAwait(false);
        await _scores.StopAsync().ConfigureAwait(false);
        await _media.StopAsync().ConfigureAwait(false);
        long lost = _spans.DropRest() + _scores.DropRest() + _media.DropRest();
        if (lost > 0)
        {
            LangfuseLog.LostAtShutdown(_logger, lost, Status.LastError ?? result.Error ?? "the time for shutting down was over");
        }

        _spans.Queue.Dispose();
        _scores.Queue.Dispose();
        _spans.Dispose();
        _scores.Dispose();
        _media.Dispose();
    }

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

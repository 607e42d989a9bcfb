using System.Diagnostics.Metrics;
using System.Text;
using LlmStack.Diagnostics;
using LlmStack.Tracing;
using Microsoft.Extensions.Logging;

namespace LlmStack.Langfuse;

/// <summary>Encodes spans at once into the batch that will be sent, and ships batches to a Langfuse-compatible endpoint.</summary>
internal sealed class LangfuseTraceSink : ITraceSink, ITraceSinkStatus, IDisposable, IAsyncDisposable
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
    private Task? _disposal;

    public LangfuseTraceSink(LangfuseOptions options, TracingOptions tracing, IHttpClientFactory http, TimeProvider time, ILogger<LangfuseTraceSink> logger, IMeterFactory? meters = null, IRandomSource? random = null, IBatchStorage? storage = null)
    {
        _options = options;
        _regions = [.. options.Regions];
        _time = time;
        _logger = logger;
        var endpoint = new LangfuseEndpoint(options, http, time);
        var notices = new DeliveryNotices();
        var metrics = new LangfuseMetrics(meters);
        SpanCounters = new SinkCounters(metrics.Delivered, metrics.Dropped);
        _spans = new SpanLane(options, tracing, endpoint, storage ?? new HeapBatchStorage(options.MaxBatchBytes), SpanCounters, new DeliveryState(logger, random, notices), time, logger);
        _scores = new ScoreLane(options, tracing, endpoint, ScoreCounters, new DeliveryState(logger, random, notices), time, logger);
        metrics.Observe(_spans.Queue);
        _spans.Start();
        _scores.Start();
    }

    public SinkCounters SpanCounters { get; }

    public SinkCounters ScoreCounters { get; } = new();

    /// <summary>How delivery is going; the spans' trouble before the scores'.</summary>
    string? ITraceSinkStatus.PauseReason => Status is { IsHealthy: false } status ? status.LastError ?? "not delivering" : null;

    public SinkStatus Status => _spans.State.Status.IsHealthy ? _scores.State.Status : _spans.State.Status;

    public bool AcceptsContentFrom(string region) => _regions.Length > 0 && SinkRegions.Contains(_regions, region);

    public void Emit(in SpanData span) => _spans.Queue.Add(span.Record);

    public void Emit(in ScoreData score) => _scores.Queue.Add(score);

    public async ValueTask<FlushResult> FlushAsync(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        long deadline = _time.GetTimestamp() + (long)(Math.Max(0, timeout.TotalSeconds) * _time.TimestampFrequency);
        long spanMark = _spans.Queue.CloseBatch();
        long scoreMark = _scores.Queue.MakeDue();
        try
        {
            Task all = Task.WhenAll(_spans.WaitForAsync(spanMark, deadline), _scores.WaitForAsync(scoreMark, deadline));
            await all.WaitAsync(timeout < TimeSpan.Zero ? TimeSpan.Zero : timeout, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            // What is still pending says so.
        }

        return Result(_spans.PendingBefore(spanMark) + _scores.PendingBefore(scoreMark));
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

    private async Task ShutDownAsync()
    {
        _spans.Queue.Stop();
        _scores.Queue.Stop();
        FlushResult result = await FlushAsync(_options.ShutdownTimeout).ConfigureAwait(false);
        await _spans.StopAsync().ConfigureAwait(false);
        await _scores.StopAsync().ConfigureAwait(false);
        long lost = _spans.DropRest() + _scores.DropRest();
        if (lost > 0)
        {
            LangfuseLog.LostAtShutdown(_logger, lost, Status.LastError ?? result.Error ?? "the time for shutting down was over");
        }

        _spans.Queue.Dispose();
        _scores.Queue.Dispose();
        _spans.Dispose();
        _scores.Dispose();
    }

    private FlushResult Result(long pending)
    {
        long dropped = SpanCounters.Dropped + ScoreCounters.Dropped;
        string? error = null;
        if (pending > 0 || dropped > 0)
        {
            var text = new StringBuilder();
            SpanCounters.Describe(text, "spans");
            ScoreCounters.Describe(text, "scores");
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

        return new FlushResult(SpanCounters.Delivered + ScoreCounters.Delivered, dropped, pending, error);
    }
}

using System.Diagnostics.Metrics;
using System.Text;
using LlmStack.Diagnostics;
using LlmStack.Langfuse.Spooling;
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
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SpanLane _spans;
    private readonly ScoreLane _scores;
    private readonly SpoolLanes? _spool;
    private readonly ShippingLane[] _lanes;
    private Task? _disposal;

    public LangfuseTraceSink(LangfuseOptions options, TracingOptions tracing, IHttpClientFactory http, TimeProvider time, ILogger<LangfuseTraceSink> logger, IMeterFactory? meters = null, IRandomSource? random = null)
    {
        _options = options;
        _time = time;
        _logger = logger;
        var endpoint = new LangfuseEndpoint(options, http, time);
        var notices = new DeliveryNotices();
        var metrics = new LangfuseMetrics(meters);
        SpanCounters = new SinkCounters(metrics.Delivered, metrics.Dropped);
        DeliveryState State() => new(logger, random, notices);
        var encoder = new OtlpSpanEncoder(tracing.Release, EnvironmentName.Normalize(tracing.Environment));
        var storage = new HeapBatchStorage(options.MaxBatchBytes);
        _spans = new SpanLane(options, endpoint, wake => new SpanQueue(options, encoder, storage, SpanCounters, time, logger, wake), SpanCounters, State(), time, logger);
        _scores = new ScoreLane(endpoint, wake => new ScoreQueue(options, EnvironmentName.Normalize(tracing.Environment), ScoreCounters, time, logger, wake), ScoreCounters, State(), time, logger);
        metrics.Observe(_spans.Queue);
        _spool = SpoolLanes.TryOpen(options, tracing, endpoint, SpanCounters, ScoreCounters, State, time, logger);
        if (_spool is not null)
        {
            metrics.ObserveSpool(_spool.Spans.Queue, _spool);
        }

        _lanes = _spool is null ? [_spans, _scores] : [_spool.Spans, _spool.Scores, _spans, _scores];
        foreach (ShippingLane lane in _lanes)
        {
            lane.Start();
        }
    }

    public SinkCounters SpanCounters { get; }

    public SinkCounters ScoreCounters { get; } = new();

    /// <summary>How delivery is going; the spans' trouble before the scores'.</summary>
    string? ITraceSinkStatus.PauseReason => Status is { IsHealthy: false } status ? status.LastError ?? "not delivering" : null;

    public SinkStatus Status => Trouble(_spool?.Spans.State) ?? Trouble(_spans.State) ?? Trouble(_spool?.Scores.State) ?? _scores.State.Status;

    /// <summary>The spool, when there is one and its directory can be used.</summary>
    internal SpoolLanes? Spool => _spool;

    public void Emit(in SpanData span)
    {
        if (_spool is not null)
        {
            if (_spool.Spans.Queue.TryAdd(span.Record))
            {
                return;
            }

            SpanCounters.Bypass();
        }

        _spans.Queue.TryAdd(span.Record);
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

    private async Task ShutDownAsync()
    {
        foreach (ShippingLane lane in _lanes)
        {
            lane.StopTaking();
        }

        FlushResult result = await FlushAsync(_options.ShutdownTimeout).ConfigureAwait(false);
        foreach (ShippingLane lane in _lanes)
        {
            await lane.StopAsync().ConfigureAwait(false);
        }

        long lost = _spans.DropRest() + _scores.DropRest();
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
    }

    private static SinkStatus? Trouble(DeliveryState? state) => state is { Status: { IsHealthy: false } status } ? status : null;

    private FlushResult Result(long pending)
    {
        long dropped = SpanCounters.Dropped + ScoreCounters.Dropped + SpanCounters.Unknown + ScoreCounters.Unknown;
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

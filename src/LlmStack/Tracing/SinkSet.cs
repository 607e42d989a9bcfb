using LlmStack.Tracing.Media;
using Microsoft.Extensions.Logging;

namespace LlmStack.Tracing;

/// <summary>Every sink, and the wall between what they throw and the caller.</summary>
internal sealed class SinkSet(ITraceSink[] sinks, ILogger? logger, TimeProvider time)
{
    private readonly HashSet<object> _reported = new(ReferenceEqualityComparer.Instance);
    private long _failures;

    public bool IsEmpty => sinks.Length == 0;

    /// <summary>The largest file that some sink uploads; 0 when none does.</summary>
    public int MaxMediaBytes { get; } = MaxMedia(sinks);

    public long Failures => Interlocked.Read(ref _failures);

    public void Emit(in SpanData span)
    {
        foreach (ITraceSink sink in sinks)
        {
            try
            {
                // Content of a call that was bound to a region stays in that region.
                sink.Emit(span.Record.BoundRegion is { } region && !sink.AcceptsContentFrom(region) ? new SpanData(span.Record.WithoutContent()) : span);
            }
            catch (Exception exception)
            {
                Failed(sink, exception);
            }
        }
    }

    public void Emit(in ScoreData score)
    {
        foreach (ITraceSink sink in sinks)
        {
            try
            {
                sink.Emit(score);
            }
            catch (Exception exception)
            {
                Failed(sink, exception);
            }
        }
    }

    /// <summary>Where a trace can be looked at; null when no sink knows.</summary>
    public async ValueTask<Uri?> GetUrlAsync(TraceId traceId, string? project, CancellationToken cancellationToken)
    {
        foreach (ITraceSink sink in sinks)
        {
            if (sink is ITraceUrls urls && await urls.GetUrlAsync(traceId, project, cancellationToken).ConfigureAwait(false) is { } url)
            {
                return url;
            }
        }

        return null;
    }

    /// <summary>The same, as far as it is known without asking the server.</summary>
    public Uri? GetUrl(TraceId traceId, string? project)
    {
        foreach (ITraceSink sink in sinks)
        {
            if (sink is ITraceUrls urls && urls.GetUrl(traceId, project) is { } url)
            {
                return url;
            }
        }

        return null;
    }

    /// <summary>The sinks without one that writes this file.</summary>
    public SinkSet WithoutFile(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        string full = Path.GetFullPath(path);
        return new SinkSet([.. sinks.Where(sink => sink is not JsonLinesTraceSink lines || lines.FullPath != full)], logger, time);
    }

    /// <summary>Counts what a sink or an observer threw, and says it once for each of them.</summary>
    public void Failed(object receiver, Exception exception)
    {
        Interlocked.Increment(ref _failures);
        lock (_reported)
        {
            if (!_reported.Add(receiver))
            {
                return;
            }
        }

        if (logger is not null)
        {
            TracingLog.ReceiverFailed(logger, exception, receiver.GetType().Name);
        }
    }

    /// <summary>Flushes all sinks side by side; the sums of their results, their errors joined.</summary>
    public async ValueTask<FlushResult> FlushAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(timeout, TimeSpan.Zero);
        var flushes = new Task<FlushResult>[sinks.Length];
        for (int i = 0; i < sinks.Length; i++)
        {
            flushes[i] = FlushAsync(sinks[i], timeout, cancellationToken);
        }

        long delivered = 0;
        long dropped = 0;
        long pending = 0;
        Dictionary<string, long>? reasons = null;
        List<string>? errors = null;
        foreach (FlushResult result in await Task.WhenAll(flushes).ConfigureAwait(false))
        {
            delivered += result.Delivered;
            dropped += result.Dropped;
            pending += result.Pending;
            foreach ((string reason, long count) in result.DroppedByReason)
            {
                reasons ??= new Dictionary<string, long>(StringComparer.Ordinal);
                reasons[reason] = reasons.GetValueOrDefault(reason) + count;
            }

            if (result.Error is { } error)
            {
                (errors ??= []).Add(error);
            }
        }

        var sum = new FlushResult(delivered, dropped, pending, errors is null ? null : string.Join("; ", errors));
        return reasons is null ? sum : sum with { DroppedByReason = reasons };
    }

    private static int MaxMedia(ITraceSink[] sinks)
    {
        int max = 0;
        foreach (ITraceSink sink in sinks)
        {
            max = Math.Max(max, sink is IMediaSink media ? media.MaxMediaBytes : 0);
        }

        return max;
    }

    private async Task<FlushResult> FlushAsync(ITraceSink sink, TimeSpan timeout, CancellationToken cancellationToken)
    {
        string name = sink.GetType().Name;
        try
        {
            return await sink.FlushAsync(timeout, cancellationToken).AsTask().WaitAsync(timeout, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return new FlushResult(0, 0, 1, $"{name} did not answer within {timeout}");
        }
        catch (OperationCanceledException)
        {
            return new FlushResult(0, 0, 1, $"the flush of {name} was cancelled");
        }
        catch (Exception exception)
        {
            Failed(sink, exception);
            return new FlushResult(0, 0, 1, $"{name}: {exception.Message}");
        }
    }
}

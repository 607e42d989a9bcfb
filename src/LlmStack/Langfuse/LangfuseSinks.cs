using System.Collections.Concurrent;
using LlmStack.Diagnostics;
using LlmStack.Tracing;
using LlmStack.Tracing.Media;
using Microsoft.Extensions.Logging;

namespace LlmStack.Langfuse;

/// <summary>
/// One sink for each project: a span or score goes to the one of its <see cref="LlmContext.Project"/>, and to no other. Each has its own
/// queue, credential and delivery, so trouble of one holds up nobody else.
/// </summary>
internal sealed class LangfuseSinks : ITraceSink, ITraceSinkStatus, ITraceUrls, IMediaSink, IDisposable, IAsyncDisposable
{
    /// <summary>Sinks that are made on demand, at most; a resolver that knows everybody would otherwise grow without a bound.</summary>
    public const int MaxProjects = 1_000;

    private readonly ConcurrentDictionary<string, LangfuseTraceSink?> _byProject = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private readonly LangfuseOptions _options;
    private readonly Func<LangfuseOptions, LangfuseTraceSink> _create;
    private readonly Func<string, LangfuseProjectOptions?>? _resolve;
    private readonly LangfuseTraceSink? _default;
    private readonly SinkCounters _strangers;
    private readonly ILogger _logger;
    private int _resolved;
    private int _saidUnknown;

    /// <param name="options">The default identity, perhaps without keys, and the projects.</param>
    /// <param name="create">Makes the sink of an identity.</param>
    /// <param name="resolve">Knows the credential of a project that the options do not name; null for nobody.</param>
    /// <param name="metrics">Counts what nobody takes.</param>
    /// <param name="logger">Says it once.</param>
    public LangfuseSinks(LangfuseOptions options, Func<LangfuseOptions, LangfuseTraceSink> create, Func<string, LangfuseProjectOptions?>? resolve, LangfuseMetrics? metrics, ILogger logger)
    {
        _options = options;
        _create = create;
        _resolve = resolve;
        _logger = logger;
        _strangers = new SinkCounters(droppedMetric: metrics?.Dropped);
        _default = options is { PublicKey.Length: > 0, SecretKey.Length: > 0 } ? create(options) : null;
        foreach ((string id, LangfuseProjectOptions project) in options.Projects)
        {
            _byProject[project.Project ?? id] = create(options.For(project));
        }
    }

    public int MaxMediaBytes => _options.UploadMedia ? _options.MaxMediaBytes : 0;

    public long Delivered => All().Sum(static sink => sink.Delivered);

    public long Dropped => _strangers.Dropped + All().Sum(static sink => sink.Dropped);

    public string? PauseReason
    {
        get
        {
            foreach (LangfuseTraceSink sink in All())
            {
                if (sink.Status is { IsHealthy: false } status)
                {
                    return status.LastError ?? "not delivering";
                }
            }

            return null;
        }
    }

    /// <summary>Each project's server has regions of its own, so <see cref="Emit(in SpanData)"/> decides.</summary>
    public bool AcceptsContentFrom(string region) => true;

    public void Emit(in SpanData span)
    {
        if (Of(span.Record.Context.Project) is { } sink)
        {
            sink.Emit(span.Record.BoundRegion is { } region && !sink.AcceptsContentFrom(region) ? new SpanData(span.Record.WithoutContent()) : span);
        }
        else
        {
            TurnAway(span.Record.Context.Project);
        }
    }

    public void Emit(in ScoreData score)
    {
        if (Of(score.Project) is { } sink)
        {
            sink.Emit(score);
        }
        else
        {
            TurnAway(score.Project);
        }
    }

    public Uri? GetUrl(TraceId traceId, string? project) => Of(project)?.GetUrl(traceId, project);

    public ValueTask<Uri?> GetUrlAsync(TraceId traceId, string? project, CancellationToken cancellationToken) => Of(project)?.GetUrlAsync(traceId, project, cancellationToken) ?? default;

    public ValueTask<FlushResult> FlushAsync(TimeSpan timeout, CancellationToken cancellationToken = default) => FlushAsync([.. All()], timeout, cancellationToken);

    public void Dispose() => Task.Run(() => DisposeAsync().AsTask()).GetAwaiter().GetResult();

    public async ValueTask DisposeAsync() => await Task.WhenAll(All().Select(static sink => sink.DisposeAsync().AsTask())).ConfigureAwait(false);

    private async ValueTask<FlushResult> FlushAsync(LangfuseTraceSink[] all, TimeSpan timeout, CancellationToken cancellationToken)
    {
        FlushResult[] results = await Task.WhenAll(all.Select(sink => sink.FlushAsync(timeout, cancellationToken).AsTask())).ConfigureAwait(false);
        var reasons = new Dictionary<string, long>(StringComparer.Ordinal);
        _strangers.AddTo(reasons);
        long delivered = 0;
        long dropped = _strangers.Dropped;
        long pending = 0;
        List<string> errors = dropped == 0 ? [] : [$"{dropped} dropped (no_project)"];
        foreach (FlushResult result in results)
        {
            delivered += result.Delivered;
            dropped += result.Dropped;
            pending += result.Pending;
            foreach ((string reason, long count) in result.DroppedByReason)
            {
                reasons[reason] = reasons.GetValueOrDefault(reason) + count;
            }

            if (result.Error is { } error)
            {
                errors.Add(error);
            }
        }

        return new FlushResult(delivered, dropped, pending, errors.Count == 0 ? null : string.Join("; ", errors)) { DroppedByReason = reasons };
    }

    private IEnumerable<LangfuseTraceSink> All()
    {
        if (_default is not null)
        {
            yield return _default;
        }

        foreach (LangfuseTraceSink? sink in _byProject.Values)
        {
            if (sink is not null && !ReferenceEquals(sink, _default))
            {
                yield return sink;
            }
        }
    }

    private LangfuseTraceSink? Of(string? project)
    {
        if (string.IsNullOrEmpty(project))
        {
            return _default;
        }

        return _byProject.TryGetValue(project, out LangfuseTraceSink? known) ? known : Add(project);
    }

    private LangfuseTraceSink? Add(string project)
    {
        LangfuseTraceSink? unknown = _options.UnknownProjects == UnknownProjectHandling.UseDefault ? _default : null;
        if (_resolve is null || Volatile.Read(ref _resolved) >= MaxProjects)
        {
            return unknown;
        }

        // One caller asks; the others wait for its answer rather than make a second sink.
        lock (_lock)
        {
            if (_byProject.TryGetValue(project, out LangfuseTraceSink? sink))
            {
                return sink;
            }

            try
            {
                sink = _resolve(project) is { } found ? _create(_options.For(found)) : unknown;
            }
            catch
            {
                _strangers.TurnAway(DropReason.NoProject);
                throw;
            }

            _resolved++;
            _byProject[project] = sink;
            return sink;
        }
    }

    private void TurnAway(string? project)
    {
        _strangers.TurnAway(DropReason.NoProject);
        if (Interlocked.Exchange(ref _saidUnknown, 1) == 0)
        {
            LangfuseLog.NoProject(_logger, project ?? "");
        }
    }
}

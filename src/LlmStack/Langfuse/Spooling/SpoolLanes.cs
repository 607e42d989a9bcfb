using LlmStack.Tracing;
using Microsoft.Extensions.Logging;

namespace LlmStack.Langfuse.Spooling;

/// <summary>The spool of one sink: a lane for spans, a lane for scores, and the thread that waits for the disk.</summary>
internal sealed class SpoolLanes
{
    private const int SmallestSegment = 64 * 1024;

    /// <summary>Each undelivered segment is an open file of the process.</summary>
    private const int MaxSegments = 1024;
    private readonly SpoolDirectory _directory;
    private readonly string[] _forms;
    private readonly SpoolKeeper _keeper;
    private readonly Spool[] _spools;

    private SpoolLanes(SpoolDirectory directory, string[] forms, SpoolKeeper keeper, Spool[] spools, SpanLane spans, ScoreLane scores)
    {
        _directory = directory;
        _forms = forms;
        _keeper = keeper;
        _spools = spools;
        Spans = spans;
        Scores = scores;
    }

    public SpanLane Spans { get; }

    public ScoreLane Scores { get; }

    /// <summary>Segments of other projects, servers and forms in the directory that no living process has. Asks the disk.</summary>
    public int Foreign => _directory.ForeignFiles(_forms);

    /// <summary>What the spool holds and nobody has delivered or dropped.</summary>
    public long Pending
    {
        get
        {
            long records = 0;
            foreach (Spool spool in _spools)
            {
                records += spool.Pending.Records;
            }

            return records;
        }
    }

    /// <summary>Whether what dead processes left at start was found.</summary>
    public bool HasScanned => Array.TrueForAll(_spools, static spool => spool.HasScanned);

    /// <summary>Whether the next segments are not ready yet.</summary>
    public bool NeedsSpare => Array.Exists(_spools, static spool => spool.Writer.NeedsSpare);

    /// <summary>Segments of spans that dead processes left and this one sends.</summary>
    public IReadOnlyCollection<SpoolSegment> AdoptedSpans => _spools[0].Reader.Adopted;

    /// <summary>Opens the spool; null, with a line that says why, when its directory cannot be used. Then everything is kept in memory, as without one.</summary>
    public static SpoolLanes? TryOpen(LangfuseOptions options, TracingOptions tracing, LangfuseEndpoint endpoint, SinkCounters spanCounters, SinkCounters scoreCounters, Func<DeliveryState> state, TimeProvider time, ILogger logger)
    {
        if (string.IsNullOrWhiteSpace(options.Spool.Directory))
        {
            return null;
        }

        try
        {
            return Open(options, tracing, endpoint, spanCounters, scoreCounters, state, time, logger);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            LangfuseLog.SpoolUnusable(logger, options.Spool.Directory, exception.Message);
            return null;
        }
    }

    /// <summary>Gives the disk up, after the lanes have stopped; what is undelivered stays there for the next process.</summary>
    public void Dispose()
    {
        _keeper.Dispose();
        Spans.Queue.Dispose();
        Scores.Queue.Dispose();
        Spans.Dispose();
        Scores.Dispose();
    }

    private static SpoolLanes Open(LangfuseOptions options, TracingOptions tracing, LangfuseEndpoint endpoint, SinkCounters spanCounters, SinkCounters scoreCounters, Func<DeliveryState> state, TimeProvider time, ILogger logger)
    {
        SpoolOptions spool = options.Spool;
        var identity = SpoolIdentity.Of(options.PublicKey!, endpoint.Traces);
        var directory = new SpoolDirectory(spool.Directory!, identity);
        if (directory.WasOpen)
        {
            LangfuseLog.SpoolWasOpen(logger, directory.Folder);
        }

        string? environment = EnvironmentName.Normalize(tracing.Environment);
        var format = SpanFormat.Create(options, tracing);
        var spanSettings = new SpoolSettings(identity, format.Name, spool.SegmentBytes, Math.Min(spool.MaxBytes, (long)MaxSegments * spool.SegmentBytes), spool.MaxAge, options.MaxBatchSpans, Math.Min(options.MaxBatchBytes, format.MaxBodyBytes), Spares: 2, options.FlushInterval);
        SpoolSettings scoreSettings = spanSettings with
        {
            Form = SpoolScoreQueue.Form,
            SegmentBytes = Math.Max(SmallestSegment, spool.SegmentBytes / 8),
            MaxBatchRecords = ScoreQueue.MaxBatch,
            MaxBatchBytes = ScoreQueue.MaxBatchBytes,
            Spares = 1,
        };
        Spool[] spools = [new Spool(spanSettings, directory, spanCounters, time, logger), new Spool(scoreSettings, directory, scoreCounters, time, logger)];
        string[] forms = [spanSettings.Form, scoreSettings.Form];
        int foreign = directory.ForeignFiles(forms);
        if (foreign > 0)
        {
            LangfuseLog.SpoolForeign(logger, foreign, spool.Directory!);
        }

        SpoolKeeper? keeper = null;
        void NeedsSpare() => keeper?.Wake();
        var spans = new SpanLane(options, format, endpoint, wake => new SpoolSpanQueue(spools[0], format, tracing.ExportMode == ExportMode.OnTraceEnd, spool.MaxAge, spanCounters, time, wake, NeedsSpare), spanCounters, state(), time, logger);
        var scores = new ScoreLane(endpoint, wake => new SpoolScoreQueue(spools[1], environment, spool.MaxAge, scoreCounters, time, wake, NeedsSpare), scoreCounters, state(), time, logger);
        keeper = new SpoolKeeper(spools, spool.SyncInterval, time, logger);
        return new SpoolLanes(directory, forms, keeper, spools, spans, scores);
    }
}

using Microsoft.Extensions.Logging;

namespace LlmStack.Langfuse;

/// <summary>The log messages of the sink; their ids are stable.</summary>
/// <remarks>
/// 3001 unreachable, 3002 reachable again, 3003 refused, 3004 wrong address, 3005 spans rejected, 3006 scores rejected, 3007 queue full,
/// 3008 a span or score could not be encoded, 3009 expired, 3010 too large, 3011 scores go one by one, 3012 lost at shutdown,
/// 3013 the sending loop failed, 3014 no credential for a project, 3015 a file could not be uploaded, 3016 the files' queue is full. Of the
/// spool: 3030 unusable, 3031 full, 3032 works again, 3033 recovered, 3034 damaged records, 3035 unreadable segments, 3036 foreign segments,
/// 3037 was open to others, 3038 kept at shutdown, 3039 tending it failed, 3040 removed by somebody else.
/// </remarks>
internal static partial class LangfuseLog
{
    [LoggerMessage(3001, LogLevel.Warning, "Traces cannot be delivered to {Url}: {Reason}. They are kept and sent again; said once until it works again.")]
    public static partial void Unreachable(ILogger logger, Uri url, string reason);

    [LoggerMessage(3002, LogLevel.Information, "Traces are delivered to {Url} again.")]
    public static partial void Recovered(ILogger logger, Uri url);

    [LoggerMessage(3003, LogLevel.Error, "The trace endpoint {Url} refuses the credential with status {Status}: wrong public or secret key, or keys of another host or region than LlmStack:Langfuse:BaseUrl names. Nothing is delivered; one try a minute. Said once until it works.")]
    public static partial void Refused(ILogger logger, Uri url, int status);

    [LoggerMessage(3004, LogLevel.Error, "The trace endpoint {Url} answers with status {Status}: LlmStack:Langfuse:BaseUrl is wrong, or the server does not take this format: set LlmStack:Langfuse:Format to IngestionBatch before Langfuse 3.22, to OpenTelemetry (the default) from then on. Nothing is delivered; one try a minute. Said once until it works.")]
    public static partial void WrongAddress(ILogger logger, Uri url, int status);

    [LoggerMessage(3005, LogLevel.Warning, "{Count} spans were rejected by {Url} with status {Status} and dropped: {Reason}")]
    public static partial void SpansRejected(ILogger logger, int count, Uri url, int status, string reason);

    [LoggerMessage(3006, LogLevel.Warning, "{Count} scores were rejected by {Url} with status {Status} and dropped: {Reason}")]
    public static partial void ScoresRejected(ILogger logger, int count, Uri url, int status, string reason);

    [LoggerMessage(3007, LogLevel.Warning, "The trace queue is full ({Spans} spans, {Bytes} bytes): further ones are dropped and counted until it drains.")]
    public static partial void QueueFull(ILogger logger, long spans, long bytes);

    [LoggerMessage(3008, LogLevel.Warning, "A {What} cannot be sent and was dropped: {Reason}. Said once.")]
    public static partial void EncodeFailed(ILogger logger, string what, string reason);

    [LoggerMessage(3009, LogLevel.Warning, "{Count} {What} were dropped: they could not be delivered within {MaxAge}.")]
    public static partial void Expired(ILogger logger, int count, string what, TimeSpan maxAge);

    [LoggerMessage(3010, LogLevel.Warning, "A {What} of {Bytes} bytes was dropped: it is too large for {Url}.")]
    public static partial void TooLarge(ILogger logger, string what, long bytes, Uri url);

    [LoggerMessage(3011, LogLevel.Information, "{Url} does not take batches of scores (status {Status}); they are sent one by one from now on.")]
    public static partial void ScoresOneByOne(ILogger logger, Uri url, int status);

    [LoggerMessage(3012, LogLevel.Warning, "{Count} spans and scores were lost at shutdown: {Reason}")]
    public static partial void LostAtShutdown(ILogger logger, long count, string reason);

    [LoggerMessage(3014, LogLevel.Warning, "Traces of the project '{Project}' are dropped and counted: no entry of LlmStack:Langfuse:Projects has its credential, and UnknownProjects is Drop. Said once, for whichever project came first.")]
    public static partial void NoProject(ILogger logger, string project);

    [LoggerMessage(3015, LogLevel.Warning, "A file of a trace could not be uploaded and was dropped: {Reason}. Said once.")]
    public static partial void MediaFailed(ILogger logger, string reason);

    [LoggerMessage(3016, LogLevel.Warning, "The queue of files to upload is full ({Files} files, {Bytes} bytes): further ones are dropped and counted until it drains.")]
    public static partial void MediaQueueFull(ILogger logger, int files, long bytes);

    [LoggerMessage(3030, LogLevel.Error, "LlmStack:Langfuse:Spool:Directory is '{Directory}', which cannot be used: {Reason}. Undelivered traces are kept in memory alone and do not survive the process.")]
    public static partial void SpoolUnusable(ILogger logger, string directory, string reason);

    [LoggerMessage(3031, LogLevel.Warning, "The spool {Folder} takes no more: {Reason}. Traces wait in memory until it does; said once until then.")]
    public static partial void SpoolFull(ILogger logger, string folder, string reason);

    [LoggerMessage(3032, LogLevel.Information, "The spool {Folder} takes traces again.")]
    public static partial void SpoolWorks(ILogger logger, string folder);

    [LoggerMessage(3033, LogLevel.Information, "{Count} undelivered records of earlier processes, in {Segments} segments, were found in the spool {Folder} and are sent.")]
    public static partial void SpoolRecovered(ILogger logger, long count, int segments, string folder);

    [LoggerMessage(3034, LogLevel.Warning, "{Count} records of the spool's segment {File} are damaged; they were skipped and counted as dropped.")]
    public static partial void SpoolDamaged(ILogger logger, int count, string file);

    [LoggerMessage(3035, LogLevel.Warning, "{Count} segments in the spool {Folder} cannot be read: their beginning is damaged or of another version. They are left alone and deleted when they are older than {MaxAge}; said once.")]
    public static partial void SpoolUnreadable(ILogger logger, int count, string folder, TimeSpan maxAge);

    [LoggerMessage(3036, LogLevel.Information, "{Count} segments in the spool directory {Directory} are of other projects, servers or formats. They are left alone until their own configuration comes back.")]
    public static partial void SpoolForeign(ILogger logger, int count, string directory);

    [LoggerMessage(3037, LogLevel.Warning, "The spool {Folder} was open to other users; it is closed to them now (mode 0700).")]
    public static partial void SpoolWasOpen(ILogger logger, string folder);

    [LoggerMessage(3038, LogLevel.Information, "{Count} undelivered spans and scores stay in the spool; the next process sends them.")]
    public static partial void SpoolKept(ILogger logger, long count);

    [LoggerMessage(3039, LogLevel.Error, "Tending the spool failed unexpectedly; it goes on.")]
    public static partial void SpoolKeeperFailed(ILogger logger, Exception exception);

    [LoggerMessage(3040, LogLevel.Error, "Somebody removed files of the spool {Folder} that are in use: what they hold is still sent, but does not survive this process. New ones are made; keep cleaners away from the directory.")]
    public static partial void SpoolRemoved(ILogger logger, string folder);

    [LoggerMessage(3013, LogLevel.Error, "Sending traces failed unexpectedly; it goes on.")]
    public static partial void LoopFailed(ILogger logger, Exception exception);
}

using Microsoft.Extensions.Logging;

namespace LlmStack.Tracing;

internal static partial class TracingLog
{
    [LoggerMessage(EventId = 4001, Level = LogLevel.Warning, Message = "{Receiver} threw while taking a span or a score. The data is lost there and counted; further failures of it are counted only.")]
    public static partial void ReceiverFailed(ILogger logger, Exception exception, string receiver);

    [LoggerMessage(EventId = 4002, Level = LogLevel.Warning, Message = "A call has no {Field} in its context, which Tracing:RequiredContext asks for: set it by StartTrace or LlmContext.Push. Further ones are counted only.")]
    public static partial void ContextMissing(ILogger logger, string field);
}

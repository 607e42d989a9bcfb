using Microsoft.Extensions.Logging;

namespace LlmStack.Tracing;

internal static partial class TracingLog
{
    [LoggerMessage(EventId = 4001, Level = LogLevel.Warning, Message = "{Receiver} threw while taking a span or a score. The data is lost there and counted; further failures of it are counted only.")]
    public static partial void ReceiverFailed(ILogger logger, Exception exception, string receiver);
}

using Microsoft.Extensions.Logging;

namespace LlmStack.Langfuse;

/// <summary>Turns answers into waits, and says each change of state once. One for each lane; touched by its loop only.</summary>
internal sealed class DeliveryState(ILogger logger, IRandomSource? random, DeliveryNotices notices)
{
    public static readonly TimeSpan RefusedPause = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);
    private int _failures;

    public SinkStatus Status { get; private set; } = SinkStatus.Healthy;

    public void Delivered(Uri url)
    {
        _failures = 0;
        if (!Status.IsHealthy)
        {
            Status = SinkStatus.Healthy;
            notices.Clear();
            LangfuseLog.Recovered(logger, url);
        }
    }

    /// <summary>What to wait before the same bytes are sent again.</summary>
    public TimeSpan Failed(Uri url, in Reply reply)
    {
        bool refused = reply.Kind is ReplyKind.Refused or ReplyKind.WrongAddress;
        bool was = Status.IsHealthy;
        Status = new SinkStatus(IsHealthy: false, refused, $"{url}: {reply.Reason}");
        if (refused)
        {
            if (notices.First(reply.Kind))
            {
                if (reply.Kind == ReplyKind.Refused)
                {
                    LangfuseLog.Refused(logger, url, reply.Status);
                }
                else
                {
                    LangfuseLog.WrongAddress(logger, url, reply.Status);
                }
            }

            return RefusedPause;
        }

        if (was)
        {
            LangfuseLog.Unreachable(logger, url, reply.Reason);
        }

        TimeSpan backoff = FirstWait * Math.Pow(2, Math.Min(_failures++, 10));
        backoff = backoff > LongestWait ? LongestWait : backoff;
        backoff *= 1 + (random is null ? 0 : 0.2 * random.NextDouble());
        return reply.RetryAfter is { } asked && asked > backoff ? asked : backoff;
    }
}

using System.Globalization;
using LlmStack.Routing;

namespace LlmStack.Calls;

/// <summary>Waits for a place at a deployment whose concurrency is limited.</summary>
internal sealed class AttemptQueue(TimeProvider time)
{
    private const int DefaultPriority = 4;

    /// <summary>Takes a place, waiting for it if need be; returns why there is none, or null.</summary>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public async ValueTask<LlmException?> EnterAsync(CallState state, Deployment deployment, int places)
    {
        if (deployment.Gate.TryEnter(places))
        {
            return null;
        }

        long started = time.GetTimestamp();
        bool entered = await deployment.Gate.EnterAsync(
            places,
            deployment.MaxQueue,
            state.Request.Routing?.Priority ?? DefaultPriority,
            LongestWait(state, started),
            time,
            state.Caller).ConfigureAwait(false);
        long waited = time.GetTimestamp() - started;
        state.QueuedTicks += waited;
        state.AttemptWait += time.GetElapsedTime(0, waited);
        return entered ? null : Refused(deployment, places, waited > 0);
    }

    private TimeSpan LongestWait(CallState state, long now)
    {
        TimeSpan longest = state.Policy.QueueTimeout;
        if (state.Deadline == long.MaxValue)
        {
            return longest;
        }

        TimeSpan left = time.GetElapsedTime(now, Math.Max(now, state.Deadline));
        return left < longest ? left : longest;
    }

    private static LlmException Refused(Deployment deployment, int places, bool waited)
    {
        string why = waited ? "no place became free in time (QueueTimeout, RequestTimeout or Deadline)" : $"its queue is full (MaxQueue {deployment.MaxQueue})";
        return new LlmException(LlmErrorKind.Overloaded, string.Create(CultureInfo.InvariantCulture, $"'{deployment.Id}' has {places} calls under way (MaxConcurrency), and {why}."))
        {
            Provider = deployment.Provider,

            // Waiting was what the queue was for; another deployment may still have room.
            Retryability = LlmRetryability.Elsewhere,
        };
    }
}

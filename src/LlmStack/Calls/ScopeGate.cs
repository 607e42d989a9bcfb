using LlmStack.Limits.Scopes;
using LlmStack.Routing;

namespace LlmStack.Calls;

/// <summary>Lets a call in under the limits that hold for it whoever serves, and waits where a limit says so.</summary>
internal sealed class ScopeGate(TimeProvider time)
{
    /// <summary>Somebody may have given way between a look and the wait for it: nobody waits longer without looking again.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    /// <summary>Takes the call up, if need be after a wait; returns why not, or null. Held until the call ends.</summary>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public ValueTask<LlmException?> EnterAsync(CallState state, CallScopes scopes)
    {
        ScopeRefusal refusal = scopes.Enter(state.Request, time.GetTimestamp());
        return refusal.Refuses ? WaitAsync(state, scopes, refusal) : default;
    }

    /// <summary>Waits until a deployment may be inside its limits again; false when the call may not wait.</summary>
    public async ValueTask<bool> WaitForDeploymentAsync(CallState state, CallScopes scopes)
    {
        ScopeRefusal refusal = scopes.ToWaitFor;
        return refusal.Refuses && await PauseAsync(state, scopes, refusal).ConfigureAwait(false);
    }

    private async ValueTask<LlmException?> WaitAsync(CallState state, CallScopes scopes, ScopeRefusal refusal)
    {
        while (await PauseAsync(state, scopes, refusal).ConfigureAwait(false))
        {
            ScopeCounter waitedAt = refusal.Counter!;
            refusal = scopes.Enter(state.Request, time.GetTimestamp());
            if (!ReferenceEquals(refusal.Counter, waitedAt))
            {
                // Done with it, one way or the other: there may be room for the next.
                waitedAt.WakeNext();
            }

            if (!refusal.Refuses)
            {
                return null;
            }
        }

        return new LlmException(refusal.Rule!.ErrorKind, ScopeText.Sentence(refusal), state.LastError) { RetryAfter = refusal.RetryAfter };
    }

    private async ValueTask<bool> PauseAsync(CallState state, CallScopes scopes, ScopeRefusal refusal)
    {
        long started = time.GetTimestamp();
        TimeSpan left = refusal.Rule!.MaxWait - time.GetElapsedTime(0, scopes.WaitedTicks);
        if (state.Deadline != long.MaxValue && time.GetElapsedTime(started, Math.Max(started, state.Deadline)) is var untilDeadline && untilDeadline < left)
        {
            left = untilDeadline;
        }

        if (left <= TimeSpan.Zero || refusal.Wait == ScopeRefusal.Never || (refusal.Wait != ScopeRefusal.UntilRelease && refusal.Wait > left))
        {
            return false;
        }

        state.Route.Details().LimitedBy = ScopeText.Subject(refusal);
        TimeSpan pause = refusal.Wait == ScopeRefusal.UntilRelease ? (left < LongestPause ? left : LongestPause) : refusal.Wait;
        ScopeCounter counter = refusal.Counter!;
        TaskCompletionSource waiter = counter.Wait();
        bool stopped = false;
        try
        {
            if (!scopes.StillRefuses(refusal, started))
            {
                return true;
            }

            await waiter.Task.WaitAsync(pause, time, state.Caller).ConfigureAwait(false);
            stopped = true;
        }
        catch (TimeoutException)
        {
            // The window has moved on, or it is time to look again.
        }
        finally
        {
            if (!stopped)
            {
                counter.StopWaiting(waiter);
            }

            long waited = time.GetTimestamp() - started;
            scopes.WaitedTicks += waited;
            state.QueuedTicks += waited;
            state.AttemptWait += time.GetElapsedTime(0, waited);
        }

        return true;
    }
}

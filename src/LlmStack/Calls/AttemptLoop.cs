using System.Runtime.CompilerServices;
using LlmStack.Calls.Plans;
using LlmStack.Routing;

namespace LlmStack.Calls;

/// <summary>Pick → attempt → classify → retry or fall back, until somebody has answered. The only retry loop in the product.</summary>
internal sealed class AttemptLoop(CallPlanner planner, ScopeGate gate, AttemptQueue queue, AttemptAccounting accounting, AttemptInvoker invoker, ParallelAttempts parallel, Cascades cascades, CallPreparation preparation, TimeProvider time)
{
    /// <summary>On return an attempt is still open: plain calls settle it at once, streams at their end.</summary>
    /// <exception cref="LlmException">Nobody could serve, or the attempts are used up.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<TResult> RunAsync<TOperation, TResult>(CallState state, TOperation operation)
        where TOperation : struct, ICallOperation<TResult>
    {
        bool waitedForRetry = false;
        bool first = state.Attempts == 0;
        if (first && state.Group.Classifier is not null)
        {
            await CallPreparation.ClassifyAsync(state).ConfigureAwait(false);
            first = false;
        }

        while (true)
        {
            if (state.Request.Scopes is { } scopes)
            {
                long started = state.QueuedTicks;
                if (await gate.EnterAsync(state, scopes).ConfigureAwait(false) is { } over)
                {
                    throw over;
                }

                first &= state.QueuedTicks == started;
                scopes.BeginPick();
            }

            long now = first ? state.Started : time.GetTimestamp();
            if (!first)
            {
                // Attempts and waits take time: cooldowns and windows have moved on since the last decision.
                state.Request = state.Request with { Timestamp = now };
            }

            first = false;
            CallDecision decision = waitedForRetry ? planner.AfterRetryWait(state) : planner.Next(state, now);
            waitedForRetry = false;
            if (decision.Failure is { } failure)
            {
                if (state.Request.Scopes is { } limits && state.LastError is null)
                {
                    if (failure.Kind == LlmErrorKind.LimitExceeded && await gate.WaitForDeploymentAsync(state, limits).ConfigureAwait(false))
                    {
                        // What was written down of the pick that found nobody is not what comes of the call.
                        state.Route.Details().Removals = null;
                        state.Route.Details().Candidates = null;
                        continue;
                    }

                    limits.NoteFailure(failure.Kind);
                }

                throw failure;
            }

            if (decision.Classifies)
            {
                await CallPreparation.ClassifyAsync(state).ConfigureAwait(false);
                continue;
            }

            if (decision.Member is not { } member)
            {
                await preparation.WaitAsync(state, decision.Wait).ConfigureAwait(false);
                waitedForRetry = state.AttemptsInGroup > 0;
                continue;
            }

            if (member.Deployment.MaxConcurrency is { } places)
            {
                if (await queue.EnterAsync(state, member.Deployment, places).ConfigureAwait(false) is { } refused)
                {
                    state.Note(refused, member.Deployment);
                    continue;
                }

                now = time.GetTimestamp();
            }

            CallAttempt attempt = state.Attempt;
            if (!accounting.TryBegin(state, attempt, member, now))
            {
                // Somebody else took the last place under the limit since the pick; the next pick sees it.
                continue;
            }

            planner.Begun(state, now);
            try
            {
                TOperation asked = operation;
                if (state.Rewrite is { } rewrite)
                {
                    Rewrite<TOperation, TResult>(ref asked, rewrite, attempt);
                }

                TResult result = ParallelAttempts.Apply(state)
                    ? await parallel.RunAsync<TOperation, TResult>(state, asked).ConfigureAwait(false)
                    : await invoker.InvokeAsync<TOperation, TResult>(state, attempt, asked).ConfigureAwait(false);
                attempt = state.Attempt;
                if (state.Group.PolicyFor(attempt.Member!.Deployment).Outcomes is { } rules && OutcomeCheck.FailureOf(rules, asked, result, attempt) is { } counted)
                {
                    if (planner.CanBeCured(state, counted.Kind))
                    {
                        await asked.DiscardAsync(result).ConfigureAwait(false);
                        throw counted;
                    }

                    attempt.CountsAs = counted;
                }

                // Of an answer whose beginning was delivered, the rest is not judged.
                if (state.Group.Plans?.Cascade is not { } cascade || state.Delivered.Length > 0)
                {
                    return result;
                }

                asked.Describe(result, ref attempt.Facts);
                if (CallPlanner.Better(state, cascade) is not { } better || await cascades.FindFaultAsync(state, attempt, cascade, result).ConfigureAwait(false) is not { } fault)
                {
                    return result;
                }

                await asked.DiscardAsync(result).ConfigureAwait(false);
                accounting.Rejected(state, attempt, fault, time.GetTimestamp());
                if (CallPlanner.Enter(state, better, rewrite: null))
                {
                    await CallPreparation.ClassifyAsync(state).ConfigureAwait(false);
                }
            }
            catch (Exception ex) when (state.Attempt.IsOpen)
            {
                accounting.Failed(state, state.Attempt, ex, time.GetTimestamp());
            }
        }
    }

    private static void Rewrite<TOperation, TResult>(ref TOperation asked, FallbackRewrite rewrite, CallAttempt attempt)
        where TOperation : struct, ICallOperation<TResult>
    {
        asked.Rewrite(rewrite);
        foreach (string change in rewrite.Changes)
        {
            attempt.Call.Report.AddChange(change);
        }
    }
}

using LlmStack.Health;
using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Calls.Plans;

/// <summary>Hedges and races: attempts beside each other, of which the first with an answer wins. The others are cancelled and recorded.</summary>
internal sealed class ParallelAttempts(CallPlanner planner, AttemptAccounting accounting, AttemptInvoker invoker, CallPreparation preparation, BackgroundCalls background, TimeProvider time)
{
    private const double Quantile = 0.95;

    /// <summary>So long a cancelled attempt may take to end before it is left behind: enough to close a connection and to say what was used.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(50);

    /// <summary>Whether a call may have several attempts at a time.</summary>
    public static bool Apply(CallState state) =>
        state.Group.Plans?.Parallel is { } plan && (plan.AllowProviderTools || !HasProviderTools(state.Request.Options));

    /// <summary>
    /// Goes on from the attempt that has begun. On return the winner is the call's attempt and still open; on a failure the one that
    /// failed last is, and every other one is settled.
    /// </summary>
    public async ValueTask<TResult> RunAsync<TOperation, TResult>(CallState state, TOperation operation)
        where TOperation : struct, ICallOperation<TResult>
    {
        ParallelPlan plan = state.Group.Plans!.Parallel!;
        var legs = new List<Leg<TResult>>(plan.Attempts) { Start<TOperation, TResult>(state, state.Attempt, operation) };
        bool mayAdd = true;
        while (true)
        {
            if (mayAdd && legs.Count < plan.Attempts && state.Attempts < state.Policy.MaxAttempts && DelayOf(plan, legs[0].Attempt.Member!.Deployment) is { } delay)
            {
                if (delay == TimeSpan.Zero || !await EndsWithinAsync(legs, delay, state.Caller).ConfigureAwait(false))
                {
                    mayAdd = TryAdd(state, plan, legs, operation);
                    continue;
                }
            }

            Leg<TResult> ended = await FirstAsync(legs).ConfigureAwait(false);
            legs.Remove(ended);
            bool won = ended.Task.IsCompletedSuccessfully;
            if (won || legs.Count == 0 || state.Caller.IsCancellationRequested)
            {
                await StopAsync(state, legs, operation).ConfigureAwait(false);
                state.Attempt = ended.Attempt;
                state.Route.Served = ended.Attempt.Member!.Deployment;
                return await ended.Task.ConfigureAwait(false);
            }

            // One that a time limit cancelled carries no exception.
            Exception thrown = ended.Task.Exception?.InnerException ?? new TaskCanceledException(ended.Task);
            accounting.FailedBeside(state, ended.Attempt, thrown, time.GetTimestamp());
            preparation.Return(ended.Attempt);
            mayAdd = false;
        }
    }

    private static bool HasProviderTools(ChatOptions? options)
    {
        for (int i = 0; i < (options?.Tools?.Count ?? 0); i++)
        {
            if (options!.Tools![i] is not AIFunctionDeclaration)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Null when too little is known of the deployment to call it slow.</summary>
    private TimeSpan? DelayOf(ParallelPlan plan, Deployment deployment)
    {
        if (plan.Delay is not null)
        {
            return plan.Delay;
        }

        double seconds = deployment.Health.Percentiles?.FirstToken.Quantile(Quantile, PercentileTracker.MinimumSamples, time.GetTimestamp(), time.TimestampFrequency) ?? double.NaN;
        return double.IsNaN(seconds) ? null : TimeSpan.FromSeconds(seconds);
    }

    private static async ValueTask<Leg<TResult>> FirstAsync<TResult>(List<Leg<TResult>> legs)
    {
        Task ended = await Task.WhenAny(legs.ConvertAll(static leg => leg.Task)).ConfigureAwait(false);
        return legs.Find(leg => leg.Task == ended)!;
    }

    private async ValueTask<bool> EndsWithinAsync<TResult>(List<Leg<TResult>> legs, TimeSpan delay, CancellationToken caller)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(caller);
        Task pause = Task.Delay(delay, time, stop.Token);
        Task ended = await Task.WhenAny([pause, .. legs.ConvertAll(static leg => leg.Task)]).ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
        return ended != pause || caller.IsCancellationRequested;
    }

    private bool TryAdd<TOperation, TResult>(CallState state, ParallelPlan plan, List<Leg<TResult>> legs, TOperation operation)
        where TOperation : struct, ICallOperation<TResult>
    {
        long now = time.GetTimestamp();
        state.Request = state.Request with { Timestamp = now };
        foreach (Leg<TResult> leg in legs)
        {
            state.NoteAsked(leg.Attempt.Member!.Deployment);
        }

        if (planner.Beside(state) is not { } member || plan.Share?.TryTake(now, time.TimestampFrequency) == false)
        {
            return false;
        }

        Deployment deployment = member.Deployment;
        if (deployment.MaxConcurrency is { } places && !deployment.Gate.TryEnter(places))
        {
            return false;
        }

        CallAttempt attempt = preparation.RentAttempt();
        if (!accounting.TryBegin(state, attempt, member, now))
        {
            preparation.Return(attempt);
            return false;
        }

        attempt.Role = plan.Role;
        legs.Add(Start<TOperation, TResult>(state, attempt, operation));
        return true;
    }

    private Leg<TResult> Start<TOperation, TResult>(CallState state, CallAttempt attempt, TOperation operation)
        where TOperation : struct, ICallOperation<TResult>
    {
        DetachableCapture? capture = null;
        if (attempt.Call.Capture.IsEnabled)
        {
            attempt.Call.Capture = capture = new DetachableCapture(attempt.Call.Capture);
        }

        return new(attempt, capture, StartAsync<TOperation, TResult>(state, attempt, operation));
    }

    /// <summary>What an adapter throws at once belongs to its attempt as well.</summary>
    private async Task<TResult> StartAsync<TOperation, TResult>(CallState state, CallAttempt attempt, TOperation operation)
        where TOperation : struct, ICallOperation<TResult> => await invoker.InvokeAsync<TOperation, TResult>(state, attempt, operation).ConfigureAwait(false);

    /// <summary>
    /// Cancels what is still under way, and records what it cost once its connection is closed. Nobody waits for an adapter that does not
    /// listen: what is left after a moment is recorded as cancelled, and its end is awaited in the background.
    /// </summary>
    private async ValueTask StopAsync<TOperation, TResult>(CallState state, List<Leg<TResult>> legs, TOperation operation)
        where TOperation : struct, ICallOperation<TResult>
    {
        if (legs.Count == 0)
        {
            return;
        }

        foreach (Leg<TResult> leg in legs)
        {
            leg.Attempt.Clock.Abort();
        }

        using (var stop = new CancellationTokenSource())
        {
            await Task.WhenAny(AllEndAsync(legs), Task.Delay(Grace, time, stop.Token)).ConfigureAwait(false);
            await stop.CancelAsync().ConfigureAwait(false);
        }

        foreach (Leg<TResult> leg in legs)
        {
            if (leg.Task.IsCompleted)
            {
                await EndAsync(leg, operation).ConfigureAwait(false);
                accounting.Overtaken(state, leg.Attempt, time.GetTimestamp());
                preparation.Return(leg.Attempt);
            }
            else
            {
                leg.Capture?.Detach();
                accounting.Overtaken(state, leg.Attempt, time.GetTimestamp());
                Leave(leg, operation);
            }
        }
    }

    private static async Task AllEndAsync<TResult>(List<Leg<TResult>> legs)
    {
        foreach (Leg<TResult> leg in legs)
        {
            await ((Task)leg.Task).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task EndAsync<TOperation, TResult>(Leg<TResult> leg, TOperation operation)
        where TOperation : struct, ICallOperation<TResult>
    {
        try
        {
            TResult late = await leg.Task.ConfigureAwait(false);
            operation.Describe(late, ref leg.Attempt.Facts);
            await operation.DiscardAsync(late).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // It was cancelled, or failed when it no longer mattered.
        }
    }

    /// <summary>The attempt's parts serve again only after its adapter has let go of them.</summary>
    private void Leave<TOperation, TResult>(Leg<TResult> leg, TOperation operation)
        where TOperation : struct, ICallOperation<TResult> =>
        background.TryRun(_ => EndAsync(leg, operation), () => preparation.Return(leg.Attempt));

    private sealed record Leg<TResult>(CallAttempt Attempt, DetachableCapture? Capture, Task<TResult> Task);
}

using LlmStack.Diagnostics;
using LlmStack.Routing;

namespace LlmStack.Calls;

/// <summary>Settles calls: their attempts, route, trace, telemetry. Each path settles exactly once.</summary>
internal sealed class CallAccounting(
    AttemptAccounting attempts,
    CallTrace trace,
    ITokenEstimator estimator,
    LikelyOutput likelyOutput,
    QualityObserver quality,
    AffinityStore affinities,
    CallTelemetry telemetry,
    TimeProvider time)
{
    /// <summary>Settles a call that succeeded.</summary>
    public void Succeeded(CallState state, long now)
    {
        CallAttempt attempt = state.Attempt;
        attempts.Succeeded(state, attempt, now);
        if (state.Request.EstimatedInputTokens > 0 && attempt.Facts.Usage is { InputTokenCount: > 0 } usage)
        {
            estimator.Observe(attempt.Member!.Deployment.Model, state.Request.EstimatedInputTokens, usage.InputTokenCount.Value);
            OutputExperience experience = likelyOutput.Of(state.Group, state.Request.Context.Feature);
            experience.Observe(usage.OutputTokenCount ?? 0);
            experience.ObserveCached(usage.CachedInputTokenCount ?? 0, usage.InputTokenCount.Value);
        }

        FillRoute(state, now);
        trace.Succeeded(state, now);
        string? toolCall = attempt.Facts.ToolCallId ?? (attempt.ToolCalls is [{ } call, ..] ? call.CallId : null);
        affinities.Served(state.Group, state.Request, attempt.Member!.Deployment, attempt.Facts.ConversationId, toolCall, now);
        quality.Served(state.Route, state.Request.Context.Feature);
        telemetry.CallFinished(new CallOutcome(state.Operation, state.Streaming, state.Route, state.WithEarlierUsage(attempt.Facts.Usage), null, Cancelled: false));
    }

    /// <summary>Settles a call that ended with an exception; returns the one to throw, which is often the same.</summary>
    public Exception Ended(CallState state, Exception thrown, long now)
    {
        switch (thrown)
        {
            case LlmException error:
                CallFailed(state, error, now);
                return error;
            case OperationCanceledException when state.Caller.IsCancellationRequested:
                CallCancelled(state, now);
                return thrown;
            default:
                return CallBroken(state, thrown, now);
        }
    }

    /// <summary>Settles a call that failed; its attempts are settled already.</summary>
    private void CallFailed(CallState state, LlmException error, long now)
    {
        FillRoute(state, now);
        error.Route = state.Route;
        trace.Failed(state, error, now);
        telemetry.CallFinished(new CallOutcome(state.Operation, state.Streaming, state.Route, error.Usage, error, Cancelled: false));
    }

    /// <summary>Something that is no failure of a provider, for instance a strategy or filter of the user's own that threw.</summary>
    private LlmException CallBroken(CallState state, Exception thrown, long now)
    {
        var error = new LlmException(LlmErrorKind.Unknown, $"The call of '{state.Route?.RequestedName}' failed outside a provider: {thrown.GetType().Name}: {thrown.Message}", thrown);
        attempts.Cancelled(state, state.Attempt, now);
        if (state.Route is not null)
        {
            CallFailed(state, error, now);
        }

        return error;
    }

    /// <summary>Settles a call that the caller cancelled, or a stream whose consumer broke off.</summary>
    public void CallCancelled(CallState state, long now)
    {
        bool wasUnderWay = attempts.Cancelled(state, state.Attempt, now) is not null;
        FillRoute(state, now);
        trace.Cancelled(state, wasUnderWay, now);
        telemetry.CallFinished(new CallOutcome(state.Operation, state.Streaming, state.Route, state.Attempt.Facts.Usage, null, Cancelled: true));
    }

    /// <summary>Settles a stream that was lost after its first content; returns what to throw.</summary>
    public LlmException StreamLost(CallState state, LlmException cause, string partialText, long now)
    {
        CallAttempt attempt = state.Attempt;
        if (attempt.IsOpen)
        {
            attempts.Close(state, attempt, cause, now);
        }

        var error = new LlmException(LlmErrorKind.StreamInterrupted, $"The stream of '{attempt.Member!.Deployment.Id}' was lost after its first content: {cause.Message}", cause)
        {
            Scope = cause.Scope,
            StatusCode = cause.StatusCode,
            ErrorCode = cause.ErrorCode,
            RequestId = cause.RequestId ?? attempt.Call.Report.RequestId,
            RetryAfter = cause.RetryAfter,
            Provider = cause.Provider ?? attempt.Member.Deployment.Provider,
            PartialText = partialText,
            Usage = cause.Usage ?? attempt.Facts.Usage,
        };
        CallFailed(state, error, now);
        return error;
    }

    private void FillRoute(CallState state, long now)
    {
        CallRoute route = state.Route;
        CallAttempt attempt = state.Attempt;
        route.Usage = attempt.Facts.Usage;
        route.RequestId = attempt.Call.Report.RequestId;
        route.Billing = attempt.Billing;
        route.SetTiming(
            time.GetElapsedTime(state.Started, now),
            time.GetElapsedTime(0, state.ProviderTicks),
            attempt.FirstTokenAt > 0 ? time.GetElapsedTime(state.Started, attempt.FirstTokenAt) : null,
            time.GetElapsedTime(0, state.ConnectTicks));
        if (state.CredentialTicks > 0)
        {
            route.Details().Credential = time.GetElapsedTime(0, state.CredentialTicks);
        }

        if (state.WaitedTicks > 0)
        {
            route.Details().RetryWait = time.GetElapsedTime(0, state.WaitedTicks);
        }

        if (state.QueuedTicks > 0)
        {
            route.Details().QueueWait = time.GetElapsedTime(0, state.QueuedTicks);
        }

        if (state.ConsumerTicks > 0)
        {
            route.Details().Consumer = time.GetElapsedTime(0, state.ConsumerTicks);
        }

        if (attempt.Call.Report.Changes is { } changes)
        {
            route.Details().Changes = changes;
        }
    }
}

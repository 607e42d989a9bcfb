using LlmStack.Diagnostics;
using LlmStack.Health;
using LlmStack.Limits;
using LlmStack.Providers;
using LlmStack.Routing;

namespace LlmStack.Calls;

/// <summary>Opens and settles attempts and calls: health, limits, route, trace, telemetry. Each path settles exactly once.</summary>
internal sealed class CallAccounting(
    CallPreparation preparation,
    CallTrace trace,
    HealthTracker health,
    IAdmission admission,
    ITokenEstimator estimator,
    LikelyOutput likelyOutput,
    QualityObserver quality,
    CallTelemetry telemetry,
    TimeProvider time)
{
    /// <summary>Opens an attempt; false when the deployment's limit was reached in the meantime.</summary>
    public bool BeginAttempt(CallState state, Member member, long now)
    {
        Deployment deployment = member.Deployment;
        var demand = new Demand(deployment, state.Request.Context, state.Request.EstimatedInputTokens, state.Request.LikelyOutputTokens, now);
        if (!admission.TryReserve(demand, out Reservation reservation).Admitted)
        {
            return false;
        }

        health.Started(deployment);
        state.Member = member;
        state.Reservation = reservation;
        state.InAttempt = true;
        state.AttemptStarted = now;
        if (state.Attempts++ == 0)
        {
            state.FirstAttemptStarted = now;
        }

        state.AttemptsInGroup++;
        state.Facts = default;
        state.ToolCalls = null;
        state.FirstTokenAt = 0;
        state.Text.Clear();
        state.Timeouts = TimeoutsOf(state, member);
        state.Route.Served = deployment;

        ProviderCall call = state.Call;
        call.Report.Reset();
        call.Model = deployment.Model;
        call.Info = deployment.Info;
        call.Credential = deployment.ProviderEntry!.Credentials.For(state.Request.Context)[0];
        call.Timeouts = state.Timeouts;
        trace.BeginAttempt(state);
        state.Clock.Begin(now, preparation.Ticks(state.Timeouts.Attempt), state.Deadline, state.Caller);
        if (state.Streaming)
        {
            state.Clock.Expect(TimeLimit.FirstToken, now, preparation.Ticks(state.Timeouts.FirstToken));
        }

        return true;
    }

    /// <summary>Settles a failed attempt. Throws when the caller cancelled.</summary>
    public void AttemptFailed(CallState state, Exception thrown, long now)
    {
        LlmException? error = FailureClassifier.Classify(state, thrown);
        if (error is null)
        {
            throw FailureClassifier.Cancelled(state, thrown);
        }

        CloseFailed(state, error, now);
        (state.History ??= new AttemptHistory()).Add(state.Member!.Deployment, refused: error.Retryability != LlmRetryability.Transient);
        if (error.Kind == LlmErrorKind.ContextWindowExceeded)
        {
            state.History.AddTooSmall(state.Member.Deployment.ContextWindow ?? state.Request.EstimatedInputTokens);
        }

        state.LastError = error;
        state.LastTransient = error.Retryability == LlmRetryability.Transient ? error : state.LastTransient;
        state.MostActionable = ErrorRanking.MostActionable(state.MostActionable, error);
        if (!state.Clock.End())
        {
            state.Clock.Renew();
        }
    }

    /// <summary>Settles a call that succeeded.</summary>
    public void Succeeded(CallState state, long now)
    {
        Deployment deployment = state.Member!.Deployment;
        ref ResultFacts facts = ref state.Facts;
        long output = facts.Usage?.OutputTokenCount ?? 0;
        long input = facts.Usage?.InputTokenCount ?? state.Request.EstimatedInputTokens;
        long firstToken = state.FirstTokenAt > 0 ? state.FirstTokenAt : now;
        long busy = now - state.AttemptStarted - state.ConsumerTicks;
        health.Succeeded(deployment, new AttemptSample(now, firstToken - state.AttemptStarted, busy, output, state.Streaming, input));
        admission.Settle(state.Reservation, new UsageAmounts(1, input, output, now));
        if (state.Request.EstimatedInputTokens > 0 && facts.Usage is { InputTokenCount: > 0 } usage)
        {
            estimator.Observe(deployment.Model, state.Request.EstimatedInputTokens, usage.InputTokenCount.Value);
            likelyOutput.Observe(state.Group.Name, state.Request.Context.Feature, output);
            likelyOutput.ObserveCached(state.Group.Name, state.Request.Context.Feature, usage.CachedInputTokenCount ?? 0, usage.InputTokenCount.Value);
        }

        health.Headroom(deployment, state.Call.Report.Headroom, now);
        state.InAttempt = false;
        state.ProviderTicks += busy;
        if (state.Attempts > 1 || state.WaitedTicks > 0)
        {
            AddAttempt(state, null, now);
        }

        FillRoute(state, now);
        trace.Succeeded(state, now);
        quality.Served(state.Route, state.Request.Context.Feature);
        telemetry.CallFinished(new CallOutcome(state.Operation, state.Streaming, state.Route, facts.Usage, null, Cancelled: false));
    }

    /// <summary>Settles a call that failed; its attempts are settled already.</summary>
    public void CallFailed(CallState state, LlmException error, long now)
    {
        FillRoute(state, now);
        error.Route = state.Route;
        trace.Failed(state, error, now);
        telemetry.CallFinished(new CallOutcome(state.Operation, state.Streaming, state.Route, error.Usage, error, Cancelled: false));
    }

    /// <summary>Something that is no failure of a provider, for instance a strategy or filter of the user's own that threw.</summary>
    public LlmException CallBroken(CallState state, Exception thrown, long now)
    {
        var error = new LlmException(LlmErrorKind.Unknown, $"The call of '{state.Route?.RequestedName}' failed outside a provider: {thrown.GetType().Name}: {thrown.Message}", thrown);
        CloseCancelled(state, now);
        if (state.Route is not null)
        {
            CallFailed(state, error, now);
        }

        return error;
    }

    /// <summary>Settles a call that the caller cancelled.</summary>
    public void CallCancelled(CallState state, long now)
    {
        CloseCancelled(state, now);
        FillRoute(state, now);
        trace.Cancelled(state, now);
        telemetry.CallFinished(new CallOutcome(state.Operation, state.Streaming, state.Route, state.Facts.Usage, null, Cancelled: true));
    }

    /// <summary>Settles a stream whose consumer broke off.</summary>
    public void Abandoned(CallState state, long now) => CallCancelled(state, now);

    /// <summary>Settles a stream that was lost after its first content; returns what to throw.</summary>
    public Exception StreamLost(CallState state, Exception thrown, long now)
    {
        LlmException? cause = FailureClassifier.Classify(state, thrown);
        if (cause is null)
        {
            CallCancelled(state, now);
            return FailureClassifier.Cancelled(state, thrown);
        }

        CloseFailed(state, cause, now);
        var error = new LlmException(LlmErrorKind.StreamInterrupted, $"The stream of '{state.Member!.Deployment.Id}' was lost after its first content: {cause.Message}", cause)
        {
            Scope = cause.Scope,
            StatusCode = cause.StatusCode,
            ErrorCode = cause.ErrorCode,
            RequestId = cause.RequestId ?? state.Call.Report.RequestId,
            RetryAfter = cause.RetryAfter,
            Provider = cause.Provider ?? state.Member.Deployment.Provider,
            PartialText = state.Text.ToString(),
            Usage = cause.Usage ?? state.Facts.Usage,
        };
        CallFailed(state, error, now);
        return error;
    }

    private static AttemptTimeouts TimeoutsOf(CallState state, Member member)
    {
        AttemptTimeouts timeouts = state.Group.PolicyFor(member.Deployment).Timeouts;
        return state.Request.Routing is { } routing && (routing.FirstTokenTimeout ?? routing.IdleTimeout) is not null
            ? new AttemptTimeouts(routing.FirstTokenTimeout ?? timeouts.FirstToken, routing.IdleTimeout ?? timeouts.Idle, timeouts.Attempt)
            : timeouts;
    }

    private void CloseFailed(CallState state, LlmException error, long now)
    {
        Deployment deployment = state.Member!.Deployment;
        AttemptReport report = state.Call.Report;
        long busy = now - state.AttemptStarted - state.ConsumerTicks;
        health.Failed(deployment, state.Group, error, new AttemptSample(now, busy, busy, 0, state.Streaming));
        health.Headroom(deployment, report.Headroom, now);
        bool sent = report.RequestSent || error.StatusCode is not null || error.Kind != LlmErrorKind.Network;
        admission.Settle(state.Reservation, new UsageAmounts(sent ? 1 : 0, error.Usage?.InputTokenCount ?? 0, error.Usage?.OutputTokenCount ?? 0, now));
        state.InAttempt = false;
        state.ProviderTicks += busy;
        CallTrace.AttemptFailed(state, AddAttempt(state, error, now), error, now);
    }

    private void CloseCancelled(CallState state, long now)
    {
        if (!state.InAttempt)
        {
            return;
        }

        health.Cancelled(state.Member!.Deployment);

        // User code does not say whether it has sent anything yet.
        bool sent = state.Call.Report.RequestSent || state.RunsUserCode;
        long input = state.Facts.Usage?.InputTokenCount ?? (sent ? state.Request.EstimatedInputTokens : 0);
        admission.Settle(state.Reservation, new UsageAmounts(sent ? 1 : 0, input, state.Facts.Usage?.OutputTokenCount ?? 0, now));
        state.InAttempt = false;
        state.ProviderTicks += now - state.AttemptStarted - state.ConsumerTicks;
        RouteAttempt attempt = AddAttempt(state, null, now);
        attempt.Error = LlmErrorKind.Cancelled;
        attempt.MayHaveBeenBilled = sent;
    }

    private RouteAttempt AddAttempt(CallState state, LlmException? error, long now)
    {
        Deployment deployment = state.Member!.Deployment;
        AttemptReport report = state.Call.Report;
        var attempt = new RouteAttempt(deployment.Id, deployment.Provider, deployment.Model, state.Group.Name)
        {
            Error = error?.Kind,
            StatusCode = error?.StatusCode ?? report.StatusCode,
            RequestId = error?.RequestId ?? report.RequestId,
            Message = error?.Message,
            Wait = state.AttemptWait,
            Duration = time.GetElapsedTime(state.AttemptStarted, now),
            FirstToken = state.FirstTokenAt > 0 ? time.GetElapsedTime(state.AttemptStarted, state.FirstTokenAt) : null,
            MayHaveBeenBilled = error is not null && report.RequestSent && error.StatusCode is null or 200,
        };
        state.AttemptWait = TimeSpan.Zero;
        state.Route.Add(attempt);
        return attempt;
    }

    private void FillRoute(CallState state, long now)
    {
        CallRoute route = state.Route;
        route.Usage = state.Facts.Usage;
        route.RequestId = state.Call.Report.RequestId;
        route.SetTiming(
            time.GetElapsedTime(state.Started, now),
            time.GetElapsedTime(0, state.ProviderTicks),
            state.FirstTokenAt > 0 ? time.GetElapsedTime(state.Started, state.FirstTokenAt) : null);
        if (state.WaitedTicks > 0)
        {
            route.Details().RetryWait = time.GetElapsedTime(0, state.WaitedTicks);
        }

        if (state.ConsumerTicks > 0)
        {
            route.Details().Consumer = time.GetElapsedTime(0, state.ConsumerTicks);
        }

        if (state.Call.Report.Changes is { } changes)
        {
            route.Details().Changes = changes;
        }
    }
}

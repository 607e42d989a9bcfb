using LlmStack.Health;
using LlmStack.Limits;
using LlmStack.Providers;
using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Calls;

/// <summary>Opens and settles attempts: health, limits, the attempt on the route, its span. Each attempt is settled exactly once.</summary>
internal sealed class AttemptAccounting(CallPreparation preparation, CallTrace trace, HealthTracker health, IAdmission admission, ITokenEstimator estimator, AttemptLedger ledger, TimeProvider time)
{
    /// <summary>
    /// Opens an attempt, for which a place is held where the deployment's concurrency is limited; false when its rate limit was reached in
    /// the meantime, and then the place is given back.
    /// </summary>
    public bool TryBegin(CallState state, CallAttempt attempt, Member member, long now)
    {
        Deployment deployment = member.Deployment;
        CredentialSet keys = KeyCooldowns.KeysOf(deployment, state.Request.Context);
        ICredential key = health.Choose(keys, deployment, now, keys.Count == 1 ? 0 : KeyRoom.Full(state.Request, deployment, keys, now, admission, health));
        var demand = new Demand(deployment, state.Request.Context, state.Request.EstimatedInputTokens, state.Request.LikelyOutputTokens, now)
        {
            Key = KeyCooldowns.HasOneKey(deployment) ? null : key.Id,
        };
        if (!admission.TryReserve(demand, out Reservation reservation).Admitted)
        {
            LeaveQueue(deployment);
            return false;
        }

        if (state.Request.Scopes is { } scopes && !scopes.TryReserve(attempt.Scoped, state.Request, deployment, now))
        {
            admission.Settle(reservation, new UsageAmounts(0, 0, 0, now));
            LeaveQueue(deployment);
            return false;
        }

        health.Started(deployment, key);
        health.Sent(deployment, key, state.Request.EstimatedInputTokens, now);
        attempt.Begin(member, reservation, now);
        if (state.Attempts++ == 0)
        {
            state.FirstAttemptStarted = now;
        }

        state.AttemptsInGroup++;
        attempt.Timeouts = TimeoutsOf(state, member);
        attempt.ConnectLimit = preparation.Ticks(attempt.Timeouts.Connect);
        state.Route.Served = deployment;

        ProviderCall call = attempt.Call;
        call.DeploymentId = deployment.Id;
        call.Model = deployment.Model;
        call.Info = deployment.Info;
        call.Api = deployment.Api;
        call.Credential = key;
        call.Timeouts = attempt.Timeouts;
        call.Report.ErrorPatterns = state.Snapshot.ErrorPatterns;
        SetFidelity(call, deployment.ProviderEntry!, state.Request.Routing);
        trace.BeginAttempt(state, attempt);
        ledger.Opened(state, attempt);
        attempt.Clock.Begin(now, preparation.Ticks(attempt.Timeouts.Attempt), state.Deadline, state.Caller);
        if (state.Streaming)
        {
            attempt.Clock.Expect(TimeLimit.FirstToken, now, preparation.Ticks(attempt.Timeouts.FirstToken));
        }

        return true;
    }

    private static void SetFidelity(ProviderCall call, ProviderEntry provider, RoutingOptions? wishes)
    {
        call.FieldPolicy = wishes is { UnsupportedFields: not UnsupportedFields.Default } ? wishes.UnsupportedFields : provider.FieldPolicy;
        call.RepairHistory = wishes?.RepairHistory ?? provider.RepairHistory;
        call.CacheBreakpoints = wishes?.CacheBreakpoints ?? provider.CacheBreakpoints;
        call.Headers = null;
    }

    /// <summary>Settles an attempt that failed, for the decision what comes next. Throws when the caller cancelled.</summary>
    public void Failed(CallState state, CallAttempt attempt, Exception thrown, long now)
    {
        LlmException? error = FailureClassifier.Classify(state, attempt, thrown);
        if (error is null)
        {
            throw FailureClassifier.Cancelled(state, thrown);
        }

        Close(state, attempt, error, now);
        state.Note(error, attempt.Member!.Deployment);
        if (!attempt.Clock.End())
        {
            attempt.Clock.Renew();
        }
    }

    /// <summary>Settles an attempt that failed while others go on, or that the caller has just cancelled, as the others will tell.</summary>
    public void FailedBeside(CallState state, CallAttempt attempt, Exception thrown, long now)
    {
        if (FailureClassifier.Classify(state, attempt, thrown) is not { } error)
        {
            Overtaken(state, attempt, now);
            return;
        }

        RouteAttempt entry = Close(state, attempt, error, now);
        trace.Overtaken(state, attempt, entry, error, now);
        state.Note(error, attempt.Member!.Deployment);
    }

    /// <summary>Settles an attempt whose answer a cascade rejected: the deployment did its part, and is paid.</summary>
    public void Rejected(CallState state, CallAttempt attempt, string fault, long now)
    {
        RouteAttempt entry = Settle(state, attempt, now);
        entry.Rejection = fault;
        trace.Overtaken(state, attempt, entry, null, now);
        state.NoteAsked(attempt.Member!.Deployment);
        if (!attempt.Clock.End())
        {
            attempt.Clock.Renew();
        }
    }

    /// <summary>Settles an attempt that another one's success has ended.</summary>
    public void Overtaken(CallState state, CallAttempt attempt, long now)
    {
        if (Cancelled(state, attempt, now) is { } entry)
        {
            trace.Overtaken(state, attempt, entry, null, now);
        }
    }

    /// <summary>Settles health, limits and route of a failed attempt.</summary>
    public RouteAttempt Close(CallState state, CallAttempt attempt, LlmException error, long now)
    {
        Deployment deployment = attempt.Member!.Deployment;
        AttemptReport report = attempt.Call.Report;
        long busy = now - attempt.Started - attempt.ConsumerTicks;
        health.Failed(deployment, state.Group, error, new AttemptSample(now, busy, busy, 0, state.Streaming), attempt.Call.Credential, state.KeysOf(deployment));
        health.Headroom(deployment, report.Headroom, now, attempt.Call.Credential);
        bool sent = report.RequestSent || error.StatusCode is not null || (error.Kind != LlmErrorKind.Network && attempt.Clock.Fired != TimeLimit.Connect);
        RouteAttempt entry = Add(state, attempt, error, now);
        admission.Settle(attempt.Reservation, new UsageAmounts(sent ? 1 : 0, entry.Usage?.InputTokenCount ?? 0, entry.Usage?.OutputTokenCount ?? 0, now));
        state.Request.Scopes?.Settle(attempt.Scoped, deployment, sent, entry.IsBilled, entry.Usage, entry.Billing);
        LeaveQueue(deployment);
        ledger.Ended(state, attempt, entry);
        attempt.IsOpen = false;
        state.CountTime(attempt, now);
        CallTrace.AttemptFailed(state, entry, error, now);
        return entry;
    }

    /// <summary>Settles an attempt that succeeded; its entry on the route is left out where it follows from the rest.</summary>
    public void Succeeded(CallState state, CallAttempt attempt, long now)
    {
        if (state.Attempts > 1 || state.WaitedTicks > 0 || state.QueuedTicks > 0 || state.Route.WrittenAttempts is not null)
        {
            Settle(state, attempt, now);
        }
        else
        {
            SettleResources(state, attempt, now);
        }
    }

    private RouteAttempt Settle(CallState state, CallAttempt attempt, long now)
    {
        SettleResources(state, attempt, now);
        return Add(state, attempt, null, now);
    }

    private void SettleResources(CallState state, CallAttempt attempt, long now)
    {
        Deployment deployment = attempt.Member!.Deployment;
        UsageDetails? usage = attempt.Facts.Usage;
        long output = usage?.OutputTokenCount ?? 0;
        long input = usage?.InputTokenCount ?? state.Request.EstimatedInputTokens;
        long firstToken = attempt.FirstTokenAt > 0 ? attempt.FirstTokenAt : now;
        long busy = now - attempt.Started - attempt.ConsumerTicks;
        var sample = new AttemptSample(now, firstToken - attempt.Started, busy, output, state.Streaming, input);
        if (attempt.CountsAs is { } counted)
        {
            health.Failed(deployment, state.Group, counted, sample, attempt.Call.Credential, state.KeysOf(deployment));
        }
        else
        {
            health.Succeeded(deployment, sample, attempt.Call.Credential);
        }

        admission.Settle(attempt.Reservation, new UsageAmounts(1, input, output, now));
        health.Headroom(deployment, attempt.Call.Report.Headroom, now, attempt.Call.Credential);
        LeaveQueue(deployment);
        attempt.IsOpen = false;
        attempt.Billing = AttemptBilling.TermsOf(state, attempt, time);
        ledger.Succeeded(state, attempt);
        state.Request.Scopes?.Settle(attempt.Scoped, deployment, sent: true, billed: true, usage, attempt.Billing);
        state.CountTime(attempt, now);
    }

    /// <summary>Settles an attempt that the caller, or another attempt's success, ended; null when it is settled already.</summary>
    public RouteAttempt? Cancelled(CallState state, CallAttempt attempt, long now)
    {
        if (!attempt.IsOpen)
        {
            return null;
        }

        Deployment deployment = attempt.Member!.Deployment;
        health.Cancelled(deployment, attempt.Started, attempt.Call.Credential);
        RouteAttempt entry = Add(state, attempt, null, now);
        entry.Error = LlmErrorKind.Cancelled;

        // User code that has the request does not say whether it has sent anything yet.
        entry.MayHaveBeenBilled = attempt.Call.Report.RequestSent || (attempt.RunsUserCode && attempt.HandedOver);
        Estimate(state, attempt, entry);
        entry.Billing = AttemptBilling.TermsOf(state, attempt, time, entry.IsUsageEstimated);
        admission.Settle(attempt.Reservation, new UsageAmounts(entry.MayHaveBeenBilled ? 1 : 0, entry.Usage?.InputTokenCount ?? 0, entry.Usage?.OutputTokenCount ?? 0, now));
        state.Request.Scopes?.Settle(attempt.Scoped, deployment, entry.MayHaveBeenBilled, entry.MayHaveBeenBilled, entry.Usage, entry.Billing);
        LeaveQueue(deployment);
        ledger.Ended(state, attempt, entry);
        attempt.IsOpen = false;
        state.CountTime(attempt, now);
        return entry;
    }

    private static void LeaveQueue(Deployment deployment)
    {
        if (deployment.MaxConcurrency is not null)
        {
            deployment.Gate.Leave();
        }
    }

    private static AttemptTimeouts TimeoutsOf(CallState state, Member member)
    {
        AttemptTimeouts timeouts = state.Group.PolicyFor(member.Deployment).Timeouts;
        return state.Request.Routing is { } routing && (routing.ConnectTimeout ?? routing.FirstTokenTimeout ?? routing.IdleTimeout ?? routing.AttemptTimeout) is not null
            ? new AttemptTimeouts(
                routing.ConnectTimeout ?? timeouts.Connect,
                routing.FirstTokenTimeout ?? timeouts.FirstToken,
                routing.IdleTimeout ?? timeouts.Idle,
                routing.AttemptTimeout ?? timeouts.Attempt)
            : timeouts;
    }

    private RouteAttempt Add(CallState state, CallAttempt attempt, LlmException? error, long now)
    {
        Deployment deployment = attempt.Member!.Deployment;
        AttemptReport report = attempt.Call.Report;
        var entry = new RouteAttempt(deployment, state.Group.Name)
        {
            Role = attempt.Role,
            Error = error?.Kind,
            StatusCode = error?.StatusCode ?? report.StatusCode,
            RequestId = error?.RequestId ?? report.RequestId,
            Message = error?.Message,
            Wait = state.AttemptWait,
            Duration = time.GetElapsedTime(attempt.Started, now),
            Credential = time.GetElapsedTime(0, attempt.CredentialTicks),
            Connect = time.GetElapsedTime(0, attempt.ConnectTicks),
            FirstToken = attempt.FirstTokenAt > 0 ? time.GetElapsedTime(attempt.Started, attempt.FirstTokenAt) : null,
            MayHaveBeenBilled = error is not null && report.RequestSent && error.StatusCode is null or 200,
            Usage = error?.Usage ?? attempt.Facts.Usage,
        };
        Estimate(state, attempt, entry);
        entry.Billing = attempt.Billing ??= AttemptBilling.TermsOf(state, attempt, time, entry.IsUsageEstimated);
        state.AttemptWait = TimeSpan.Zero;
        state.Route.Add(entry);
        return entry;
    }

    /// <summary>What a lost attempt was probably billed: the prompt, and the text that had arrived.</summary>
    private void Estimate(CallState state, CallAttempt attempt, RouteAttempt entry)
    {
        if (!entry.MayHaveBeenBilled || entry.Usage is not null)
        {
            return;
        }

        int input = state.Request.EstimatedInputTokens;
        if (input == 0 && state.Request.Messages is { } messages)
        {
            input = estimator.EstimateTokens(messages, state.Request.Options);
        }

        int output = attempt.Text.IsEmpty ? 0 : estimator.EstimateTokens(attempt.Text.ToString());
        entry.Usage = new UsageDetails { InputTokenCount = input, OutputTokenCount = output, TotalTokenCount = input + output };
        entry.IsUsageEstimated = true;
    }
}

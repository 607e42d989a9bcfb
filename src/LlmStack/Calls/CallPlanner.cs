using System.Text;
using LlmStack.Routing;
using LlmStack.Routing.Rules;

namespace LlmStack.Calls;

/// <summary>
/// Decides what a request does next. A move to a deployment not yet asked is immediate; other groups come before waiting; waiting
/// happens only when nobody else is left, within the retries, the longest wait and the deadline.
/// </summary>
internal sealed class CallPlanner(RoutingEngine engine, TimeProvider time, IRandomSource random)
{
    public CallDecision Next(CallState state, long now)
    {
        if (state.LastError is not null && (state.Attempts >= state.Policy.MaxAttempts || now >= state.Deadline))
        {
            return CallDecision.Fail(FinalError(state));
        }

        while (true)
        {
            if (state.ExplainsAll)
            {
                // Before the pick, which may take the right to probe.
                Explain(state, PickMode.Fresh);
            }

            bool leaveGroup = MustLeave(state);
            PickResult pick = leaveGroup
                ? new PickResult(PickStatus.Exhausted, null, TimeSpan.Zero, state.LastError!.Kind, null)
                : engine.Pick(state.Snapshot, state.Group, state.Request, state.History, PickMode.Fresh);
            if (pick.Member is not null && MayAsk(state, now))
            {
                return Ask(state, pick, PickMode.Fresh);
            }

            LlmException? failed = state.AttemptsInGroup > 0 || pick.Status == PickStatus.Exhausted ? state.LastError : null;
            List<ModelGroup> entered = state.EnteredGroups ??= [state.Group];
            if (FallbackPlanner.Next(state.Snapshot, state.Group, failed?.Kind ?? pick.Kind, failed?.StatusCode, state.Operation, state.Request.Routing, entered) is { } next)
            {
                if (Enter(state, next.Group, next.Rewrite))
                {
                    return CallDecision.Classify;
                }

                continue;
            }

            if (pick.Member is not null)
            {
                return CallDecision.Fail(FinalError(state));
            }

            bool askedBefore = state.LastRepeatable is not null && !leaveGroup && (state.AttemptsInGroup > 0 || pick.Status == PickStatus.Exhausted);
            return askedBefore ? Retry(state, now) : NobodyAsked(state, pick, now);
        }
    }

    /// <summary>The group that a rejected answer leads to; null when the request was there before, or its attempts are used up.</summary>
    public static ModelGroup? Better(CallState state, CascadePlan cascade)
    {
        List<ModelGroup> entered = state.EnteredGroups ??= [state.Group];
        ModelGroup better = state.Snapshot.Groups[cascade.EscalateTo];
        return state.Attempts < state.Policy.MaxAttempts
            && !entered.Contains(better)
            && RuleSet.TryFollow(state.Snapshot, better, state.Request) is { } target
            && !entered.Contains(target.Group)
            ? better
            : null;
    }

    /// <summary>
    /// Enters a group, or the one that its rules choose for this request. True when a classifier has to look at the request before a pick.
    /// </summary>
    public static bool Enter(CallState state, ModelGroup named, FallbackRewrite? rewrite)
    {
        (ModelGroup Group, RoutingRule? Rule)? found = RuleSet.TryFollow(state.Snapshot, named, state.Request);
        if (found is not { } target || !FallbackPlanner.IsOpen(state.Group, target.Group, state.Operation, state.EnteredGroups!))
        {
            // It serves no call like this one, so its list is as good as used up.
            state.EnteredGroups!.Add(named);
            return false;
        }

        if (target.Rule is { } rule)
        {
            state.EnteredGroups!.Add(named);
            state.Route.Details().Pool = rule.Id;
        }

        state.Enter(target.Group, rewrite);
        return target.Group.Classifier is not null;
    }

    /// <summary>Somebody healthy of the group whom this request has not asked, for an attempt beside another; null when there is nobody.</summary>
    public Member? Beside(CallState state)
    {
        PickResult pick = engine.Pick(state.Snapshot, state.Group, state.Request, state.History, PickMode.Fresh);
        return pick.Status == PickStatus.Picked ? pick.Member : null;
    }

    /// <summary>Whether somebody could still cure a kind of failure: a deployment of the group not asked yet, or a fallback. Moves nothing.</summary>
    public bool CanBeCured(CallState state, LlmErrorKind kind)
    {
        if (state.Attempts >= state.Policy.MaxAttempts)
        {
            return false;
        }

        List<ModelGroup> entered = state.EnteredGroups ??= [state.Group];
        if (FallbackPlanner.Next(state.Snapshot, state.Group, kind, status: null, state.Operation, state.Request.Routing, entered) is not null)
        {
            return true;
        }

        Deployment asked = state.Attempt.Member!.Deployment;
        return ErrorKindTraits.RetryabilityOf(kind) != LlmRetryability.Never && kind != LlmErrorKind.ContextWindowExceeded && engine.HasOther(state.Snapshot, state.Group, state.Request, state.History, asked);
    }

    /// <summary>
    /// What a member refused for good, its group would refuse as well, unless the user asked for repetitions; a prompt that was too long
    /// stays while a member with a larger window is left.
    /// </summary>
    private static bool MustLeave(CallState state)
    {
        if (state.AttemptsInGroup == 0 || state.LastError is not { } last || state.Group.PolicyFor(state.Attempt.Member!.Deployment).Errors[last.Kind].Retries > 0)
        {
            return false;
        }

        // After a prompt that was too long, the filters leave only members with more room.
        return last.Kind != LlmErrorKind.ContextWindowExceeded && last.Retryability == LlmRetryability.Never;
    }

    /// <summary>
    /// The first move is free, and so is the first attempt in each group: it is a request of that group from then on. Later ones draw on
    /// the group's budget, so that an outage does not multiply its load; when that is used up, other groups may still serve.
    /// </summary>
    private bool MayAsk(CallState state, long now) =>
        state.Attempts < 2 || state.AttemptsInGroup == 0 || TryTake(state, now);

    /// <summary>Takes a further attempt out of the group's budget, unless the one is still there that was taken for an attempt which then did not begin.</summary>
    private bool TryTake(CallState state, long now)
    {
        if (state.RetryTaken is null && state.Group.RetryBudget.TryTake(now, time.TimestampFrequency))
        {
            state.RetryTaken = now;
        }

        return state.RetryTaken is not null;
    }

    /// <summary>Counts an attempt that has begun: the first in a fallback group is a request of that group.</summary>
    public void Begun(CallState state, long now)
    {
        state.RetryTaken = null;
        if (state is { Attempts: > 1, AttemptsInGroup: 1 })
        {
            state.Group.RetryBudget.CountRequest(now, time.TimestampFrequency);
        }
    }

    private CallDecision Ask(CallState state, in PickResult pick, PickMode mode)
    {
        if (pick.Pool is not null)
        {
            state.Route.Details().Pool = pick.Pool;
        }

        state.Route.SetPick(pick, engine.RemovedBy(pick, state.Request, state.History, mode));
        if (state is { Attempts: > 0, LastError: { } error, Attempt.Member: { } asked })
        {
            state.Route.Reason = $"after {ErrorKindTraits.NameOf(error.Kind)} at {asked.Deployment.Id}: {pick.Reason}";
        }

        return CallDecision.Ask(pick.Member!);
    }

    private CallDecision Retry(CallState state, long now)
    {
        CallPolicy policy = state.Group.PolicyFor(state.Attempt.Member!.Deployment);
        LlmException repeatable = state.LastRepeatable!;
        bool usedUp = policy.Errors[repeatable.Kind].Retries is { } own ? state.RetriesOf(repeatable.Kind) >= own : state.RetriesInGroup >= policy.MaxRetries;
        if (usedUp)
        {
            return CallDecision.Fail(FinalError(state));
        }

        PickResult pick = engine.Pick(state.Snapshot, state.Group, state.Request, state.History, PickMode.Retry);
        if (pick.Status is PickStatus.Filtered or PickStatus.Exhausted)
        {
            return CallDecision.Fail(FinalError(state));
        }

        TimeSpan wait = Backoff.Delay(policy, state.RetriesInGroup, repeatable.RetryAfter, random);
        if (pick.Status == PickStatus.Cooling)
        {
            switch (state.Policy.WhenAllCooling)
            {
                case AllCoolingBehavior.FailFast:
                    return CallDecision.Fail(FinalError(state, pick.Wait));
                case AllCoolingBehavior.WaitUpTo:
                    wait = wait > pick.Wait ? wait : pick.Wait;
                    break;
                default:
                    break;
            }
        }

        if (!CanWait(state, policy, wait, now))
        {
            return CallDecision.Fail(FinalError(state, wait));
        }

        if (!TryTake(state, now))
        {
            return CallDecision.Fail(FinalError(state));
        }

        state.CountRetry(repeatable.Kind);
        return CallDecision.WaitFor(wait);
    }

    /// <summary>After the wait of a retry: whoever did not refuse, cooling or not.</summary>
    public CallDecision AfterRetryWait(CallState state)
    {
        PickMode mode = state.Policy.WhenAllCooling == AllCoolingBehavior.UseLeastBad ? PickMode.LeastBad : PickMode.Retry;
        PickResult pick = engine.Pick(state.Snapshot, state.Group, state.Request, state.History, mode);
        return pick.Member is not null ? Ask(state, pick, mode) : CallDecision.Fail(FinalError(state, pick.Wait));
    }

    private CallDecision NobodyAsked(CallState state, PickResult pick, long now)
    {
        if (pick.Status == PickStatus.Cooling)
        {
            if (state.Policy.WhenAllCooling == AllCoolingBehavior.UseLeastBad)
            {
                PickResult leastBad = engine.Pick(state.Snapshot, state.Group, state.Request, state.History, PickMode.LeastBad);
                if (leastBad.Member is { } member)
                {
                    // Asking the same deployment again takes a wait; and only a move to a healthy one is free.
                    return state.LastRepeatable is not null && state.History!.WasAsked(member.Deployment) ? Retry(state, now)
                        : state.LastError is not null && !TryTake(state, now) ? CallDecision.Fail(FinalError(state))
                        : Ask(state, leastBad, PickMode.LeastBad);
                }

                pick = leastBad.Status == PickStatus.Cooling ? leastBad : pick;
            }
            else if (state.Policy.WhenAllCooling == AllCoolingBehavior.WaitUpTo && pick.Wait > TimeSpan.Zero && CanWait(state, state.Policy, pick.Wait, now))
            {
                return CallDecision.WaitFor(pick.Wait);
            }
        }

        if (state.LastError is not null)
        {
            return CallDecision.Fail(FinalError(state));
        }

        var removals = new List<FilterRemoval>();
        engine.Pick(state.Snapshot, state.Group, state.Request, state.History, PickMode.Fresh, removals);
        state.Route.Details().Removals = removals;
        Explain(state, PickMode.Fresh);
        string text = engine.DescribeEmpty(state.Snapshot, state.Group, state.Request, state.History, PickMode.Fresh);
        return CallDecision.Fail(new LlmException(pick.Kind == LlmErrorKind.Unknown ? LlmErrorKind.NoCandidate : pick.Kind, text)
        {
            RetryAfter = pick.Wait > TimeSpan.Zero ? pick.Wait : null,
        });
    }

    private void Explain(CallState state, PickMode mode) =>
        state.Route.Details().Candidates = engine.Candidates(state.Snapshot, state.Group, state.Request, state.History, mode);

    private bool CanWait(CallState state, CallPolicy policy, TimeSpan wait, long now) =>
        wait <= policy.MaxRetryWait - time.GetElapsedTime(0, state.WaitedTicks) && wait.TotalSeconds * time.TimestampFrequency < state.Deadline - now;

    /// <summary>One failed attempt: its own exception. Several: the most actionable kind, with every attempt in the message.</summary>
    private static LlmException FinalError(CallState state, TimeSpan? wait = null)
    {
        LlmException last = state.LastError!;
        if (state.Attempts <= 1 && (wait is null || last.RetryAfter is not null))
        {
            return last;
        }

        LlmException first = state.MostActionable ?? last;
        var text = new StringBuilder();
        text.Append("The call of '").Append(state.Route.RequestedName).Append("' failed after ").Append(state.Attempts).Append(state.Attempts == 1 ? " attempt: " : " attempts: ");
        List<RouteAttempt>? attempts = state.Route.Details().Attempts;
        for (int i = 0; attempts is not null && i < attempts.Count; i++)
        {
            RouteAttempt attempt = attempts[i];
            text.Append(i == 0 ? "" : "; ").Append(attempt.Deployment).Append(' ').Append(attempt.Error is { } kind ? ErrorKindTraits.NameOf(kind) : "succeeded");
            if (attempt.StatusCode is { } status)
            {
                text.Append(" (").Append(status).Append(')');
            }
        }

        text.Append(". ").Append(first.Message);
        return new LlmException(first.Kind, text.ToString(), first)
        {
            Retryability = first.Retryability,
            Scope = LlmErrorScope.Group,
            RetryAfter = last.RetryAfter ?? wait ?? first.RetryAfter,
            StatusCode = first.StatusCode,
            ErrorCode = first.ErrorCode,
            RequestId = first.RequestId,
            Provider = first.Provider,
        };
    }
}

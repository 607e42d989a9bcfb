using System.Collections.Concurrent;
using LlmStack.Routing;
using LlmStack.Routing.Rules;

namespace LlmStack.Calls;

/// <summary>Makes a request ready for its first pick, and lends out the pooled state.</summary>
internal sealed class CallPreparation(SnapshotSource snapshots, CallTrace trace, ITokenEstimator estimator, LikelyOutput likelyOutput, AffinityStore affinities, CallScopesPool scopes, IEnumerable<IRoutingFilter> filters, TimeProvider time)
{
    private const int MaxPooled = 256;

    private readonly ConcurrentQueue<CallState> _pool = new();
    private readonly ConcurrentQueue<CallAttempt> _attempts = new();

    // A filter of the user's may look at the size of the prompt.
    private readonly bool _alwaysEstimate = filters.Any();

    public CallState Rent() => _pool.TryDequeue(out CallState? state) ? state : new CallState(time);

    public void Return(CallState state)
    {
        Retire(state.Attempt);
        if (state.Request.Scopes is { } held)
        {
            scopes.End(held, sent: state.Attempts > 0);
        }

        state.Reset();
        if (_pool.Count < MaxPooled)
        {
            _pool.Enqueue(state);
        }
    }

    /// <summary>An attempt beside the call's own.</summary>
    public CallAttempt RentAttempt() => _attempts.TryDequeue(out CallAttempt? attempt) ? attempt : new CallAttempt(time);

    /// <summary>Takes back an attempt that is settled.</summary>
    public void Return(CallAttempt attempt)
    {
        Retire(attempt);
        attempt.Reset();
        if (_attempts.Count < MaxPooled)
        {
            _attempts.Enqueue(attempt);
        }
    }

    /// <summary>Ends the clock of an attempt that is over. User code may still hold its token, and a used token cannot serve again.</summary>
    private static void Retire(CallAttempt attempt)
    {
        bool userCode = attempt.Member is not null && attempt.RunsUserCode;
        if (!attempt.Clock.End() || userCode)
        {
            attempt.Clock.Renew();
        }
    }

    public void Begin<TOperation, TResult>(CallState state, TOperation operation, in CallRequest request, CancellationToken caller)
        where TOperation : struct, ICallOperation<TResult>
    {
        RoutingSnapshot snapshot = snapshots.Current;
        state.Started = time.GetTimestamp();
        state.Deadline = long.MaxValue;
        state.Snapshot = snapshot;
        state.Caller = caller;
        state.Operation = operation.Operation;
        state.Streaming = operation.Streaming;
        state.Route = new CallRoute(request.Model, snapshot.Version);
        caller.ThrowIfCancellationRequested();

        ResolvedName name = snapshot.Resolve(request.Model);
        if (name.Alias is not null)
        {
            state.Route.Details().Alias = name.Alias;
        }

        RoutingOptions? routing = request.Routing;
        CheckFallbacks(snapshot, routing);
        LlmContext context = trace.CurrentContext;
        CallScopes? held = scopes.Begin(snapshot, context);
        bool estimate = held is not null || _alwaysEstimate || snapshot.NeedsEstimate || routing?.MaxCost is not null || name.Group.Rules is not null;
        if (held is not null)
        {
            // Whatever happens from here on, it is given back with the state.
            state.Request = new RouteRequest { Scopes = held };
        }

        int input = estimate ? operation.EstimateInput(estimator) : 0;
        state.Request = new RouteRequest
        {
            RequestedName = request.Model,
            Operation = operation.Operation,
            Features = request.Features,
            EstimatedInputTokens = input,
            MaxOutputTokens = request.MaxOutputTokens,
            Messages = request.Messages,
            Options = request.Options,
            Routing = routing,
            Context = context,
            Scopes = held,
            Clock = time,
            Timestamp = state.Started,
        };
        state.Group = GroupFor(state, name.Group);
        state.Route.Group = state.Group.Name;
        if (affinities.Find(state.Group, state.Request) is { Kind: not AffinityKind.None } affinity)
        {
            state.Request = state.Request with { Affinity = affinity };
        }

        state.Policy = routing?.MaxAttempts is { } attempts ? state.Group.Policy with { MaxAttempts = attempts } : state.Group.Policy;
        state.RequestTimeout = routing?.Deadline ?? state.Policy.RequestTimeout;
        long ticks = Ticks(state.RequestTimeout);
        state.Deadline = ticks >= long.MaxValue - state.Started ? long.MaxValue : state.Started + ticks;
        if (estimate)
        {
            OutputExperience? experience = likelyOutput.Find(state.Group, context.Feature);
            state.Request = state.Request with
            {
                LikelyCachedTokens = LikelyOutput.ExpectCached(experience, input),
                LikelyOutputTokens = LikelyOutput.Expect(experience, request.MaxOutputTokens),
            };
        }

        if (held is not null)
        {
            held.LikelyOutputTokens = scopes.LikelyOutputOf(operation.Operation, state.Group.Name, context.Feature, request.MaxOutputTokens);
        }

        state.Group.RetryBudget.CountRequest(state.Started, time.TimestampFrequency);
        state.Group.Plans?.Parallel?.Share?.CountRequest(state.Started, time.TimestampFrequency);
        trace.Begin(state);
    }

    /// <summary>Lets a classifier look at the request before the first pick, for groups that have one.</summary>
    public static async ValueTask ClassifyAsync(CallState state)
    {
        RouteHints hints = await state.Group.Classifier!.ClassifyAsync(state.Request, state.Caller).ConfigureAwait(false);
        state.Request = state.Request with { Hints = hints };
    }

    private static ModelGroup GroupFor(CallState state, ModelGroup named)
    {
        if (named.Rules is null)
        {
            return named;
        }

        (ModelGroup group, RoutingRule? rule) = RuleSet.Follow(state.Snapshot, named, state.Request);
        if (rule is not null)
        {
            state.Route.Details().Pool = rule.Id;
        }

        return group;
    }

    /// <summary>A wrong name is said before any call leaves, not when the fallback is needed.</summary>
    private static void CheckFallbacks(RoutingSnapshot snapshot, RoutingOptions? routing)
    {
        IReadOnlyList<string>? names = routing?.Fallbacks;
        for (int i = 0; i < (names?.Count ?? 0); i++)
        {
            snapshot.Resolve(names![i]);
        }
    }

    /// <summary>A duration in timestamp ticks; <see cref="long.MaxValue"/> for an infinite one.</summary>
    public long Ticks(TimeSpan duration) =>
        duration == Timeout.InfiniteTimeSpan || duration.TotalSeconds > long.MaxValue / (double)time.TimestampFrequency / 2
            ? long.MaxValue
            : (long)(duration.TotalSeconds * time.TimestampFrequency);

    /// <summary>Waits between attempts, watching the caller's token.</summary>
    public async ValueTask WaitAsync(CallState state, TimeSpan wait)
    {
        long started = time.GetTimestamp();
        await Task.Delay(wait, time, state.Caller).ConfigureAwait(false);
        state.WaitedTicks += time.GetTimestamp() - started;
        state.AttemptWait += wait;
    }
}

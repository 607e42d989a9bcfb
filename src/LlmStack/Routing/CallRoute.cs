using LlmStack.Catalog;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;

namespace LlmStack.Routing;

/// <summary>What happened to one call: who was asked, who answered, why, what it cost and how long it took.</summary>
/// <remarks>
/// Carries no secrets and no content. Serialise it with <see cref="LlmStackJson.TypeInfoResolver"/>. While a stream is being read, the
/// object is filled in further; it is complete on the last update.
/// </remarks>
public sealed class CallRoute
{
    private TraceId _traceId;
    private SpanId _observationId;
    private long _total;
    private long _provider;
    private long _firstToken = -1;
    private CallRouteDetails? _details;
    private StaticSet? _set;
    private int _scannedTier = -1;

    // Most calls find a connection at hand within microseconds; four bytes hold seven minutes, which no connection takes.
    private uint _connect;

    internal CallRoute(string requestedName, long snapshotVersion)
    {
        RequestedName = requestedName;
        SnapshotVersion = snapshotVersion;
    }

    /// <summary>The name the application asked for.</summary>
    public string RequestedName { get; }

    /// <summary>The alias that led to the group, or null.</summary>
    public string? Alias => _details?.Alias;

    /// <summary>The tier, topic, variant or rule that the request was assigned to: the exposure of an experiment. Null for none.</summary>
    public string? Pool => _details?.Pool;

    /// <summary>The group that served, or was tried last.</summary>
    public string? Group { get; internal set; }

    /// <summary>The id of the deployment that served, or was tried last; null when none was.</summary>
    public string? Deployment => Served?.Id;

    /// <summary>The provider that served, or was tried last; null when none was.</summary>
    public string? Provider => Served?.Provider;

    /// <summary>The model that served, as the configuration names it; null when none did.</summary>
    public string? Model => Served?.Model;

    /// <summary>Every attempt, in order.</summary>
    public IReadOnlyList<RouteAttempt> Attempts => _details?.Attempts ?? (Details().OnlyAttempt ??= Served is null ? [] : [OnlyAttempt()]);

    /// <summary>Why this deployment was picked, in a few words; null when none was.</summary>
    public string? Reason { get; internal set; }

    /// <summary>What the call cost, every attempt that is or may have been billed included; its total is null when no price is known.</summary>
    public CallCost Cost => Details().Cost ??= SumOfAttempts() ?? CostCalculator.Compute(Served?.Price, Usage, Billing);

    /// <summary>How long it took.</summary>
    public CallTiming Timing => new(
        TimeSpan.FromTicks(_total),
        TimeSpan.FromTicks(_provider),
        _details?.RetryWait ?? TimeSpan.Zero,
        _firstToken < 0 ? null : TimeSpan.FromTicks(_firstToken),
        _details?.Consumer ?? TimeSpan.Zero)
    {
        Queue = _details?.QueueWait ?? TimeSpan.Zero,
        Credential = CredentialTime,
        Connect = ConnectTime,
    };

    /// <summary>The limit that made the call wait, for instance <c>limit 'per-team' (team=search)</c>; null when none did. The time is in <see cref="CallTiming.Queue"/>.</summary>
    public string? LimitedBy => _details?.LimitedBy;

    /// <summary>Fields that an adapter dropped or rewrote, each as <c>field: what was done</c>; null when none.</summary>
    public IReadOnlyList<string>? Changes => _details?.Changes;

    /// <summary>How many candidates each filter removed before the last attempt; null when none was removed.</summary>
    public IReadOnlyList<FilterRemoval>? Removals => _details?.Removals ?? RouteCandidates.Removals(_set, _details?.Removed);

    /// <summary>
    /// The candidates looked at before the last attempt, at most 10, who was asked first; with <see cref="ExplainLevel.Full"/>, and
    /// when nobody was left, every member of the group with its figures.
    /// </summary>
    public IReadOnlyList<CandidateExplanation> Candidates => _details?.Candidates ?? RouteCandidates.Of(this, _set, _scannedTier, _details?.Removed);

    /// <summary>The version of the configuration snapshot that was used.</summary>
    public long SnapshotVersion { get; }

    /// <summary>The trace this call belongs to; null when tracing was off.</summary>
    public TraceId? TraceId => _traceId.IsEmpty ? null : _traceId;

    /// <summary>The observation of this call; null when tracing was off.</summary>
    public SpanId? ObservationId => _observationId.IsEmpty ? null : _observationId;

    /// <summary>The provider's id of the request that served, or null.</summary>
    public string? RequestId { get; internal set; }

    /// <summary>Who takes scores of this call; null when tracing was off.</summary>
    internal LlmTracer? Tracer { get; set; }

    /// <summary>The project the call's trace belongs to: later scores must go to the same one.</summary>
    internal string? Project { get; set; }

    internal Deployment? Served { get; set; }

    internal TimeSpan CredentialTime => _details?.Credential ?? TimeSpan.Zero;

    internal TimeSpan ConnectTime => TimeSpan.FromTicks(_connect);

    internal UsageDetails? Usage { get; set; }

    /// <summary>What beside usage and list price decides the cost of the attempt that served; null when nothing does.</summary>
    internal BillingTerms? Billing { get; set; }

    /// <summary>What most calls do not have, so that a plain call's route stays small.</summary>
    internal CallRouteDetails Details() => _details ??= new CallRouteDetails();

    /// <summary>The attempts written down so far; null when the only one follows from the other fields.</summary>
    internal List<RouteAttempt>? WrittenAttempts => _details?.Attempts;

    /// <summary>Keeps what a pick looked at, by reference: the list of candidates is made when somebody asks.</summary>
    internal void SetPick(in PickResult pick, IReadOnlyList<CandidateRemoval>? removed)
    {
        Reason = pick.Reason;
        _set = pick.Set;
        _scannedTier = pick.ScannedTier;
        if (removed is not null || _details?.Removed is not null)
        {
            Details().Removed = removed;
        }
    }

    internal void Add(RouteAttempt attempt) => (Details().Attempts ??= []).Add(attempt);

    internal void SetTrace(TraceId traceId, SpanId observationId)
    {
        _traceId = traceId;
        _observationId = observationId;
    }

    internal void SetTiming(TimeSpan total, TimeSpan provider, TimeSpan? firstToken, TimeSpan connect = default)
    {
        _connect = uint.CreateSaturating(connect.Ticks);
        _total = total.Ticks;
        _provider = provider.Ticks;
        _firstToken = firstToken?.Ticks ?? -1;

        // Whoever looked while the stream was under way must not keep what was not final.
        if (_details is not null)
        {
            _details.Cost = null;
            _details.OnlyAttempt = null;
        }
    }

    /// <summary>Keeps what was used apart from the response, whose object middleware may change.</summary>
    internal void DetachUsage()
    {
        if (Usage is not { } shared)
        {
            return;
        }

        Usage = new UsageDetails();
        Usage.Add(shared);
        foreach (RouteAttempt attempt in _details?.Attempts ?? [])
        {
            attempt.Usage = ReferenceEquals(attempt.Usage, shared) ? Usage : attempt.Usage;
        }
    }

    /// <summary>Null when the only attempt follows from the other fields.</summary>
    private CallCost? SumOfAttempts()
    {
        if (_details?.Attempts is not { } attempts)
        {
            return null;
        }

        var costs = new List<CallCost>(attempts.Count);
        foreach (RouteAttempt attempt in attempts)
        {
            if (attempt.Cost is { } cost)
            {
                costs.Add(cost);
            }
        }

        return costs.Count switch
        {
            0 => null,
            1 => costs[0],
            _ => CallCost.Sum(costs),
        };
    }

    private RouteAttempt OnlyAttempt() => new(Served!, Group ?? "")
    {
        RequestId = RequestId,
        Duration = TimeSpan.FromTicks(_provider),
        Credential = CredentialTime,
        Connect = ConnectTime,
        FirstToken = _firstToken < 0 ? null : TimeSpan.FromTicks(_firstToken),
        Usage = Usage,
        Billing = Billing,
    };
}

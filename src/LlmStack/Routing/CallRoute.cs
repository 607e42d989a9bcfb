using LlmStack.Catalog;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;

namespace LlmStack.Routing;

/// <summary>What happened to one call: who was asked, who answered, why, what it cost and how long it took.</summary>
/// <remarks>Carries no secrets and no content. Serialise it with <see cref="LlmStackJson.TypeInfoResolver"/>.</remarks>
public sealed class CallRoute
{
    private readonly List<RouteAttempt> _attempts = new(1);
    private CallCost? _cost;

    internal CallRoute(string requestedName, long snapshotVersion)
    {
        RequestedName = requestedName;
        SnapshotVersion = snapshotVersion;
    }

    /// <summary>The name the application asked for.</summary>
    public string RequestedName { get; }

    /// <summary>The alias that led to the group, or null.</summary>
    public string? Alias { get; internal set; }

    /// <summary>The group that served, or was tried last.</summary>
    public string? Group { get; internal set; }

    /// <summary>The id of the deployment that served, or was tried last; null when none was.</summary>
    public string? Deployment => Served?.Id;

    /// <summary>The provider that served, or was tried last; null when none was.</summary>
    public string? Provider => Served?.Provider;

    /// <summary>The model that served, as the configuration names it; null when none did.</summary>
    public string? Model => Served?.Model;

    /// <summary>Every attempt, in order.</summary>
    public IReadOnlyList<RouteAttempt> Attempts => _attempts;

    /// <summary>Why this deployment was picked, in a few words; null when none was.</summary>
    public string? Reason { get; internal set; }

    /// <summary>What the call cost, failed attempts included as far as they were billed; its total is null when no price is known.</summary>
    public CallCost Cost => _cost ??= CostCalculator.Compute(Served, Usage);

    /// <summary>How long it took.</summary>
    public CallTiming Timing { get; internal set; }

    /// <summary>Fields that an adapter dropped or rewrote, each as <c>field: what was done</c>; null when none.</summary>
    public IReadOnlyList<string>? Changes { get; internal set; }

    /// <summary>How many candidates each filter removed, over all picks; null when none was removed.</summary>
    public IReadOnlyList<FilterRemoval>? Removals { get; internal set; }

    /// <summary>The version of the configuration snapshot that was used.</summary>
    public long SnapshotVersion { get; }

    /// <summary>The trace this call belongs to; null when tracing was off.</summary>
    public TraceId? TraceId { get; internal set; }

    /// <summary>The observation of this call; null when tracing was off.</summary>
    public SpanId? ObservationId { get; internal set; }

    /// <summary>Who takes scores of this call; null when tracing was off.</summary>
    internal LlmTracer? Tracer { get; set; }

    internal Deployment? Served { get; set; }

    internal UsageDetails? Usage { get; set; }

    internal void Add(RouteAttempt attempt) => _attempts.Add(attempt);
}

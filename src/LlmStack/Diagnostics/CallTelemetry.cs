using System.Collections.Concurrent;
using LlmStack.Diagnostics.Events;
using LlmStack.Health;
using LlmStack.Routing;
using Microsoft.Extensions.Logging;

namespace LlmStack.Diagnostics;

/// <summary>One line per failed call, one per cooldown change, the metrics, and the ring of recent calls. Never content.</summary>
internal sealed class CallTelemetry : IDisposable
{
    private const int MaxUnpriced = 1000;

    private readonly ConcurrentDictionary<(string Provider, string Model), bool> _unpriced = new();
    private readonly ILogger _logger;
    private readonly CallMetrics _metrics;
    private readonly HealthTracker _health;
    private readonly RecentCallRing _recent;
    private readonly LlmEventSource _events;
    private readonly PriceDriftWatch _drift;

    public CallTelemetry(ILogger<CallTelemetry> logger, CallMetrics metrics, HealthTracker health, LlmEventSource events, int recentCalls)
    {
        _events = events;
        _drift = new PriceDriftWatch(events, health.Time);
        _logger = logger;
        _metrics = metrics;
        _health = health;
        _recent = new RecentCallRing(recentCalls);
        health.Changed += CooldownChanged;
    }

    /// <summary>Newest first.</summary>
    public IReadOnlyList<CallRoute> RecentCalls => _recent.ToList();

    public void CallFinished(in CallOutcome outcome)
    {
        _recent.Add(outcome.Route);
        _metrics.CallFinished(outcome);
        _drift.Look(outcome);
        if (outcome.Usage is not null && outcome.Route.Served is { Price: null } served && (outcome.Route.Billing is null or { Price: null, ReportedCost: null }))
        {
            PriceUnknown(served);
        }

        if (outcome.Error is { } error && _logger.IsEnabled(LogLevel.Warning))
        {
            CallRoute route = outcome.Route;
            LogMessages.CallFailed(
                _logger,
                MetricNames.NameOf(outcome.Operation),
                route.RequestedName,
                ErrorKindTraits.NameOf(error.Kind),
                route.Attempts.Count,
                route.Timing.Total,
                route.Group,
                route.Deployment,
                error.StatusCode,
                error.RequestId);
        }
    }

    /// <summary>One warning for each model; models beyond the bound only count, because callers may invent them without end.</summary>
    private void PriceUnknown(Deployment deployment)
    {
        _metrics.PriceUnknown(deployment);
        if (_unpriced.Count < MaxUnpriced && _unpriced.TryAdd((deployment.Provider, deployment.Model), true))
        {
            LogMessages.PriceUnknown(_logger, deployment.Model, deployment.Provider);
            _events.Raise(new LlmEvent
            {
                Kind = LlmEventKind.UnknownModel,
                Subject = $"{deployment.Provider}/{deployment.Model}",
                Message = $"No price is known for {deployment.Model} of {deployment.Provider}: what it costs is not recorded.",
                Provider = deployment.Provider,
                Model = deployment.Model,
            });
        }
    }

    public void CooldownChanged(CooldownChange change)
    {
        if (change.Cooling)
        {
            _metrics.CooldownStarted(change);
            string kind = ErrorKindTraits.NameOf(change.Kind);
            LogMessages.Cooling(_logger, change.Deployment.Id, change.Duration, kind);
            Raise(LlmEventKind.BreakerOpened, change, $"{change.Deployment.Id} cools for {change.Duration} after {kind}.");
        }
        else
        {
            LogMessages.Back(_logger, change.Deployment.Id);
            Raise(LlmEventKind.BreakerClosed, change, $"{change.Deployment.Id} is back.");
        }
    }

    private void Raise(LlmEventKind kind, CooldownChange change, string message) => _events.Raise(new LlmEvent
    {
        Kind = kind,
        Subject = change.Deployment.Id,
        Message = message,
        Provider = change.Deployment.Provider,
        Model = change.Deployment.Model,
        Duration = change.Cooling ? change.Duration : null,
        Error = change.Cooling ? change.Kind : null,
    });

    public void Dispose() => _health.Changed -= CooldownChanged;
}

using System.Collections.Concurrent;
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

    public CallTelemetry(ILogger<CallTelemetry> logger, CallMetrics metrics, HealthTracker health, int recentCalls)
    {
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
        }
    }

    public void CooldownChanged(CooldownChange change)
    {
        if (change.Cooling)
        {
            _metrics.CooldownStarted(change);
            LogMessages.Cooling(_logger, change.Deployment.Id, change.Duration, ErrorKindTraits.NameOf(change.Kind));
        }
        else
        {
            LogMessages.Back(_logger, change.Deployment.Id);
        }
    }

    public void Dispose() => _health.Changed -= CooldownChanged;
}

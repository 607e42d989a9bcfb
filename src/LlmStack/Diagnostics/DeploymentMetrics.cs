using System.Diagnostics.Metrics;
using LlmStack.Routing;

namespace LlmStack.Diagnostics;

/// <summary>What deployments are doing at the moment somebody looks: calls under way, and calls that wait for a place.</summary>
internal sealed class DeploymentMetrics
{
    private readonly SnapshotSource _snapshots;

    public DeploymentMetrics(IMeterFactory? meters, SnapshotSource snapshots)
    {
        _snapshots = snapshots;
        Meter? meter = meters?.Create(MetricNames.Meter);
        meter?.CreateObservableUpDownCounter(MetricNames.InFlight, () => Measure(static deployment => deployment.Health.InFlight), "{call}", "Attempts under way.");
        meter?.CreateObservableUpDownCounter(MetricNames.QueueWaiting, () => Measure(static deployment => deployment.MaxConcurrency is null ? null : deployment.Gate.Waiting), "{call}", "Calls that wait for a place.");
    }

    private List<Measurement<long>> Measure(Func<Deployment, long?> value)
    {
        List<Measurement<long>> measurements = [];
        foreach (Deployment deployment in _snapshots.Current.Deployments.Values)
        {
            if (value(deployment) is { } number)
            {
                measurements.Add(new Measurement<long>(number, new(MetricNames.Provider, deployment.Provider), new(MetricNames.Deployment, deployment.Id)));
            }
        }

        return measurements;
    }
}

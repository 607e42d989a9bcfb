using System.Globalization;
using LlmStack.Routing;
using LlmStack.Tracing;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LlmStack.Diagnostics;

/// <summary>Judges every group by what the router already knows: somebody in, some cooling, all cooling.</summary>
internal sealed class LlmStackHealthCheck(Func<ILlmRouter> router, IEnumerable<ITraceSink> sinks, ProviderProbe probe, LlmStackHealthCheckOptions options) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        Dictionary<string, (int In, int Cooling)> groups = new(StringComparer.OrdinalIgnoreCase);
        foreach (DeploymentStatus deployment in router().GetDeployments())
        {
            foreach (string group in deployment.Groups)
            {
                (int up, int cooling) = groups.GetValueOrDefault(group);
                groups[group] = deployment.CooldownRemaining is null ? (up + 1, cooling) : (up, cooling + 1);
            }
        }

        Dictionary<string, object> data = new(StringComparer.Ordinal);
        HealthStatus worst = HealthStatus.Healthy;
        List<string> reasons = [];
        int asked = 0;
        IEnumerable<string> wanted = options.Groups.Count > 0 ? options.Groups : groups.Keys;
        foreach (string group in wanted)
        {
            asked++;
            (int up, int cooling) = groups.GetValueOrDefault(group);
            HealthStatus status = up == 0 ? HealthStatus.Unhealthy : cooling > 0 ? HealthStatus.Degraded : HealthStatus.Healthy;
            data[group] = string.Create(CultureInfo.InvariantCulture, $"{status}: {up} of {up + cooling} deployments in, {cooling} cooling");
            Worsen(status, $"group {group} is {status}");
        }

        foreach (ITraceSink sink in sinks)
        {
            if (sink is not ITraceSinkStatus status)
            {
                continue;
            }

            data["traces delivered"] = status.Delivered;
            data["traces dropped"] = status.Dropped;
            if (status.PauseReason is { } reason)
            {
                data["traces"] = reason;
                Worsen(HealthStatus.Degraded, "traces are not delivered");
            }
        }

        if (options.Probe)
        {
            foreach (ProviderWarmUp result in await probe.RunAsync(cancellationToken).ConfigureAwait(false))
            {
                data["provider " + result.Provider] = result.Error ?? "reachable";
                Worsen(result.Reachable ? HealthStatus.Healthy : HealthStatus.Degraded, $"provider {result.Provider} cannot be reached");
            }
        }

        string description = reasons.Count == 0 ? $"{asked} groups can serve" : string.Join("; ", reasons);
        return new HealthCheckResult(worst == HealthStatus.Unhealthy ? context.Registration?.FailureStatus ?? worst : worst, description, data: data);

        void Worsen(HealthStatus status, string reason)
        {
            if (status != HealthStatus.Healthy)
            {
                reasons.Add(reason);
                worst = status < worst ? status : worst;
            }
        }
    }
}

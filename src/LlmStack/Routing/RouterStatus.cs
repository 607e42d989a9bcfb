using LlmStack.Health;

namespace LlmStack.Routing;

/// <summary>The state of every deployment of a snapshot, ordered by id.</summary>
internal static class RouterStatus
{
    public static IReadOnlyList<DeploymentStatus> Of(RoutingSnapshot snapshot, HealthTracker health)
    {
        long now = health.Time.GetTimestamp();
        var groups = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (ModelGroup group in snapshot.Groups.Values)
        {
            foreach (Member member in group.Members)
            {
                if (!groups.TryGetValue(member.Deployment.Id, out List<string>? names))
                {
                    groups[member.Deployment.Id] = names = [];
                }
                if (!names.Contains(group.Name))
                {
                    names.Add(group.Name);
                }
            }
        }
        var result = new List<DeploymentStatus>(snapshot.Deployments.Count);
        foreach (Deployment deployment in snapshot.Deployments.Values)
        {
            List<string>? names = groups.GetValueOrDefault(deployment.Id);
            names?.Sort(StringComparer.OrdinalIgnoreCase);
            result.Add(StatusOf(deployment, names ?? (IReadOnlyList<string>)[], health, now));
        }
        result.Sort(static (a, b) => string.CompareOrdinal(a.Id, b.Id));
        return result;
    }

    private static DeploymentStatus StatusOf(Deployment deployment, IReadOnlyList<string> groups, HealthTracker health, long now)
    {
        DeploymentHealth learned = deployment.Health;
        bool cooling = health.StateOf(deployment, now, out long wait) == CircuitState.Open;
        double seconds = double.IsNaN(learned.FirstToken.Seconds) ? learned.Answer.Seconds : learned.FirstToken.Seconds;
        return new DeploymentStatus(
            deployment.Id,
            deployment.Provider,
            deployment.Model,
            groups,
            learned.InFlight,
            cooling ? health.ToTimeSpan(wait) : null,
            learned.LastError,
            double.IsNaN(seconds) ? null : TimeSpan.FromSeconds(seconds),
            learned.Successes,
            learned.Failures)
        {
            Draining = learned.Draining,
            Probe = deployment.Probe?.Last is { } probe ? new ProbeStatus(probe.Error is null, health.ToTimeSpan(now - probe.Ended), health.ToTimeSpan(probe.Ended - probe.Started), probe.Error) : null,
        };
    }
}

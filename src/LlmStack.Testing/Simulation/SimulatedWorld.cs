using LlmStack.Routing;

namespace LlmStack.Testing.Simulation;

/// <summary>Every deployment of the simulated world, and what attempts at them draw on.</summary>
internal sealed class SimulatedWorld(VirtualTime time, SimulationScenario scenario, IRandomSource random)
{
    private readonly Dictionary<string, DeploymentModel> _byId = new(StringComparer.Ordinal);
    private readonly List<DeploymentModel> _all = [];

    public VirtualTime Time { get; } = time;

    public IReadOnlyList<DeploymentModel> Deployments => _all;

    /// <summary>Told of every attempt that begins.</summary>
    public Action<DeploymentModel>? AttemptStarted { get; set; }

    /// <summary>Makes the deployments of a configuration; those known already keep their place.</summary>
    public void Learn(RoutingSnapshot snapshot)
    {
        foreach (Deployment deployment in snapshot.Deployments.Values.OrderBy(static deployment => deployment.Id, StringComparer.Ordinal))
        {
            Find(deployment.Id, deployment.Provider);
        }
    }

    public DeploymentModel Find(string id, string provider)
    {
        if (!_byId.TryGetValue(id, out DeploymentModel? model))
        {
            model = new DeploymentModel(_all.Count, id, provider, scenario);
            _byId.Add(id, model);
            _all.Add(model);
        }

        return model;
    }

    public SimulatedOutcome Begin(string id, string provider)
    {
        DeploymentModel deployment = Find(id, provider);
        AttemptStarted?.Invoke(deployment);
        return deployment.Next(Time.Elapsed, random);
    }

    /// <summary>A mistyped name must not make an outage that never happens.</summary>
    public void CheckTargets()
    {
        foreach (ScenarioPhase phase in scenario.Phases)
        {
            if (!_all.Exists(deployment => deployment.IsAt(phase.Target)))
            {
                throw new ArgumentException($"'{phase.Target}' in the scenario '{scenario.Name}' is neither a deployment nor a provider; known are {string.Join(", ", _all.Select(static deployment => deployment.Id))}.");
            }
        }
    }
}

using System.Collections.Concurrent;
using LlmStack.Health;
using LlmStack.Limits;

namespace LlmStack.Routing;

/// <summary>Learned state by deployment id; outlives snapshots, so a reload forgets nothing.</summary>
internal sealed class DeploymentRegistry
{
    private readonly ConcurrentDictionary<string, (DeploymentHealth Health, DeploymentLimits Limits)> _state = new(StringComparer.Ordinal);

    public (DeploymentHealth Health, DeploymentLimits Limits) Get(string id) => _state.GetOrAdd(id, static _ => (new DeploymentHealth(), new DeploymentLimits()));
}

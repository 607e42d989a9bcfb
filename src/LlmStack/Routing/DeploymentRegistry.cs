using System.Collections.Concurrent;
using LlmStack.Health;
using LlmStack.Limits;

namespace LlmStack.Routing;

/// <summary>Learned state by deployment id; outlives snapshots, so a reload forgets nothing.</summary>
internal sealed class DeploymentRegistry
{
    /// <summary>Ids beyond this number that no configuration names are not remembered: callers may invent them without end.</summary>
    public const int MaxRemembered = 10_000;

    private readonly ConcurrentDictionary<string, (DeploymentHealth Health, DeploymentLimits Limits)> _state = new(StringComparer.Ordinal);
    private int _direct;

    public (DeploymentHealth Health, DeploymentLimits Limits) Get(string id) => _state.GetOrAdd(id, static _ => (new DeploymentHealth(), new DeploymentLimits()));

    /// <summary>As <see cref="Get"/>, for an id that a caller's name made up.</summary>
    public (DeploymentHealth Health, DeploymentLimits Limits) GetDirect(string id)
    {
        if (_state.TryGetValue(id, out (DeploymentHealth Health, DeploymentLimits Limits) known))
        {
            return known;
        }
        return Interlocked.Increment(ref _direct) <= MaxRemembered ? Get(id) : (new DeploymentHealth(), new DeploymentLimits());
    }
}

using System.Collections.Concurrent;
using LlmStack.Health;
using LlmStack.Limits;

namespace LlmStack.Routing;

/// <summary>Learned state by deployment id, and retry budgets by group; outlives snapshots, so a reload forgets nothing.</summary>
internal sealed class DeploymentRegistry
{
    /// <summary>Ids beyond this number that no configuration names are not remembered: callers may invent them without end.</summary>
    public const int MaxRemembered = 10_000;

    private readonly ConcurrentDictionary<string, (DeploymentHealth Health, DeploymentLimits Limits)> _state = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ConcurrencyGate> _gates = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, RetryBudget> _budgets = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, GroupControl> _controls = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<(string Group, double Share), RetryBudget> _hedges = new();
    private readonly ConcurrentDictionary<string, MirrorUse> _mirrors = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, ProbeState> _probes = new(StringComparer.Ordinal);
    private int _direct;
    private int _directBudgets;
    private int _directGates;

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

    /// <summary>Places and queue of a deployment that the configuration names.</summary>
    public ConcurrencyGate GateOf(string id) => _gates.GetOrAdd(id, static _ => new ConcurrencyGate());

    /// <summary>As <see cref="GateOf"/>, for an id that a caller's name made up.</summary>
    public ConcurrencyGate DirectGateOf(string id)
    {
        if (_gates.TryGetValue(id, out ConcurrencyGate? known))
        {
            return known;
        }
        return Interlocked.Increment(ref _directGates) <= MaxRemembered ? GateOf(id) : new ConcurrencyGate();
    }

    /// <summary>What the last probe of a deployment found.</summary>
    public ProbeState ProbeOf(string id) => _probes.GetOrAdd(id, static _ => new ProbeState());

    /// <summary>The retry budget of a group, by its name: a reload must not fill it up again in the middle of an outage.</summary>
    public RetryBudget RetryBudgetOf(string group) => _budgets.GetOrAdd(group, static _ => new RetryBudget());

    /// <summary>What operators said of a group.</summary>
    public GroupControl ControlOf(string group) => _controls.GetOrAdd(group, static _ => new GroupControl());

    /// <summary>What the hedges of a group draw on, by its name; another share starts anew.</summary>
    public RetryBudget HedgeBudgetOf(string group, double share) => _hedges.GetOrAdd((group.ToUpperInvariant(), share), static key => new RetryBudget(key.Share, floor: 1));

    /// <summary>The copies of a group's calls.</summary>
    public MirrorUse MirrorUseOf(string group) => _mirrors.GetOrAdd(group, static _ => new MirrorUse());

    /// <summary>As <see cref="RetryBudgetOf"/>, for a name that a caller made up.</summary>
    public RetryBudget DirectRetryBudgetOf(string name)
    {
        if (_budgets.TryGetValue(name, out RetryBudget? known))
        {
            return known;
        }
        return Interlocked.Increment(ref _directBudgets) <= MaxRemembered ? RetryBudgetOf(name) : new RetryBudget();
    }
}

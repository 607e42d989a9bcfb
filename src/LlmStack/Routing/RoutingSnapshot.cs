using System.Collections.Concurrent;
using System.Collections.Frozen;

namespace LlmStack.Routing;

/// <summary>The immutable configuration that calls run on. A reload swaps the reference; calls in flight finish on the old one.</summary>
internal sealed class RoutingSnapshot
{
    /// <summary>More names than this and the cache of <c>provider/model</c> groups starts anew.</summary>
    public const int MaxDirectGroups = 1024;

    private int _needsEstimate;

    private readonly ConcurrentDictionary<string, ModelGroup> _direct = new(StringComparer.Ordinal);

    public required long Version { get; init; }

    public required FrozenDictionary<string, ProviderEntry> Providers { get; init; }

    public required FrozenDictionary<string, ModelGroup> Groups { get; init; }

    /// <summary>Alias to group.</summary>
    public required FrozenDictionary<string, string> Aliases { get; init; }

    /// <summary>Every deployment of the configuration by id.</summary>
    public required FrozenDictionary<string, Deployment> Deployments { get; init; }

    /// <summary>The group for names nobody knows, or null.</summary>
    public string? DefaultGroup { get; init; }

    public CallPolicy Defaults { get; init; } = CallPolicy.Default;

    /// <summary>For groups that have none of their own, those behind <c>provider/model</c> included.</summary>
    public IReadOnlyList<FallbackRule> DefaultFallbacks { get; init; } = [];

    /// <summary>Compared with a deployment's environments.</summary>
    public string? Environment { get; init; }

    /// <summary>Keeps what is learned of deployments that only exist as a name (<c>provider/model</c>) across reloads.</summary>
    public DeploymentRegistry Registry { get; init; } = new();

    /// <summary>Whether anything here depends on the size of prompts; when not, nothing is estimated.</summary>
    public bool NeedsEstimate
    {
        get
        {
            if (_needsEstimate == 0)
            {
                _needsEstimate = LooksAtSizes() ? 1 : -1;
            }

            return _needsEstimate > 0;
        }
    }

    /// <summary>Exact group → alias → <c>provider/model</c> → default group.</summary>
    /// <exception cref="LlmException"><see cref="LlmErrorKind.NotFound"/> with the near matches.</exception>
    public ResolvedName Resolve(string name)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            throw new LlmException(LlmErrorKind.InvalidRequest, "The model name is empty; expected is a model group, an alias or provider/model.");
        }
        if (Groups.TryGetValue(name, out ModelGroup? group))
        {
            return new ResolvedName(group, null);
        }
        if (Aliases.TryGetValue(name, out string? target) && Groups.TryGetValue(target, out group))
        {
            return new ResolvedName(group, name);
        }
        return _direct.TryGetValue(name, out group) ? new ResolvedName(group, null) : ResolveSlowly(name);
    }

    private bool LooksAtSizes()
    {
        foreach (Deployment deployment in Deployments.Values)
        {
            if (deployment.ContextWindow is not null || deployment.TokensPerMinute is not null)
            {
                return true;
            }
        }

        foreach (ModelGroup group in Groups.Values)
        {
            var strategy = new RoutingStrategy(group.StrategyName);
            if (strategy != RoutingStrategy.Weighted && strategy != RoutingStrategy.RoundRobin && strategy != RoutingStrategy.LeastBusy)
            {
                return true;
            }
        }

        return false;
    }

    private ResolvedName ResolveSlowly(string name)
    {
        if (DirectGroup.TryMake(this, name) is { } direct)
        {
            if (_direct.Count >= MaxDirectGroups)
            {
                _direct.Clear();
            }
            return new ResolvedName(_direct.GetOrAdd(name, direct), null);
        }
        if (DefaultGroup is not null && Groups.TryGetValue(DefaultGroup, out ModelGroup? group))
        {
            return new ResolvedName(group, null);
        }
        throw new LlmException(LlmErrorKind.NotFound, NearNames.DescribeUnknown(this, name));
    }
}

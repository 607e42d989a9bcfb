using System.Collections.Concurrent;
using System.Collections.Frozen;
using LlmStack.Limits.Scopes;

namespace LlmStack.Routing;

/// <summary>The immutable configuration that calls run on. A reload swaps the reference; calls in flight finish on the old one.</summary>
internal sealed class RoutingSnapshot
{
    /// <summary>More names than this that no group or alias has, and the cache of where they led starts anew.</summary>
    public const int MaxOtherNames = 1024;

    private readonly ConcurrentDictionary<string, ResolvedName> _others = new(StringComparer.Ordinal);
    private FrozenDictionary<string, ResolvedName>? _names;
    private int _needsEstimate;

    public required long Version { get; init; }

    public required FrozenDictionary<string, ProviderEntry> Providers { get; init; }

    public required FrozenDictionary<string, ModelGroup> Groups { get; init; }

    /// <summary>Alias to group or <c>provider/model</c>.</summary>
    public required FrozenDictionary<string, string> Aliases { get; init; }

    /// <summary>Patterns of names; the first that matches wins.</summary>
    public WildcardRoute[] Wildcards { get; init; } = [];

    /// <summary>Every deployment of the configuration by id.</summary>
    public required FrozenDictionary<string, Deployment> Deployments { get; init; }

    /// <summary>The group for names nobody knows, or null.</summary>
    public string? DefaultGroup { get; init; }

    /// <summary>How much of a decision routes keep when a call does not say.</summary>
    public ExplainLevel Explain { get; init; }

    public CallPolicy Defaults { get; init; } = CallPolicy.Default;

    /// <summary>For groups that have none of their own, those behind <c>provider/model</c> included.</summary>
    public IReadOnlyList<FallbackRule> DefaultFallbacks { get; init; } = [];

    /// <summary>What error answers mean that no built-in rule knows; null when nothing was said.</summary>
    public Providers.UserErrorPatterns? ErrorPatterns { get; init; }

    /// <summary>Compared with a deployment's environments.</summary>
    public string? Environment { get; init; }

    /// <summary>Keeps what is learned of deployments that only exist as a name (<c>provider/model</c>) across reloads.</summary>
    public DeploymentRegistry Registry { get; init; } = new();

    /// <summary>What is known of models.</summary>
    public ModelLookup Models { get; init; } = new(new Catalog.ModelCatalog(), []);

    /// <summary>Limits and budgets; null without any.</summary>
    public ScopePlan? Scopes { get; init; }

    /// <summary>Whether any group lets identical calls share an answer.</summary>
    public bool SharesCalls { get; init; }

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

    /// <summary>Exact group → alias → wildcard → model family → <c>provider/model</c> → default group.</summary>
    /// <exception cref="LlmException"><see cref="LlmErrorKind.NotFound"/> with the near matches.</exception>
    public ResolvedName Resolve(string name)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            throw new LlmException(LlmErrorKind.InvalidRequest, "The model name is empty; expected is a model group, an alias or provider/model.");
        }
        return (_names ??= ExactNames()).TryGetValue(name, out ResolvedName exact) || _others.TryGetValue(name, out exact) ? exact : ResolveSlowly(name);
    }

    /// <summary>What an alias or a pattern leads to: a group, or <c>provider/model</c>. Null when there is none.</summary>
    public ModelGroup? FindTarget(string target) => Groups.TryGetValue(target, out ModelGroup? group) ? group : FindAtProvider(target);

    private ModelGroup? FindAtProvider(string name) => ModelFamily.TryMakeAt(this, name) ?? DirectGroup.TryMake(this, name);

    private FrozenDictionary<string, ResolvedName> ExactNames()
    {
        var names = new Dictionary<string, ResolvedName>(StringComparer.OrdinalIgnoreCase);
        foreach ((string alias, string target) in Aliases)
        {
            if (FindTarget(target) is { } found)
            {
                names[alias] = new ResolvedName(found, alias);
            }
        }
        foreach ((string name, ModelGroup group) in Groups)
        {
            names[name] = new ResolvedName(group, null);
        }
        return names.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
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
            if (strategy != RoutingStrategy.Weighted && strategy != RoutingStrategy.RoundRobin && strategy != RoutingStrategy.LeastBusy && strategy != RoutingStrategy.HighestThroughput)
            {
                return true;
            }
        }

        return false;
    }

    private ResolvedName ResolveSlowly(string name)
    {
        if (Find(name) is not { } found)
        {
            throw new LlmException(LlmErrorKind.NotFound, NearNames.DescribeUnknown(this, name));
        }
        if (_others.Count >= MaxOtherNames)
        {
            _others.Clear();
        }
        return _others.GetOrAdd(name, found);
    }

    private ResolvedName? Find(string name)
    {
        foreach (WildcardRoute wildcard in Wildcards)
        {
            if (wildcard.Find(this, name) is { } matched)
            {
                return new ResolvedName(matched, wildcard.Pattern.Text);
            }
        }
        if ((ModelFamily.TryMake(this, name) ?? FindAtProvider(name)) is { } found)
        {
            return new ResolvedName(found, null);
        }
        return DefaultGroup is not null && Groups.TryGetValue(DefaultGroup, out ModelGroup? group) ? new ResolvedName(group, null) : null;
    }
}

using System.Collections.Frozen;
using LlmStack.Catalog;
using LlmStack.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LlmStack.Configuration;

/// <summary>Turns validated options into the immutable snapshot that calls run on.</summary>
internal sealed class SnapshotBuilder(IServiceProvider services, ProviderEntries providers, StrategyResolver strategies, DeploymentRegistry registry, ModelCatalog catalog)
{
    public RoutingSnapshot Build(LlmStackOptions options, long version)
    {
        Dictionary<string, ProviderEntry> entries = new(StringComparer.OrdinalIgnoreCase);
        foreach ((string name, ProviderOptions provider) in options.Providers)
        {
            entries[name] = providers.Get(name, provider);
        }

        var models = new ModelLookup(catalog, [.. options.Models.Values.Select(ModelOverride.From)]);
        CallPolicy defaults = CallPolicy.Default.With(options.Defaults);
        FallbackRule[] defaultFallbacks = Fallbacks(options.DefaultFallbacks);
        FrozenDictionary<string, Deployment> deployments = new DeploymentFactory(entries, registry, models).Make(options.ModelGroups);
        Dictionary<string, ModelGroup> groups = new(StringComparer.OrdinalIgnoreCase);
        foreach ((string name, ModelGroupOptions group) in options.ModelGroups)
        {
            groups[name] = Group(name, group, defaults, defaultFallbacks, deployments);
        }

        Dictionary<string, string> aliases = options.Aliases.ToDictionary(static pair => AliasName(pair.Key, pair.Value), static pair => pair.Value.Target!.Trim(), StringComparer.OrdinalIgnoreCase);
        IEnumerable<WildcardRoute> wildcards =
        [
            .. aliases.Where(static pair => NamePattern.HasStar(pair.Key)).Select(static pair => new WildcardRoute(new NamePattern(pair.Key), pair.Value)),
            .. groups.Values.Where(group => options.ModelGroups[group.Name].Pattern is not null).Select(group => new WildcardRoute(new NamePattern(options.ModelGroups[group.Name].Pattern!.Trim()), group)),
        ];
        return new RoutingSnapshot
        {
            Version = version,
            Providers = entries.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase),
            Groups = groups.Where(static pair => !pair.Value.IsTemplate).ToFrozenDictionary(StringComparer.OrdinalIgnoreCase),
            Aliases = aliases.Where(static pair => !NamePattern.HasStar(pair.Key)).ToFrozenDictionary(StringComparer.OrdinalIgnoreCase),
            Wildcards = WildcardRoute.Sort(wildcards),
            Deployments = deployments.Where(static pair => !pair.Value.IsTemplate).ToFrozenDictionary(StringComparer.Ordinal),
            DefaultGroup = options.DefaultGroup,
            Defaults = defaults,
            Explain = options.Explain,
            DefaultFallbacks = defaultFallbacks,
            SharesCalls = options.ModelGroups.Values.Any(static group => group.SingleFlight),
            Registry = registry,
            Models = models,
            Environment = options.Environment ?? services.GetService<IHostEnvironment>()?.EnvironmentName,
        };
    }

    public static string AliasName(string key, AliasOptions alias) => string.IsNullOrWhiteSpace(alias.Name) ? key : alias.Name.Trim();

    public static string FallbackGroup(string key, FallbackOptions fallback) => string.IsNullOrWhiteSpace(fallback.Group) ? key : fallback.Group.Trim();

    private ModelGroup Group(string name, ModelGroupOptions group, CallPolicy defaults, FallbackRule[] defaultFallbacks, FrozenDictionary<string, Deployment> deployments)
    {
        IRoutingStrategy strategy = strategies.Create(group.Strategy, group.StrategyOptions)
            ?? throw new LlmException(LlmErrorKind.Configuration, $"The strategy '{group.Strategy}' of the group '{name}' is unknown.");
        Member[] members =
        [
            .. group.Deployments
                .OrderBy(static pair => pair.Value.Order)
                .ThenBy(static pair => pair.Key, StringComparer.Ordinal)
                .Select(pair => new Member(pair.Key, deployments[DeploymentFactory.IdOf(pair.Value)], pair.Value.Weight, pair.Value.Order) { Constraint = strategy as IMemberConstraint }),
        ];
        FallbackRule[] fallbacks = group.Fallbacks.Count > 0 ? Fallbacks(group.Fallbacks) : defaultFallbacks;
        return new ModelGroup(name, members, strategy, group.Strategy, defaults.With(group.Policy), fallbacks)
        {
            AllowDifferentModel = group.AllowDifferentModel,
            RetryBudget = registry.RetryBudgetOf(name),
            Plans = CallPlanFactory.Make(name, group, members, registry),
        };
    }

    private static FallbackRule[] Fallbacks(Dictionary<string, FallbackOptions> fallbacks) =>
    [
        .. fallbacks
            .OrderBy(static pair => pair.Value.Order)
            .ThenBy(static pair => pair.Key, StringComparer.Ordinal)
            .Select(static pair => Fallback(FallbackGroup(pair.Key, pair.Value), pair.Value)),
    ];

    private static FallbackRule Fallback(string group, FallbackOptions fallback) =>
        new(group, fallback.Kinds.Count == 0 ? null : fallback.Kinds.Select(static kind => Enum.Parse<LlmErrorKind>(kind, ignoreCase: true)).ToFrozenSet())
        {
            Statuses = fallback.StatusCodes.ToFrozenSet(),
            Rewrite = FallbackRewrite.Of(group, fallback),
        };
}

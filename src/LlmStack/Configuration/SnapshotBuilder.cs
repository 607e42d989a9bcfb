using System.Collections.Frozen;
using LlmStack.Catalog;
using LlmStack.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LlmStack.Configuration;

/// <summary>Turns validated options into the immutable snapshot that calls run on.</summary>
internal sealed class SnapshotBuilder(IServiceProvider services, ProviderEntries providers, StrategyResolver strategies, DeploymentRegistry registry, ScopePlanFactory scopes, ModelCatalog catalog)
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
        FallbackRule[] defaultFallbacks = GroupFactory.Fallbacks(options.DefaultFallbacks);
        FrozenDictionary<string, Deployment> deployments = new DeploymentFactory(entries, registry, models, services.GetRequiredService<TimeProvider>()).Make(options.ModelGroups);
        Dictionary<string, ModelGroup> groups = new(StringComparer.OrdinalIgnoreCase);
        var factory = new GroupFactory(services, strategies, registry, defaults, defaultFallbacks, deployments, options.ModelGroups);
        foreach ((string name, ModelGroupOptions group) in options.ModelGroups)
        {
            groups[name] = factory.Make(name, group);
        }

        services.GetRequiredService<SemanticExampleStore>().Keep(options.ModelGroups);
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
            ErrorPatterns = ErrorPatternFactory.Create(options.ErrorPatterns),
            Scopes = scopes.Make(options),
            SharesCalls = options.ModelGroups.Values.Any(static group => group.SingleFlight),
            Registry = registry,
            Models = models,
            Environment = options.Environment ?? services.GetService<IHostEnvironment>()?.EnvironmentName,
        };
    }

    public static string AliasName(string key, AliasOptions alias) => string.IsNullOrWhiteSpace(alias.Name) ? key : alias.Name.Trim();

    public static string FallbackGroup(string key, FallbackOptions fallback) => string.IsNullOrWhiteSpace(fallback.Group) ? key : fallback.Group.Trim();
}

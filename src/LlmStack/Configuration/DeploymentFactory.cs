using System.Collections.Frozen;
using LlmStack.Health;
using LlmStack.Limits;
using LlmStack.Routing;

namespace LlmStack.Configuration;

/// <summary>Makes one deployment for each id, whichever groups share it. What one member leaves unset, another may set.</summary>
internal sealed class DeploymentFactory(IReadOnlyDictionary<string, ProviderEntry> providers, DeploymentRegistry registry, ModelLookup models, TimeProvider time)
{
    private const int DefaultMaxQueue = 100;

    public FrozenDictionary<string, Deployment> Make(Dictionary<string, ModelGroupOptions> groups)
    {
        Dictionary<string, DeploymentOptions> merged = new(StringComparer.Ordinal);
        foreach (DeploymentOptions member in groups.Values.SelectMany(static group => group.Deployments.Values))
        {
            string id = IdOf(member);
            merged[id] = merged.TryGetValue(id, out DeploymentOptions? known) ? DeploymentDefinition.Merge(known, member) : member;
        }

        return merged.ToFrozenDictionary(static pair => pair.Key, pair => Make(pair.Key, pair.Value), StringComparer.Ordinal);
    }

    public static string IdOf(DeploymentOptions deployment)
    {
        _ = ModelName.TryParse(deployment.Model, out ModelName name);
        return ModelName.IdOf(deployment, name);
    }

    private Deployment Make(string id, DeploymentOptions options)
    {
        _ = ModelName.TryParse(options.Model, out ModelName name);
        ProviderEntry provider = providers[name.Provider];
        (DeploymentHealth health, DeploymentLimits limits) = registry.Get(id);
        ProbePlan? plan = (ProbePlan.Of(options.Probe) ?? provider.ProbePlan) is { Enabled: true } set ? set : null;
        ProbeState? probe = plan is null ? null : registry.ProbeOf(id);
        if (probe is not null)
        {
            probe.ValidFor = (long)(2 * plan!.Interval.TotalSeconds * time.TimestampFrequency);
        }

        ModelInfo? info = models.Find(provider, name.Model, options.BaseModel?.Trim());
        return new Deployment(id, provider.Name, name.Model)
        {
            Region = options.Region,
            Tags = [.. options.Tags],
            Environments = [.. options.Environments],
            RequestsPerMinute = options.RequestsPerMinute,
            TokensPerMinute = options.TokensPerMinute,
            Info = info,
            Api = options.Api,
            ContextWindow = options.ContextWindow ?? info?.ContextWindow,
            Quality = options.Quality ?? Deployment.UnknownQuality,
            MaxOutputTokens = options.MaxOutputTokens,
            Capabilities = CapabilityNames.Parse(options.Capabilities),
            TrainsOnData = options.TrainsOnData ?? provider.TrainsOnData,
            Retention = options.Retention ?? provider.Retention,
            Price = options.Price ?? ModelLookup.PriceOf(provider, info),
            MaxConcurrency = options.MaxConcurrency,
            MaxQueue = options.MaxQueue ?? DefaultMaxQueue,
            AcceptsPrefill = options.AcceptsPrefill ?? false,
            Gate = registry.GateOf(id),
            Health = health,
            Limits = limits,
            ProbePlan = plan,
            Probe = probe,
            ProviderEntry = provider,
            PolicyOverride = options.Policy,
        };
    }
}

using LlmStack.Routing;

namespace LlmStack.Configuration;

/// <summary>The fields that belong to the deployment itself, not to its place in a group; members with one id share them.</summary>
internal static class DeploymentDefinition
{
    /// <summary>The first field that both set, and differently; null when the definitions fit together.</summary>
    public static string? Conflict(DeploymentOptions a, DeploymentOptions b)
    {
        if (!string.Equals(a.Model?.Trim(), b.Model?.Trim(), StringComparison.OrdinalIgnoreCase))
        {
            return nameof(DeploymentOptions.Model);
        }

        return Differ(a.Region, b.Region) ? nameof(DeploymentOptions.Region)
            : Differ(a.RequestsPerMinute, b.RequestsPerMinute) ? nameof(DeploymentOptions.RequestsPerMinute)
            : Differ(a.TokensPerMinute, b.TokensPerMinute) ? nameof(DeploymentOptions.TokensPerMinute)
            : Differ(a.BaseModel, b.BaseModel) ? nameof(DeploymentOptions.BaseModel)
            : Differ(a.Api, b.Api) ? nameof(DeploymentOptions.Api)
            : Differ(a.MaxConcurrency, b.MaxConcurrency) ? nameof(DeploymentOptions.MaxConcurrency)
            : Differ(a.MaxQueue, b.MaxQueue) ? nameof(DeploymentOptions.MaxQueue)
            : Differ(a.AcceptsPrefill, b.AcceptsPrefill) ? nameof(DeploymentOptions.AcceptsPrefill)
            : Differ(a.ContextWindow, b.ContextWindow) ? nameof(DeploymentOptions.ContextWindow)
            : Differ(a.Quality, b.Quality) ? nameof(DeploymentOptions.Quality)
            : Differ(a.MaxOutputTokens, b.MaxOutputTokens) ? nameof(DeploymentOptions.MaxOutputTokens)
            : Differ(a.Capabilities, b.Capabilities) ? nameof(DeploymentOptions.Capabilities)
            : Differ(a.TrainsOnData, b.TrainsOnData) ? nameof(DeploymentOptions.TrainsOnData)
            : Differ(a.Retention, b.Retention) ? nameof(DeploymentOptions.Retention)
            : Differ(a.Price, b.Price) ? nameof(DeploymentOptions.Price)
            : Differ(ProbePlan.Of(a.Probe), ProbePlan.Of(b.Probe)) ? nameof(DeploymentOptions.Probe)
            : Differ(a.Tags, b.Tags) ? nameof(DeploymentOptions.Tags)
            : Differ(a.Environments, b.Environments) ? nameof(DeploymentOptions.Environments)
            : a.Policy is not null && b.Policy is not null && !PolicyDefinition.AreEqual(a.Policy, b.Policy) ? nameof(DeploymentOptions.Policy)
            : null;
    }

    public static DeploymentOptions Merge(DeploymentOptions a, DeploymentOptions b) => new()
    {
        Model = a.Model,
        Id = a.Id,
        Region = a.Region ?? b.Region,
        RequestsPerMinute = a.RequestsPerMinute ?? b.RequestsPerMinute,
        TokensPerMinute = a.TokensPerMinute ?? b.TokensPerMinute,
        BaseModel = a.BaseModel ?? b.BaseModel,
        Api = a.Api ?? b.Api,
        MaxConcurrency = a.MaxConcurrency ?? b.MaxConcurrency,
        MaxQueue = a.MaxQueue ?? b.MaxQueue,
        AcceptsPrefill = a.AcceptsPrefill ?? b.AcceptsPrefill,
        ContextWindow = a.ContextWindow ?? b.ContextWindow,
        Quality = a.Quality ?? b.Quality,
        MaxOutputTokens = a.MaxOutputTokens ?? b.MaxOutputTokens,
        Capabilities = a.Capabilities.Count > 0 ? a.Capabilities : b.Capabilities,
        TrainsOnData = a.TrainsOnData ?? b.TrainsOnData,
        Retention = a.Retention ?? b.Retention,
        Price = a.Price ?? b.Price,
        Tags = a.Tags.Count > 0 ? a.Tags : b.Tags,
        Environments = a.Environments.Count > 0 ? a.Environments : b.Environments,
        Probe = a.Probe ?? b.Probe,
        Policy = a.Policy ?? b.Policy,
    };

    private static bool Differ<T>(T? a, T? b) => a is not null && b is not null && !a.Equals(b);

    private static bool Differ(List<string> a, List<string> b) => a.Count > 0 && b.Count > 0 && !a.Order(StringComparer.OrdinalIgnoreCase).SequenceEqual(b.Order(StringComparer.OrdinalIgnoreCase), StringComparer.OrdinalIgnoreCase);
}

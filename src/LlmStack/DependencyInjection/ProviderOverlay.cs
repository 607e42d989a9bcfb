namespace LlmStack.DependencyInjection;

/// <summary>Lays options made in code over those of the configuration: what differs from the default wins.</summary>
internal static class ProviderOverlay
{
    private static readonly ProviderOptions Unset = new();

    public static void Apply(ProviderOptions code, ProviderOptions target)
    {
        target.Type = code.Type ?? target.Type;
        target.Endpoint = code.Endpoint ?? target.Endpoint;
        target.ApiKey = code.ApiKey ?? target.ApiKey;
        target.ApiKeyVariable = code.ApiKeyVariable ?? target.ApiKeyVariable;
        target.Organization = code.Organization ?? target.Organization;
        target.Project = code.Project ?? target.Project;
        target.Location = code.Location ?? target.Location;
        target.ApiVersion = code.ApiVersion ?? target.ApiVersion;
        target.IsLocal = code.IsLocal ?? target.IsLocal;
        target.UnsupportedFields = code.UnsupportedFields == Unset.UnsupportedFields ? target.UnsupportedFields : code.UnsupportedFields;
        target.Api = code.Api == ChatApi.Auto ? target.Api : code.Api;
        target.RepairHistory &= code.RepairHistory;
        target.CacheBreakpoints |= code.CacheBreakpoints;
        target.PropagateTrace |= code.PropagateTrace;
        target.Policy = code.Policy ?? target.Policy;
        target.PooledConnectionLifetime = code.PooledConnectionLifetime == Unset.PooledConnectionLifetime ? target.PooledConnectionLifetime : code.PooledConnectionLifetime;
        foreach ((string id, ApiKeyOptions key) in code.ApiKeys)
        {
            target.ApiKeys[id] = key;
        }

        foreach ((string header, string value) in code.Headers)
        {
            target.Headers[header] = value;
        }
    }
}

namespace LlmStack.Configuration;

/// <summary>Whether two definitions of a provider would make the same adapter.</summary>
internal static class ProviderDefinition
{
    public static bool AreEqual(ProviderOptions a, ProviderOptions b) =>
        Key(a) == Key(b)
        && a.Headers.Count == b.Headers.Count
        && a.Headers.All(header => b.Headers.TryGetValue(header.Key, out string? value) && value == header.Value)
        && (a.UnsupportedFields, a.RepairHistory, a.CacheBreakpoints, a.Api) == (b.UnsupportedFields, b.RepairHistory, b.CacheBreakpoints, b.Api)
        && a.ApiKeys.Count == b.ApiKeys.Count
        && a.ApiKeys.All(key => b.ApiKeys.TryGetValue(key.Key, out ApiKeyOptions? other) && (other.Key, other.Variable, other.Weight) == (key.Value.Key, key.Value.Variable, key.Value.Weight))
        && PolicyDefinition.AreEqual(a.Policy, b.Policy);

    private static (string?, string?, string?, string?, string?, string?, string?, bool?, TimeSpan, bool, bool?, TimeSpan?) Key(ProviderOptions o) =>
        (o.Type, o.Endpoint, o.ApiKey, o.Organization, o.Project, o.Location, o.ApiVersion, o.IsLocal, o.PooledConnectionLifetime, o.PropagateTrace, o.TrainsOnData, o.Retention);
}

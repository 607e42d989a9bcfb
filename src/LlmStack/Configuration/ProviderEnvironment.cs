namespace LlmStack.Configuration;

/// <summary>Adds the providers whose usual variables are set, and fills in what those say of the providers that are defined.</summary>
internal sealed class ProviderEnvironment(IEnvironment environment, ProviderFormats formats)
{
    public void Apply(IDictionary<string, ProviderOptions> providers)
    {
        foreach (ProviderFormatRow row in formats.Rows)
        {
            if (row.ImpliedBy is { } name && !providers.ContainsKey(name) && IsFound(row))
            {
                providers[name] = new ProviderOptions();
            }
        }

        foreach ((string name, ProviderOptions provider) in providers)
        {
            if (provider is not null && formats.RowFor(name, provider) is { } row)
            {
                Complete(provider, row);
            }
        }
    }

    /// <summary>A format that needs a key is found by its key, one without a usual address by its address; any other by either.</summary>
    private bool IsFound(ProviderFormatRow row)
    {
        if (row.FoundIn is { } found)
        {
            return found(environment);
        }

        bool key = First(row.FurtherKeyVariables, row.Format.DefaultApiKeyVariable) is not null;
        bool address = First(row.EndpointVariables) is not null;
        return (key || address) && (key || !row.Format.RequiresKey) && (address || row.Format.DefaultEndpoint is not null);
    }

    private void Complete(ProviderOptions provider, ProviderFormatRow row)
    {
        if (string.IsNullOrWhiteSpace(provider.Endpoint) && First(row.EndpointVariables) is { } host)
        {
            provider.Endpoint = row.AddressOf?.Invoke(host) ?? host;
        }

        provider.ApiKey = provider.ApiKeyVariable is { } own ? Or(provider.ApiKey, [], own) : Or(provider.ApiKey, row.FurtherKeyVariables, row.Format.DefaultApiKeyVariable);
        foreach (ApiKeyOptions key in provider.ApiKeys.Values)
        {
            if (key?.Variable is { } variable)
            {
                key.Key = Or(key.Key, [], variable);
            }
        }

        provider.Organization = Or(provider.Organization, row.OrganizationVariables);
        provider.Project = Or(provider.Project, row.ProjectVariables);
        provider.Location = Or(provider.Location, row.LocationVariables);
        provider.ApiVersion = Or(provider.ApiVersion, row.ApiVersionVariables);
        if (string.IsNullOrWhiteSpace(provider.Endpoint) && row.Address is { } address)
        {
            provider.Endpoint = address(provider);
        }
    }

    private string? Or(string? value, IReadOnlyList<string> variables, string? usual = null) =>
        string.IsNullOrWhiteSpace(value) ? First(variables, usual) : value;

    private string? First(IReadOnlyList<string> variables, string? usual = null)
    {
        string? value = usual is null ? null : environment.Get(usual);
        for (int i = 0; value is null && i < variables.Count; i++)
        {
            value = environment.Get(variables[i]);
        }

        return value;
    }
}

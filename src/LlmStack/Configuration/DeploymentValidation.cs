namespace LlmStack.Configuration;

/// <summary>Checks deployments, also those of several groups that share an id.</summary>
internal sealed class DeploymentValidation(LlmStackOptions options, OptionsProblems problems)
{
    private readonly Dictionary<string, (string Path, DeploymentOptions Deployment)> _byId = new(StringComparer.Ordinal);

    public void Validate(string group, ModelGroupOptions settings)
    {
        Dictionary<string, string> inGroup = new(StringComparer.Ordinal);
        foreach ((string key, DeploymentOptions? deployment) in settings.Deployments)
        {
            string path = $"{group}:{nameof(settings.Deployments)}:{key}";
            if (key.Contains(':', StringComparison.Ordinal))
            {
                problems.Add(path, key, "an id without ':'");
            }

            if (deployment is null)
            {
                problems.Add($"{path}:{nameof(DeploymentOptions.Model)}", null, "provider/model");
                continue;
            }

            Values(path, deployment);
            if (Model(path, deployment, out ModelName name))
            {
                string id = ModelName.IdOf(deployment, name);
                Shared(path, id, deployment);
                if (!inGroup.TryAdd(id, key))
                {
                    problems.Say(path, $"is the same deployment '{id}' as {inGroup[id]}; allowed: each deployment once in a group, told apart by Region or Id");
                }
            }
        }
    }

    private bool Model(string path, DeploymentOptions deployment, out ModelName name)
    {
        string at = $"{path}:{nameof(deployment.Model)}";
        if (!ModelName.TryParse(deployment.Model, out name))
        {
            problems.Add(at, deployment.Model, "provider/model, with the provider before the first slash; providers are " + NearMatches.OneOf(null, options.Providers.Keys));
            return false;
        }

        if (!options.Providers.ContainsKey(name.Provider))
        {
            problems.Add(at, deployment.Model, "a known provider before the slash, " + NearMatches.OneOf(name.Provider, options.Providers.Keys));
            return false;
        }

        return true;
    }

    private void Shared(string path, string id, DeploymentOptions deployment)
    {
        if (!_byId.TryAdd(id, (path, deployment)) && DeploymentDefinition.Conflict(_byId[id].Deployment, deployment) is { } field)
        {
            problems.Say($"{path}:{field}", $"differs from {_byId[id].Path}:{field}, though both are the deployment '{id}'; allowed: one definition for each id, or another Id");
        }
    }

    private void Values(string path, DeploymentOptions deployment)
    {
        if (deployment.Id is { } id && (string.IsNullOrWhiteSpace(id) || id.Contains(':', StringComparison.Ordinal)))
        {
            problems.Add($"{path}:{nameof(deployment.Id)}", id, "an id without ':'");
        }

        problems.NotNegative($"{path}:{nameof(deployment.Weight)}", deployment.Weight);
        problems.AtLeast($"{path}:{nameof(deployment.RequestsPerMinute)}", deployment.RequestsPerMinute, 1);
        problems.AtLeast($"{path}:{nameof(deployment.TokensPerMinute)}", deployment.TokensPerMinute, 1);
        problems.AtLeast($"{path}:{nameof(deployment.MaxConcurrency)}", deployment.MaxConcurrency, 1);
        problems.AtLeast($"{path}:{nameof(deployment.MaxQueue)}", deployment.MaxQueue, 0);
        problems.AtLeast($"{path}:{nameof(deployment.ContextWindow)}", deployment.ContextWindow, 1);
        problems.Share($"{path}:{nameof(deployment.Quality)}", deployment.Quality);
        problems.AtLeast($"{path}:{nameof(deployment.MaxOutputTokens)}", deployment.MaxOutputTokens, 1);
        problems.NotNegative($"{path}:{nameof(deployment.Retention)}", deployment.Retention);
        for (int i = 0; i < deployment.Capabilities.Count; i++)
        {
            string capability = deployment.Capabilities[i];
            if (!CapabilityNames.All.Contains(capability, StringComparer.OrdinalIgnoreCase))
            {
                problems.Add($"{path}:{nameof(deployment.Capabilities)}:{i}", capability, NearMatches.OneOf(capability, CapabilityNames.All));
            }
        }

        if (deployment.BaseModel is { } baseModel && string.IsNullOrWhiteSpace(baseModel))
        {
            problems.Add($"{path}:{nameof(deployment.BaseModel)}", baseModel, "a model, or provider/model in the catalogue's names");
        }

        PriceValidation.Validate($"{path}:{nameof(deployment.Price)}", deployment.Price, problems);
        ProbeValidation.Validate($"{path}:{nameof(deployment.Probe)}", deployment.Probe, problems);
        PolicyValidation.Validate($"{path}:{nameof(deployment.Policy)}", deployment.Policy, problems);
        PolicyValidation.RefuseOnDeployment($"{path}:{nameof(deployment.Policy)}", deployment.Policy, problems);
    }
}

namespace LlmStack.Configuration;

/// <summary>Checks groups, fallbacks, aliases and the default names.</summary>
internal sealed class GroupValidation(StrategyResolver strategies, OptionsProblems problems)
{
    private const string Root = LlmStackOptions.SectionName + ":" + nameof(LlmStackOptions.ModelGroups);
    private const string AliasRoot = LlmStackOptions.SectionName + ":" + nameof(LlmStackOptions.Aliases);

    public void Validate(LlmStackOptions options)
    {
        PolicyValidation.Validate($"{LlmStackOptions.SectionName}:{nameof(options.Defaults)}", options.Defaults, problems);
        var deployments = new DeploymentValidation(options, problems);
        foreach ((string name, ModelGroupOptions group) in options.ModelGroups)
        {
            string path = $"{Root}:{name}";
            problems.Name(path, name, slashes: false);
            if (group is null || group.Deployments.Count == 0)
            {
                problems.Say($"{path}:{nameof(ModelGroupOptions.Deployments)}", "is empty; allowed: one or more deployments, each with a Model");
            }

            if (group is not null)
            {
                deployments.Validate(path, group);
                Group(path, name, group, options);
            }
        }

        Aliases(options);
        foreach ((string key, FallbackOptions fallback) in options.DefaultFallbacks)
        {
            Fallback($"{LlmStackOptions.SectionName}:{nameof(options.DefaultFallbacks)}:{key}", "", key, fallback ?? new FallbackOptions(), options);
        }

        DefaultNames(options);
    }

    private void Group(string path, string name, ModelGroupOptions group, LlmStackOptions options)
    {
        if (!strategies.Knows(group.Strategy))
        {
            problems.Add($"{path}:{nameof(group.Strategy)}", group.Strategy, NearMatches.OneOf(group.Strategy, StrategyResolver.BuiltInNames) + ", or the key of a registered IRoutingStrategy");
        }

        foreach ((string key, FallbackOptions fallback) in group.Fallbacks)
        {
            string at = $"{path}:{nameof(group.Fallbacks)}:{key}";
            Fallback(at, name, key, fallback ?? new FallbackOptions(), options);
        }

        bool embeds = string.Equals(options.DefaultEmbeddingModel, name, StringComparison.OrdinalIgnoreCase);
        EmbeddingGroupValidation.Validate(path, group, embeds, problems);
        PolicyValidation.Validate($"{path}:{nameof(group.Policy)}", group.Policy, problems);
    }

    private void Fallback(string path, string name, string key, FallbackOptions fallback, LlmStackOptions options)
    {
        string target = SnapshotBuilder.FallbackGroup(key, fallback);
        IEnumerable<string> others = options.ModelGroups.Keys.Where(other => !string.Equals(other, name, StringComparison.OrdinalIgnoreCase));
        if (!others.Contains(target, StringComparer.OrdinalIgnoreCase))
        {
            problems.Add($"{path}:{nameof(fallback.Group)}", target, (name.Length == 0 ? "a group, " : "another group, ") + NearMatches.OneOf(target, others));
        }

        for (int i = 0; i < fallback.Kinds.Count; i++)
        {
            KindNames.Check($"{path}:{nameof(fallback.Kinds)}:{i}", fallback.Kinds[i], problems);
        }

        for (int i = 0; i < fallback.StatusCodes.Count; i++)
        {
            problems.Between($"{path}:{nameof(fallback.StatusCodes)}:{i}", fallback.StatusCodes[i], 400, 599);
        }

        problems.AtLeast($"{path}:{nameof(fallback.MaxOutputTokens)}", fallback.MaxOutputTokens, 1);
        problems.NotNegative($"{path}:{nameof(fallback.Temperature)}", fallback.Temperature);
        problems.Share($"{path}:{nameof(fallback.TopP)}", fallback.TopP);
    }

    private void Aliases(LlmStackOptions options)
    {
        HashSet<string> seen = new(StringComparer.OrdinalIgnoreCase);
        foreach ((string key, AliasOptions? entry) in options.Aliases)
        {
            string path = $"{AliasRoot}:{key}";
            AliasOptions alias = entry ?? new AliasOptions();
            string name = SnapshotBuilder.AliasName(key, alias);
            if (options.ModelGroups.ContainsKey(name))
            {
                problems.Add($"{path}:{nameof(alias.Name)}", name, "a name that is not the name of a group");
            }

            if (!seen.Add(name))
            {
                problems.Add($"{path}:{nameof(alias.Name)}", name, "a name that no other alias has");
            }

            if (string.IsNullOrWhiteSpace(alias.Target) || !options.ModelGroups.ContainsKey(alias.Target.Trim()))
            {
                problems.Add($"{path}:{nameof(alias.Target)}", alias.Target, "a group, " + NearMatches.OneOf(alias.Target, options.ModelGroups.Keys));
            }
        }
    }

    private void DefaultNames(LlmStackOptions options)
    {
        if (options.DefaultGroup is { } group && !options.ModelGroups.ContainsKey(group))
        {
            problems.Add($"{LlmStackOptions.SectionName}:{nameof(options.DefaultGroup)}", group, "a group, " + NearMatches.OneOf(group, options.ModelGroups.Keys));
        }

        Named(nameof(options.DefaultChatModel), options.DefaultChatModel, options);
        Named(nameof(options.DefaultEmbeddingModel), options.DefaultEmbeddingModel, options);
    }

    private void Named(string option, string? name, LlmStackOptions options)
    {
        if (name is null
            || options.ModelGroups.ContainsKey(name)
            || options.Aliases.Any(pair => string.Equals(SnapshotBuilder.AliasName(pair.Key, pair.Value), name, StringComparison.OrdinalIgnoreCase))
            || (ModelName.TryParse(name, out ModelName model) && options.Providers.ContainsKey(model.Provider)))
        {
            return;
        }

        IEnumerable<string> known = options.ModelGroups.Keys.Concat(options.Aliases.Select(static pair => SnapshotBuilder.AliasName(pair.Key, pair.Value)));
        problems.Add($"{LlmStackOptions.SectionName}:{option}", name, "a group, an alias or provider/model; " + NearMatches.OneOf(name, known));
    }
}

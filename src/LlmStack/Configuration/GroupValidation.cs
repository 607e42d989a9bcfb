namespace LlmStack.Configuration;

/// <summary>Checks groups, fallbacks and the default names.</summary>
internal sealed class GroupValidation(StrategyResolver strategies, OptionsProblems problems)
{
    private const string Root = LlmStackOptions.SectionName + ":" + nameof(LlmStackOptions.ModelGroups);

    public void Validate(LlmStackOptions options)
    {
        PolicyValidation.Validate($"{LlmStackOptions.SectionName}:{nameof(options.Defaults)}", options.Defaults, problems);
        var deployments = new DeploymentValidation(options, problems);
        var patterns = new PatternValidation(options, problems);
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
                patterns.Group(path, group);
                Group(path, name, group, options);
            }
        }

        new AliasValidation(patterns, problems).Validate(options);
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

        problems.Positive($"{path}:{nameof(group.StickyFor)}", group.StickyFor);
        RuleValidation.Validate(path, name, group, options, problems);
        PoolValidation.Validate($"{path}:{nameof(group.StrategyOptions)}", group, strategies, options, problems);
        StrategyValidation.Validate($"{path}:{nameof(group.StrategyOptions)}", group.Strategy, group.StrategyOptions, problems);
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
        IEnumerable<string> others = PatternValidation.NamedGroups(options).Where(other => !string.Equals(other, name, StringComparison.OrdinalIgnoreCase));
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

    private void DefaultNames(LlmStackOptions options)
    {
        List<string> groups = [.. PatternValidation.NamedGroups(options)];
        if (options.DefaultGroup is { } group && !groups.Contains(group, StringComparer.OrdinalIgnoreCase))
        {
            problems.Add($"{LlmStackOptions.SectionName}:{nameof(options.DefaultGroup)}", group, "a group, " + NearMatches.OneOf(group, groups));
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

using LlmStack.Routing;

namespace LlmStack.Configuration;

/// <summary>Checks the strategies that assign requests to pools.</summary>
internal static class PoolValidation
{
    public static void Validate(string path, ModelGroupOptions group, StrategyResolver strategies, LlmStackOptions options, OptionsProblems problems)
    {
        StrategyOptions settings = group.StrategyOptions;
        string pools = $"{path}:{nameof(settings.Pools)}";
        if (!RoutingStrategy.AssignsPools(group.Strategy))
        {
            if (settings.Pools.Count > 0)
            {
                problems.Say(pools, $"is set, but the strategy is {group.Strategy}; allowed: only with {string.Join(", ", RoutingStrategy.PoolStrategies)}");
            }

            return;
        }

        var strategy = new RoutingStrategy(group.Strategy);
        if (settings.Pools.Count == 0)
        {
            problems.Say(pools, "is empty; allowed: one or more pools");
        }

        if (settings.Inner is { } inner && (!strategies.Knows(inner) || RoutingStrategy.AssignsPools(inner)))
        {
            problems.Add($"{path}:{nameof(settings.Inner)}", inner, "a strategy that ranks, " + NearMatches.OneOf(inner, StrategyResolver.BuiltInNames.Where(static name => !RoutingStrategy.AssignsPools(name))));
        }

        foreach ((string key, PoolOptions? pool) in settings.Pools)
        {
            string at = $"{pools}:{key}";
            PoolOptions one = pool ?? new PoolOptions();
            RuleValidation.PoolUse($"{at}:{nameof(one.Use)}", group, one.Use, problems);
            problems.NotNegative($"{at}:{nameof(one.Share)}", one.Share);
            problems.Share($"{at}:{nameof(one.Threshold)}", one.Threshold);
            if (strategy == RoutingStrategy.Complexity && !Enum.GetNames<ComplexityTier>().Contains(key, StringComparer.OrdinalIgnoreCase))
            {
                problems.Add(at, key, "a tier, " + NearMatches.OneOf(key, Enum.GetNames<ComplexityTier>()));
            }
        }

        if (strategy == RoutingStrategy.Split && settings.Pools.Count > 0 && settings.Pools.Values.Sum(static pool => pool?.Share ?? 1) is not > 0)
        {
            problems.Say(pools, $"have no {nameof(PoolOptions.Share)} above 0; allowed: shares of which one or more are above 0");
        }

        if (settings.DefaultPool is { } name && !settings.Pools.ContainsKey(name))
        {
            problems.Add($"{path}:{nameof(settings.DefaultPool)}", name, "a pool, " + NearMatches.OneOf(name, settings.Pools.Keys));
        }

        if (strategy == RoutingStrategy.Semantic)
        {
            Semantic(path, settings, options, problems);
        }

        if (strategy == RoutingStrategy.Classified && string.IsNullOrWhiteSpace(settings.Classifier))
        {
            problems.Add($"{path}:{nameof(settings.Classifier)}", settings.Classifier, "the key of a registered IRequestClassifier");
        }

        if (settings.Classifier is { } classifier && !strategies.KnowsClassifier(classifier))
        {
            problems.Add($"{path}:{nameof(settings.Classifier)}", classifier, "the key of a registered IRequestClassifier");
        }
    }

    private static void Semantic(string path, StrategyOptions settings, LlmStackOptions options, OptionsProblems problems)
    {
        string? model = settings.EmbeddingModel;
        if (model is null || !(options.ModelGroups.ContainsKey(model) || (ModelName.TryParse(model, out ModelName name) && options.Providers.ContainsKey(name.Provider))))
        {
            problems.Add($"{path}:{nameof(settings.EmbeddingModel)}", model, "a group or provider/model that embeds, " + NearMatches.OneOf(model, options.ModelGroups.Keys));
        }

        if (settings.Pools.Values.All(static pool => pool is null || pool.Examples.Count == 0))
        {
            problems.Say($"{path}:{nameof(settings.Pools)}", $"have no {nameof(PoolOptions.Examples)}; allowed: one or more for a pool");
        }
    }
}

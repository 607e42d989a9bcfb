using System.Collections.Frozen;
using LlmStack.Routing;
using LlmStack.Routing.Rules;
using Microsoft.Extensions.DependencyInjection;

namespace LlmStack.Configuration;

/// <summary>Makes the groups of a snapshot: members, strategy, pools, rules, fallbacks.</summary>
internal sealed class GroupFactory(IServiceProvider services, StrategyResolver strategies, DeploymentRegistry registry, CallPolicy defaults, FallbackRule[] defaultFallbacks, FrozenDictionary<string, Deployment> deployments, IReadOnlyDictionary<string, ModelGroupOptions> groups)
{
    public ModelGroup Make(string name, ModelGroupOptions group)
    {
        StrategyOptions options = group.StrategyOptions;
        bool pooled = RoutingStrategy.AssignsPools(group.Strategy);
        string ranking = pooled ? options.Inner ?? RoutingStrategy.Weighted.Name : group.Strategy;
        IRoutingStrategy strategy = strategies.Create(ranking, options)
            ?? throw new LlmException(LlmErrorKind.Configuration, $"The strategy '{ranking}' of the group '{name}' is unknown.");
        Member[] members =
        [
            .. group.Deployments
                .OrderBy(static pair => pair.Value.Order)
                .ThenBy(static pair => pair.Key, StringComparer.Ordinal)
                .Select(pair => new Member(pair.Key, deployments[DeploymentFactory.IdOf(pair.Value)], pair.Value.Weight, pair.Value.Order) { Constraint = strategy as IMemberConstraint }),
        ];
        List<KeyValuePair<string, RuleOptions>> rules = [.. group.Rules.OrderBy(static pair => pair.Value.Order).ThenBy(static pair => pair.Key, StringComparer.Ordinal)];
        List<KeyValuePair<string, PoolOptions>> assigned = pooled ? [.. options.Pools.OrderBy(static pair => pair.Key, StringComparer.Ordinal)] : [];
        MemberPool[] pools = [.. assigned.Select(static pair => new MemberPool(pair.Key, pair.Value.Use))];
        IPoolSelector? selector = pooled ? Selector(name, group.Strategy, options, assigned, pools) : null;
        MemberPool[] all = [.. pools, .. rules.Where(static pair => pair.Value.Use.Count > 0).Select(static pair => new MemberPool(pair.Key, pair.Value.Use))];
        RuleSet? ruleSet = rules.Count == 0 ? null : new RuleSet(name, [.. rules.Select(pair => Rule(pair.Key, pair.Value, all, pools.Length))], selector);
        return new ModelGroup(name, members, strategy, group.Strategy, defaults.With(group.Policy), group.Fallbacks.Count > 0 ? Fallbacks(group.Fallbacks) : defaultFallbacks)
        {
            AllowDifferentModel = group.AllowDifferentModel,
            RetryBudget = registry.RetryBudgetOf(name),
            Plans = CallPlanFactory.Make(name, group, members, registry),
            Control = registry.ControlOf(name),
            Stickiness = group.Stickiness,
            StickyFor = group.StickyFor ?? AffinityStore.DefaultTime,
            Pools = all,
            Selector = (IPoolSelector?)ruleSet ?? selector,
            Rules = ruleSet,
            Classifier = pooled ? Classifier(name, group.Strategy, options, assigned) : null,
        };
    }

    public static FallbackRule[] Fallbacks(Dictionary<string, FallbackOptions> fallbacks) =>
    [
        .. fallbacks
            .OrderBy(static pair => pair.Value.Order)
            .ThenBy(static pair => pair.Key, StringComparer.Ordinal)
            .Select(static pair => Fallback(SnapshotBuilder.FallbackGroup(pair.Key, pair.Value), pair.Value)),
    ];

    private static FallbackRule Fallback(string group, FallbackOptions fallback) =>
        new(group, fallback.Kinds.Count == 0 ? null : fallback.Kinds.Select(static kind => Enum.Parse<LlmErrorKind>(kind, ignoreCase: true)).ToFrozenSet())
        {
            Statuses = fallback.StatusCodes.ToFrozenSet(),
            Rewrite = FallbackRewrite.Of(group, fallback),
        };

    private static RoutingRule Rule(string id, RuleOptions rule, MemberPool[] pools, int first)
    {
        int pool = rule.Use.Count == 0 ? 0 : Array.FindIndex(pools, first, candidate => candidate.Name == id) + 1;
        return new RoutingRule(id, string.IsNullOrWhiteSpace(rule.When) ? null : RuleParser.Parse(rule.When), rule.Predicate, rule.Group?.Trim(), pool);
    }

    private static IPoolSelector Selector(string group, string strategy, StrategyOptions options, List<KeyValuePair<string, PoolOptions>> assigned, MemberPool[] pools)
    {
        var name = new RoutingStrategy(strategy);
        return name == RoutingStrategy.Split ? new SplitSelector([.. assigned.Select(static pair => pair.Value.Share ?? 1)], options.SplitBy ?? SplitKey.User, options.Salt ?? group)
            : name == RoutingStrategy.Complexity ? new ComplexitySelector(pools)
            : new HintSelector(pools, options.DefaultPool);
    }

    private IRequestClassifier? Classifier(string group, string strategy, StrategyOptions options, List<KeyValuePair<string, PoolOptions>> assigned)
    {
        if (options.Classifier is { } own)
        {
            return services.GetRequiredKeyedService<IRequestClassifier>(own);
        }

        if (new RoutingStrategy(strategy) != RoutingStrategy.Semantic)
        {
            return null;
        }

        // The client is asked for late: it is made of the snapshot that this becomes a part of.
        SemanticTopic[] topics = [.. assigned.Where(static pair => pair.Value.Examples.Count > 0).Select(pair => new SemanticTopic(pair.Key, pair.Value.Examples, (float)(pair.Value.Threshold ?? options.Threshold ?? StrategyValidation.DefaultThreshold)))];
        string[] texts = [.. topics.SelectMany(static topic => topic.Examples)];
        SemanticExamples examples = services.GetRequiredService<SemanticExampleStore>().Get(group, options.EmbeddingModel!, ModelsBehind(options.EmbeddingModel!), texts);
        return new SemanticClassifier(services.GetRequiredService<ILlmClient>, topics, examples);
    }

    private IEnumerable<string> ModelsBehind(string name) =>
        groups.TryGetValue(name, out ModelGroupOptions? embedding) ? embedding.Deployments.Values.Select(static deployment => deployment.Model!.Trim()) : [];
}

using System.Collections.Concurrent;
using LlmStack.Routing.Rules;

namespace LlmStack.Routing;

/// <summary>A group of the current snapshot.</summary>
internal sealed class ModelGroup(string name, Member[] members, IRoutingStrategy strategy, string strategyName, CallPolicy policy, IReadOnlyList<FallbackRule> fallbacks)
{
    /// <summary>Local servers load models on first use.</summary>
    public static readonly TimeSpan LocalFirstTokenTimeout = TimeSpan.FromSeconds(300);

    private readonly ConcurrentDictionary<Deployment, CallPolicy> _policies = new();
    private readonly string[] _spanNames = [$"chat {name}", $"embeddings {name}", $"text_completion {name}", $"rerank {name}", $"moderation {name}", $"image_generation {name}", $"text_to_speech {name}", $"speech_to_text {name}"];

    public string Name { get; } = name;

    /// <summary>In the stable order of the configuration (Order, then key).</summary>
    public Member[] Members { get; } = members;

    /// <summary>Whether models have stars, so that the group serves names of its pattern but not its own.</summary>
    public bool IsTemplate { get; } = Array.Exists(members, static member => member.Deployment.IsTemplate);

    /// <summary>Providers of members at which callers use credentials of their own, each once; mostly none.</summary>
    public ProviderEntry[] CallerProviders { get; } = CallerProvidersOf(members);

    public IRoutingStrategy Strategy { get; } = Attached(strategy, members);

    public string StrategyName { get; } = strategyName;

    /// <summary>Why the strategy's choice was picked; made once, a pick does not allocate.</summary>
    public string ByStrategy { get; } = $"picked by {strategyName}";

    public CallPolicy Policy { get; } = policy;

    public IReadOnlyList<FallbackRule> Fallbacks { get; } = fallbacks;

    /// <summary>An embedding group holds one model and dimension unless this is set.</summary>
    public bool AllowDifferentModel { get; init; }

    /// <summary>What keeps calls on one deployment.</summary>
    public Stickiness Stickiness { get; init; }

    /// <summary>How long a session or cached prompt is remembered without a call.</summary>
    public TimeSpan StickyFor { get; init; } = AffinityStore.DefaultTime;

    /// <summary>What operators said of it.</summary>
    public GroupControl Control { get; init; } = new();

    /// <summary>Parts of the group that requests may be assigned to.</summary>
    public MemberPool[] Pools { get; init; } = [];

    /// <summary>What assigns requests to the pools; null for none.</summary>
    public IPoolSelector? Selector { get; init; }

    /// <summary>Rules that may lead to other groups; null for none.</summary>
    public RuleSet? Rules { get; init; }

    /// <summary>What has to look at a request before the first pick; null for nothing.</summary>
    public IRequestClassifier? Classifier { get; init; }

    /// <summary>What it does beside asking one deployment after the other; null for nothing.</summary>
    public CallPlans? Plans { get; init; }

    /// <summary>Keeps the repetitions of this group's calls from multiplying an outage.</summary>
    public RetryBudget RetryBudget { get; init; } = new();

    /// <summary>What answers to calls without a feature were like; owned by <see cref="LikelyOutput"/>.</summary>
    internal OutputExperience? Experience { get; set; }

    /// <summary>Survivors of the static filters by request shape; owned by the routing engine.</summary>
    internal ShapeCache Shapes { get; } = new();

    /// <summary>The span's name of a call, under the GenAI conventions <c>{operation} {model}</c>.</summary>
    public string SpanName(LlmOperation operation) => _spanNames[(int)operation];

    /// <summary>This group for a name that matched its pattern: members whose model has stars get the captured text.</summary>
    /// <returns>Null when a model would be left without a name.</returns>
    public ModelGroup? Fill(RoutingSnapshot snapshot, string requested, string[] captures)
    {
        var filled = new Member[Members.Length];
        for (int i = 0; i < filled.Length; i++)
        {
            Member member = Members[i];
            if (member.Deployment.Fill(snapshot, requested, captures) is not { } deployment)
            {
                return null;
            }
            filled[i] = new Member(member.Key, deployment, member.Weight, member.Order) { Constraint = member.Constraint };
            if (Plans?.Parallel is { Delay: null })
            {
                deployment.Health.TrackPercentiles();
            }
        }
        return new ModelGroup(Name, filled, Strategy, StrategyName, Policy, Fallbacks)
        {
            AllowDifferentModel = AllowDifferentModel,
            Stickiness = Stickiness,
            StickyFor = StickyFor,
            Control = Control,
            Pools = Pools,
            Selector = Selector,
            Rules = Rules,
            Classifier = Classifier,
            Plans = Plans,
            RetryBudget = RetryBudget,
        };
    }

    /// <summary>What is in force for attempts of this group at a deployment: deployment over provider over group over defaults.</summary>
    public CallPolicy PolicyFor(Deployment deployment)
    {
        ProviderEntry? provider = deployment.ProviderEntry;
        bool local = provider is { IsLocal: true } && Policy.FirstTokenTimeoutIsDefault;
        if (deployment.PolicyOverride is null && provider?.PolicyOverride is null && !local)
        {
            return Policy;
        }

        return _policies.GetOrAdd(deployment, static (key, group) => Merge(key, group), Policy);
    }

    private static ProviderEntry[] CallerProvidersOf(Member[] members)
    {
        List<ProviderEntry>? found = null;
        foreach (Member member in members)
        {
            if (member.Deployment.ProviderEntry is { TakesCallerCredentials: true } provider && found?.Contains(provider) != true)
            {
                (found ??= []).Add(provider);
            }
        }
        return found?.ToArray() ?? [];
    }

    private static IRoutingStrategy Attached(IRoutingStrategy strategy, Member[] members)
    {
        (strategy as BuiltInStrategy)?.Attach(members);
        return strategy;
    }

    private static CallPolicy Merge(Deployment deployment, CallPolicy group)
    {
        CallPolicy merged = group.With(deployment.ProviderEntry?.PolicyOverride).With(deployment.PolicyOverride);
        return deployment.ProviderEntry is { IsLocal: true } && merged.FirstTokenTimeoutIsDefault
            ? merged with { FirstTokenTimeout = LocalFirstTokenTimeout }
            : merged;
    }
}

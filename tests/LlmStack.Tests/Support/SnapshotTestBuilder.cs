using System.Collections.Frozen;
using LlmStack.Health;
using LlmStack.Limits;
using LlmStack.Providers;
using LlmStack.Routing;
using LlmStack.Routing.Strategies;
using Microsoft.Extensions.Time.Testing;

namespace LlmStack.Tests.Support;

/// <summary>Makes snapshots, and a router over them, in few words.</summary>
internal sealed class SnapshotTestBuilder
{
    private readonly Dictionary<string, ProviderEntry> _providers = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, ModelGroup> _groups = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> _aliases = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Deployment> _deployments = new(StringComparer.Ordinal);
    private readonly DeploymentRegistry _registry = new();

    public SnapshotTestBuilder(ulong seed = 42)
    {
        Random = new SeededRandomSource(seed);
        Health = new HealthTracker(Time);
        Admission = new DeploymentAdmission(Time);
        Provider("openai");
        Provider("azure");
    }

    public FakeTimeProvider Time { get; } = new();

    public SeededRandomSource Random { get; }

    public HealthTracker Health { get; }

    public DeploymentAdmission Admission { get; }

    public List<IRoutingFilter> Filters { get; } = [];

    public TokenEstimator Estimator { get; } = new();

    public string? DefaultGroup { get; set; }

    public string? Environment { get; set; }

    public CallPolicy Defaults { get; set; } = CallPolicy.Default;

    public long Now => Time.GetTimestamp();

    public SnapshotTestBuilder Provider(string name, string? credential = null, CallPolicyOptions? policy = null, params Type[] faces)
    {
        _providers[name] = new ProviderEntry(name, new StubProvider(faces), new StaticCredential(credential ?? "key-" + name, "secret")) { PolicyOverride = policy };
        return this;
    }

    /// <summary>A member of a group still to be made; the id is <paramref name="id"/>, else <c>provider/model</c>.</summary>
    public Member Member(
        string model,
        double? weight = null,
        int order = 0,
        string? id = null,
        string? region = null,
        int? rpm = null,
        int? tpm = null,
        int? window = null,
        string[]? tags = null,
        string[]? environments = null,
        ModelPrice? price = null,
        CallPolicyOptions? policy = null,
        ModelCapabilities? capabilities = null,
        int? maxOutput = null,
        bool? trains = null,
        TimeSpan? retention = null,
        double quality = 0.5)
    {
        string provider = model[..model.IndexOf('/', StringComparison.Ordinal)];
        string key = id ?? (region is null ? model : $"{model}@{region}");
        if (!_deployments.TryGetValue(key, out Deployment? deployment))
        {
            (DeploymentHealth health, DeploymentLimits limits) = _registry.Get(key);
            deployment = _deployments[key] = new Deployment(key, provider, model[(provider.Length + 1)..])
            {
                Region = region,
                RequestsPerMinute = rpm,
                TokensPerMinute = tpm,
                ContextWindow = window,
                Tags = tags ?? [],
                Environments = environments ?? [],
                Price = price,
                PolicyOverride = policy,
                Capabilities = capabilities,
                Quality = quality,
                MaxOutputTokens = maxOutput,
                TrainsOnData = trains,
                Retention = retention,
                ProviderEntry = _providers[provider],
                Health = health,
                Limits = limits,
            };
        }
        return new Member(key, deployment, weight, order);
    }

    public QualityBook Quality { get; } = new();

    /// <summary>A group whose strategy has settings.</summary>
    public ModelGroup Group(string name, string strategy, StrategyOptions options, params Member[] members)
    {
        IRoutingStrategy made = StrategyTable.TryCreate(strategy, Time, options, Quality) ?? throw new ArgumentException(strategy);
        return Group(name, Array.ConvertAll(members, m => new Member(m.Key, m.Deployment, m.Weight, m.Order) { Constraint = made as IMemberConstraint }), made, strategy);
    }

    public ModelGroup Group(string name, Member[] members, string strategy = "Weighted", CallPolicy? policy = null, IReadOnlyList<FallbackRule>? fallbacks = null, bool differentModels = false) =>
        Group(name, members, StrategyTable.TryCreate(strategy, Time) ?? throw new ArgumentException(strategy), strategy, policy, fallbacks, differentModels);

    public ModelGroup Group(string name, Member[] members, IRoutingStrategy strategy, string strategyName, CallPolicy? policy = null, IReadOnlyList<FallbackRule>? fallbacks = null, bool differentModels = false) =>
        _groups[name] = new ModelGroup(name, members, strategy, strategyName, policy ?? Defaults, fallbacks ?? []) { AllowDifferentModel = differentModels };

    public SnapshotTestBuilder Alias(string name, string group)
    {
        _aliases[name] = group;
        return this;
    }

    public RoutingSnapshot Build() => new()
    {
        Version = 1,
        Providers = _providers.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase),
        Groups = _groups.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase),
        Aliases = _aliases.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase),
        Deployments = _deployments.ToFrozenDictionary(StringComparer.Ordinal),
        DefaultGroup = DefaultGroup,
        Defaults = Defaults,
        Environment = Environment,
        Registry = _registry,
    };

    public RoutingEngine Engine() => new(Filters, Admission, Health, Random, Estimator);

    public RouteRequest Request(RoutingOptions? routing = null, int input = 100, int output = 100, RequestFeatures features = RequestFeatures.None, LlmOperation operation = LlmOperation.Chat) => new()
    {
        RequestedName = "test",
        Operation = operation,
        Features = features,
        EstimatedInputTokens = input,
        LikelyOutputTokens = output,
        Routing = routing,
        Context = LlmContext.Empty,
        Timestamp = Now,
    };

    /// <summary>What an attempt of <paramref name="seconds"/> that ends now measured.</summary>
    public AttemptSample Sample(double seconds = 0.1, double? firstToken = null, long tokens = 0, bool streamed = false, long input = 0) =>
        new(Now, Health.ToTicks(TimeSpan.FromSeconds(firstToken ?? seconds)), Health.ToTicks(TimeSpan.FromSeconds(seconds)), tokens, streamed, input);

    /// <summary>A whole attempt that fails at once.</summary>
    public void Fail(ModelGroup group, Deployment deployment, LlmErrorKind kind, TimeSpan? retryAfter = null)
    {
        Health.Started(deployment);
        Health.Failed(deployment, group, new LlmException(kind, "failed") { RetryAfter = retryAfter }, Sample(0));
    }

    /// <summary>A whole attempt that succeeds at once.</summary>
    public void Succeed(Deployment deployment)
    {
        Health.Started(deployment);
        Health.Succeeded(deployment, Sample(0));
    }
}

using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using LlmStack.Catalog;
using LlmStack.Health;
using LlmStack.Limits;
using LlmStack.Limits.Scopes;

namespace LlmStack.Routing;

/// <summary>One model at one provider (and region): the unit of health, limits and price. One per process, whichever groups share it.</summary>
[Experimental("LLMSTACK001")]
public sealed class Deployment
{
    /// <summary>The quality of a deployment of which nothing is said.</summary>
    internal const double UnknownQuality = 0.5;

    private readonly HotFields _hot = new();
    private int _isFree;

    /// <summary>Makes a deployment; outside tests the configuration does this.</summary>
    /// <param name="id">Explicit id, else <c>provider/model[@region]</c>.</param>
    /// <param name="provider">The provider's name.</param>
    /// <param name="model">The model as the provider names it.</param>
    public Deployment(string id, string provider, string model)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        ArgumentException.ThrowIfNullOrEmpty(provider);
        ArgumentException.ThrowIfNullOrEmpty(model);
        Id = id;
        Provider = provider;
        Model = model;
    }

    /// <summary>The id; learned state is kept by it.</summary>
    public string Id { get; }

    /// <summary>The provider's name.</summary>
    public string Provider { get; }

    /// <summary>The model as the provider names it.</summary>
    public string Model { get; }

    /// <summary>The region, or null.</summary>
    public string? Region { get; init; }

    /// <summary>Its tags.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>The environments it may serve; empty means all.</summary>
    public IReadOnlyList<string> Environments { get; init; } = [];

    /// <summary>Requests allowed in any 60 seconds; null for no limit.</summary>
    public int? RequestsPerMinute { get => _hot.RequestsPerMinute; init => _hot.RequestsPerMinute = value; }

    /// <summary>Tokens, in and out, allowed in any 60 seconds; null for no limit.</summary>
    public int? TokensPerMinute { get => _hot.TokensPerMinute; init => _hot.TokensPerMinute = value; }

    /// <summary>The context window in tokens; null when unknown.</summary>
    public int? ContextWindow { get; init; }

    /// <summary>How good its answers are expected to be before scores say so, 0 to 1. Default 0.5.</summary>
    public double Quality { get; init; } = UnknownQuality;

    /// <summary>The most output tokens the model makes; null when unknown.</summary>
    public int? MaxOutputTokens { get => field ?? Info?.MaxOutputTokens; init; }

    /// <summary>What the model can do; null when unknown.</summary>
    public ModelCapabilities? Capabilities { get => field ?? Info?.Capabilities; init; }

    /// <summary>Whether the provider trains on what it is sent; null when unknown.</summary>
    public bool? TrainsOnData { get; init; }

    /// <summary>How long the provider keeps what it is sent; zero for not at all, null when unknown.</summary>
    public TimeSpan? Retention { get; init; }

    /// <summary>Which of OpenAI's wire formats it is asked in; null: as the provider says.</summary>
    public ChatApi? Api { get; init; }

    /// <summary>What the catalogue knows of the model; null when nothing. <see cref="ContextWindow"/> and <see cref="Price"/> are what is in force.</summary>
    public ModelInfo? Info { get; init; }

    /// <summary>The price; null when unknown. A price of 0 is a price.</summary>
    public ModelPrice? Price { get; init; }

    /// <summary>Whether the model takes up a partial answer at the end of a conversation and goes on with it.</summary>
    public bool AcceptsPrefill { get; init; }

    /// <summary>Calls under way at a time; null for no limit.</summary>
    public int? MaxConcurrency { get; init; }

    /// <summary>Calls that may wait for a place under <see cref="MaxConcurrency"/>.</summary>
    public int MaxQueue { get; init; }

    /// <summary>Calls under way.</summary>
    public int InFlight => Health.InFlight;

    /// <summary>Learned health; shared by every snapshot that knows the id.</summary>
    internal DeploymentHealth Health { get => _hot.Health; init => _hot.Health = value; }

    /// <summary>Usage of the current windows; shared likewise.</summary>
    internal DeploymentLimits Limits { get => _hot.Limits; init => _hot.Limits = value; }

    /// <summary>Places and queue of <see cref="MaxConcurrency"/>; shared likewise.</summary>
    internal ConcurrencyGate Gate { get; init; } = new();

    /// <summary>How it is probed, and what the last probe found; null when it is not.</summary>
    internal ProbePlan? ProbePlan { get; init; }

    /// <summary>Shared likewise.</summary>
    internal ProbeState? Probe { get; init; }

    /// <summary>What limits and budgets see of it.</summary>
    internal ScopeTarget ScopeTarget => field ??= new ScopeTarget(Provider, Model, Id);

    /// <summary>Whether its price is known to be 0.</summary>
    internal bool IsFree
    {
        get
        {
            if (_isFree == 0)
            {
                _isFree = FreePrice.Is(Price) ? 1 : -1;
            }

            return _isFree > 0;
        }
    }

    /// <summary>The provider behind it; set by the snapshot.</summary>
    internal ProviderEntry? ProviderEntry { get; init; }

    /// <summary>What is in force for attempts at this deployment: deployment over group over defaults is merged per member, this is the deployment's own part.</summary>
    internal CallPolicyOptions? PolicyOverride { get; init; }

    /// <summary>What a sink keeps of the last call that it served at once, to say the same of the next one.</summary>
    internal object? CallText { get; set; }

    /// <summary>Whether the model has stars, so that this only says what the deployments made from it have in common.</summary>
    internal bool IsTemplate => NamePattern.HasStar(Model);

    /// <inheritdoc/>
    public override string ToString() => Id;

    /// <summary>Whether a list of ids and provider names has this one.</summary>
    internal bool IsNamedIn(IReadOnlyList<string> names)
    {
        for (int i = 0; i < names.Count; i++)
        {
            if (IsNamed(names[i]))
            {
                return true;
            }
        }
        return false;
    }

    internal bool IsNamed(string name) => string.Equals(name, Id, StringComparison.OrdinalIgnoreCase) || string.Equals(name, Provider, StringComparison.OrdinalIgnoreCase);

    /// <summary>This deployment with the captured text instead of the stars of its model; null when no model is left.</summary>
    internal Deployment? Fill(RoutingSnapshot snapshot, string requested, string[] captures)
    {
        if (!IsTemplate)
        {
            return this;
        }
        string name = new NamePattern($"{Provider}/{Model}").Fill(requested, captures);
        string model = name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..];
        if (model.Length == 0)
        {
            return null;
        }
        string id = Region is null ? name : $"{name}@{Region}";
        if (snapshot.Deployments.TryGetValue(id, out Deployment? configured))
        {
            return configured;
        }
        (DeploymentHealth health, DeploymentLimits limits) = snapshot.Registry.GetDirect(id);
        ModelInfo? info = snapshot.Models.Find(ProviderEntry!, model);
        return new Deployment(id, Provider, model)
        {
            Region = Region,
            Tags = Tags,
            Environments = Environments,
            RequestsPerMinute = RequestsPerMinute,
            TokensPerMinute = TokensPerMinute,
            Info = info,
            Api = Api,
            ContextWindow = ContextWindow ?? info?.ContextWindow,
            Quality = Quality,
            MaxOutputTokens = MaxOutputTokens,
            Capabilities = Capabilities,
            TrainsOnData = TrainsOnData,
            Retention = Retention,
            Price = Price ?? ModelLookup.PriceOf(ProviderEntry!, info),
            AcceptsPrefill = AcceptsPrefill,
            MaxConcurrency = MaxConcurrency,
            MaxQueue = MaxQueue,
            Gate = MaxConcurrency is null ? Gate : snapshot.Registry.DirectGateOf(id),
            Health = health,
            Limits = limits,
            ProviderEntry = ProviderEntry,
            PolicyOverride = PolicyOverride,
        };
    }

    /// <summary>Asks for the memory of <see cref="HotFields"/>.</summary>
    internal unsafe void Prefetch() => Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.AsRef(in _hot)));

    /// <summary>What every decision reads, side by side.</summary>
    private struct HotFields()
    {
        public DeploymentHealth Health = new();
        public DeploymentLimits Limits = new();
        public int? RequestsPerMinute;
        public int? TokensPerMinute;
    }
}

namespace LlmStack.Testing.Simulation;

/// <summary>What happens to a configuration: how calls arrive, how deployments behave, and what goes wrong when.</summary>
/// <remarks>
/// Times count from the beginning. A target is a deployment's id or a provider's name.
/// <example>
/// <code>
/// var scenario = new SimulationScenario("one of three down") { Arrivals = ArrivalPattern.Poisson(200), Duration = TimeSpan.FromMinutes(5) }
///     .AddCalls("chat", c => c.StreamingShare = 0.5)
///     .Deployment("azure/gpt", d => d.PerToken = TimeSpan.FromMilliseconds(8))
///     .Outage("openai", from: TimeSpan.FromMinutes(1), to: TimeSpan.FromMinutes(3));
/// SimulationReport report = Simulator.Run(llm => …, scenario);
/// </code>
/// </example>
/// </remarks>
public sealed class SimulationScenario
{
    private readonly List<RequestProfile> _profiles = [];
    private readonly List<ScenarioPhase> _phases = [];
    private readonly Dictionary<string, List<Action<SimulatedDeployment>>> _behaviors = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<(TimeSpan At, Action<LlmStackOptions> Change)> _changes = [];

    /// <summary>Makes a scenario in which nothing goes wrong.</summary>
    /// <param name="name">What reports call it.</param>
    public SimulationScenario(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Name = name;
    }

    /// <summary>What reports call it.</summary>
    public string Name { get; }

    /// <summary>Equal seeds give equal runs, to the byte. Default 1.</summary>
    public ulong Seed { get; set; } = 1;

    /// <summary>How long calls arrive; the last ones are then awaited. More than 0. Default 5 minutes.</summary>
    public TimeSpan Duration { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>When calls arrive. Default: at random, 100 a second.</summary>
    public ArrivalPattern Arrivals { get; set; } = ArrivalPattern.Poisson(100);

    internal IReadOnlyList<RequestProfile> Profiles => _profiles;

    internal IReadOnlyList<ScenarioPhase> Phases => _phases;

    internal IReadOnlyList<(TimeSpan At, Action<LlmStackOptions> Change)> Changes => _changes;

    /// <summary>Adds a sort of call.</summary>
    /// <param name="model">Group, alias or <c>provider/model</c>.</param>
    /// <param name="configure">Sets share, size, streaming and options; or null.</param>
    public SimulationScenario AddCalls(string model, Action<RequestProfile>? configure = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        var profile = new RequestProfile(model);
        configure?.Invoke(profile);
        _profiles.Add(profile);
        return this;
    }

    /// <summary>Says how a deployment, or every deployment of a provider, behaves while nothing is wrong.</summary>
    /// <param name="target">A deployment's id or a provider's name; the id wins.</param>
    /// <param name="configure">Sets latency, speed and sizes.</param>
    public SimulationScenario Deployment(string target, Action<SimulatedDeployment> configure)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(target);
        ArgumentNullException.ThrowIfNull(configure);
        if (!_behaviors.TryGetValue(target, out List<Action<SimulatedDeployment>>? steps))
        {
            _behaviors[target] = steps = [];
        }

        steps.Add(configure);
        return this;
    }

    /// <summary>Every call fails for a while, after the deployment's <see cref="SimulatedDeployment.Failure"/> time.</summary>
    /// <param name="target">A deployment's id or a provider's name.</param>
    /// <param name="from">The beginning.</param>
    /// <param name="to">The end.</param>
    /// <param name="kind">With what they fail.</param>
    public SimulationScenario Outage(string target, TimeSpan from, TimeSpan to, LlmErrorKind kind = LlmErrorKind.ServerError) =>
        Add(new ScenarioPhase(target, from, to) { IsOutage = true, FailureShare = 1, Kind = kind });

    /// <summary>Nothing answers for a while: calls hang until a time limit gives them up.</summary>
    /// <param name="target">A deployment's id or a provider's name.</param>
    /// <param name="from">The beginning.</param>
    /// <param name="to">The end.</param>
    public SimulationScenario Hang(string target, TimeSpan from, TimeSpan to) =>
        Add(new ScenarioPhase(target, from, to) { IsOutage = true, Hangs = true });

    /// <summary>Slower than usual and failing now and then.</summary>
    /// <param name="target">A deployment's id or a provider's name.</param>
    /// <param name="from">The beginning.</param>
    /// <param name="to">The end.</param>
    /// <param name="slowdown">Times are multiplied by it; more than 0.</param>
    /// <param name="failureShare">Share of calls that fail, 0 to 1.</param>
    /// <param name="kind">With what they fail.</param>
    public SimulationScenario BrownOut(string target, TimeSpan from, TimeSpan to, double slowdown, double failureShare = 0, LlmErrorKind kind = LlmErrorKind.Overloaded)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(slowdown);
        return Add(new ScenarioPhase(target, from, to) { Slowdown = slowdown, FailureShare = Share(failureShare), Kind = kind });
    }

    /// <summary>The provider admits so many requests in a minute, evenly refilled, and refuses the others with 429.</summary>
    /// <param name="target">A deployment's id or a provider's name; each deployment has the limit for itself.</param>
    /// <param name="from">The beginning.</param>
    /// <param name="to">The end.</param>
    /// <param name="requestsPerMinute">1 or more.</param>
    /// <param name="retryAfter">What the refusal asks to wait; null when it does not say.</param>
    public SimulationScenario RateLimit(string target, TimeSpan from, TimeSpan to, int requestsPerMinute, TimeSpan? retryAfter = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(requestsPerMinute, 1);
        return Add(new ScenarioPhase(target, from, to) { RequestsPerMinute = requestsPerMinute, RetryAfter = retryAfter });
    }

    /// <summary>Streams lose their connection after the first content.</summary>
    /// <param name="target">A deployment's id or a provider's name.</param>
    /// <param name="from">The beginning.</param>
    /// <param name="to">The end.</param>
    /// <param name="share">Share of streams, 0 to 1.</param>
    public SimulationScenario CutStreams(string target, TimeSpan from, TimeSpan to, double share) =>
        Add(new ScenarioPhase(target, from, to) { CutShare = Share(share) });

    /// <summary>Changes the configuration while calls are under way, as a reload does: a price, a weight, another deployment.</summary>
    /// <param name="at">The moment.</param>
    /// <param name="change">The change; applied to the options in force, which are validated anew.</param>
    public SimulationScenario Change(TimeSpan at, Action<LlmStackOptions> change)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(at, TimeSpan.Zero);
        ArgumentNullException.ThrowIfNull(change);
        _changes.Add((at, change));
        return this;
    }

    internal SimulatedDeployment BehaviorOf(string deployment, string provider)
    {
        var behavior = new SimulatedDeployment();
        foreach (string target in new[] { provider, deployment })
        {
            foreach (Action<SimulatedDeployment> step in _behaviors.GetValueOrDefault(target) ?? [])
            {
                step(behavior);
            }
        }

        behavior.Check(deployment);
        return behavior;
    }

    internal void Prepare()
    {
        if (Duration <= TimeSpan.Zero)
        {
            throw new ArgumentException($"The duration of '{Name}' is {Duration}; allowed is more than 0.");
        }

        if (_profiles.Count == 0)
        {
            throw new ArgumentException($"The scenario '{Name}' has no calls; add some with AddCalls.");
        }

        foreach (RequestProfile profile in _profiles)
        {
            profile.Prepare();
        }
    }

    private static double Share(double share, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(share))] string name = "")
    {
        ArgumentOutOfRangeException.ThrowIfNegative(share, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(share, 1, name);
        return share;
    }

    private SimulationScenario Add(ScenarioPhase phase)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(phase.Target);
        if (phase.From < TimeSpan.Zero || phase.To <= phase.From)
        {
            throw new ArgumentException($"A phase of '{phase.Target}' lasts from {phase.From} to {phase.To}; allowed is 0 or more, and the end after the beginning.");
        }

        _phases.Add(phase);
        return this;
    }
}

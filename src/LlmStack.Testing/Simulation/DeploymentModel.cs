namespace LlmStack.Testing.Simulation;

/// <summary>A deployment of the simulated world: decides how each attempt goes.</summary>
internal sealed class DeploymentModel
{
    /// <summary>A limit of N a minute lets N / 10 through at once when nothing came for a while.</summary>
    private const double BurstShare = 0.1;

    private readonly SimulatedDeployment _behavior;
    private readonly ScenarioPhase[] _phases;
    private readonly double[] _allowance;
    private readonly TimeSpan[] _refilled;

    public DeploymentModel(int index, string id, string provider, SimulationScenario scenario)
    {
        Index = index;
        Id = id;
        Provider = provider;
        _behavior = scenario.BehaviorOf(id, provider);
        _phases = [.. scenario.Phases.Where(phase => IsAt(phase.Target))];
        _allowance = [.. _phases.Select(static phase => phase.RequestsPerMinute is { } limit ? Math.Max(1, limit * BurstShare) : 0)];
        _refilled = [.. _phases.Select(static phase => phase.From)];
    }

    public int Index { get; }

    public string Id { get; }

    public string Provider { get; }

    public bool IsAt(string target) =>
        string.Equals(target, Id, StringComparison.OrdinalIgnoreCase) || string.Equals(target, Provider, StringComparison.OrdinalIgnoreCase);

    public SimulatedOutcome Next(TimeSpan now, IRandomSource random)
    {
        double slowdown = 1;
        double cut = 0;
        for (int i = 0; i < _phases.Length; i++)
        {
            ScenarioPhase phase = _phases[i];
            if (!phase.IsAt(now))
            {
                continue;
            }

            if (phase.Hangs)
            {
                return new SimulatedOutcome { Hangs = true };
            }

            if (phase.FailureShare > 0 && random.NextDouble() < phase.FailureShare)
            {
                return Fails(phase.Kind, phase.RetryAfter, random);
            }

            if (phase.RequestsPerMinute is { } limit && !Admit(i, limit, now))
            {
                return Fails(LlmErrorKind.RateLimited, phase.RetryAfter, random);
            }

            slowdown *= phase.Slowdown;
            cut = Math.Max(cut, phase.CutShare);
        }

        int tokens = _behavior.MinOutputTokens + random.NextInt32(_behavior.MaxOutputTokens - _behavior.MinOutputTokens + 1);
        double first = _behavior.FirstToken.Sample(random) * slowdown;
        return new SimulatedOutcome((long)first, (long)(tokens * _behavior.PerToken.Ticks * slowdown), tokens) { Cut = cut > 0 && random.NextDouble() < cut };
    }

    private SimulatedOutcome Fails(LlmErrorKind kind, TimeSpan? retryAfter, IRandomSource random) =>
        new((long)_behavior.Failure.Sample(random), 0, 0) { Failure = kind, RetryAfter = retryAfter };

    private bool Admit(int phase, int requestsPerMinute, TimeSpan now)
    {
        _allowance[phase] = Math.Min(Math.Max(1, requestsPerMinute * BurstShare), _allowance[phase] + ((now - _refilled[phase]).TotalMinutes * requestsPerMinute));
        _refilled[phase] = now;
        if (_allowance[phase] < 1)
        {
            return false;
        }

        _allowance[phase]--;
        return true;
    }
}

using LlmStack.Health;
using LlmStack.Routing;

namespace LlmStack.Testing.Simulation;

/// <summary>Counts what happens, second by second and deployment by deployment.</summary>
internal sealed class SimulationRecorder
{
    private readonly SimulatedWorld _world;
    private readonly DecisionLog? _log;
    private readonly LatencyHistogram _second = new();

    public SimulationRecorder(SimulatedWorld world, DecisionLog? log)
    {
        _world = world;
        _log = log;
        world.AttemptStarted = AttemptStarted;
    }

    public List<SimulationSecond> Seconds { get; } = [];

    public List<DeploymentTally> Tallies { get; } = [];

    public LatencyHistogram Latency { get; } = new();

    public LatencyHistogram FirstToken { get; } = new();

    public long[] Errors { get; } = new long[(int)LlmErrorKind.Cancelled + 1];

    public long Arrived { get; private set; }

    public long Attempts { get; private set; }

    public long Ended { get; private set; }

    public long CallArrived()
    {
        Current().Arrived++;
        return ++Arrived;
    }

    public void FirstContent(long started) => FirstToken.Add(_world.Time.GetTimestamp() - started);

    public void Served(long number, long started, CallRoute route)
    {
        Ended++;
        long latency = _world.Time.GetTimestamp() - started;
        SimulationSecond second = Current();
        second.Served++;
        _second.Add(latency);
        Latency.Add(latency);
        if (route.Served is { } deployment)
        {
            DeploymentTally tally = TallyOf(deployment.Id, deployment.Provider);
            tally.Served++;
            tally.Latency.Add(latency);
            if (deployment.Price is not null && route.Cost.Total is { } cost)
            {
                tally.Cost = (tally.Cost ?? 0) + cost;
            }
        }

        CountFailures(route, second);
        _log?.CallEnded(number, route, error: null);
    }

    public void Failed(long number, LlmException error)
    {
        Ended++;
        SimulationSecond second = Current();
        Errors[(int)error.Kind]++;
        if (error.Kind == LlmErrorKind.StreamInterrupted)
        {
            second.Cut++;
        }
        else if (!IsRefusal(error.Kind))
        {
            second.Lost++;
        }

        CountFailures(error.Route, second);
        _log?.CallEnded(number, error.Route, error);
    }

    public void CooldownChanged(CooldownChange change)
    {
        DeploymentTally tally = TallyOf(change.Deployment.Id, change.Deployment.Provider);
        if (change.Cooling)
        {
            tally.Cooldowns.Add((_world.Time.Elapsed, change.Duration));
        }
        else
        {
            tally.Returns.Add(_world.Time.Elapsed);
        }

        tally.IsOut = change.Cooling;
        Current().MarkOut(tally.Model.Index);
        _log?.Cooldown(change);
    }

    /// <summary>Closes the last second.</summary>
    public void Finish() => Close(Current());

    /// <summary>What the caller did wrong, which no deployment could have cured.</summary>
    public static bool IsRefusal(LlmErrorKind kind) => kind
        is LlmErrorKind.InvalidRequest or LlmErrorKind.ContextWindowExceeded or LlmErrorKind.ContentPolicyViolation or LlmErrorKind.PolicyDenied;

    private void AttemptStarted(DeploymentModel model)
    {
        Attempts++;
        DeploymentTally tally = TallyOf(model.Id, model.Provider);
        tally.Attempts++;
        Current().CountAttempt(tally.Model.Index);
    }

    private void CountFailures(CallRoute? route, SimulationSecond second)
    {
        if (route?.WrittenAttempts is not { } attempts)
        {
            return;
        }

        foreach (RouteAttempt attempt in attempts)
        {
            if (attempt.Error is { } kind)
            {
                DeploymentTally tally = TallyOf(attempt.Deployment, attempt.Provider);
                tally.CountError(kind);
                second.CountFailure(tally.Model.Index);
            }
        }
    }

    private DeploymentTally TallyOf(string id, string provider)
    {
        DeploymentModel model = _world.Find(id, provider);
        if (model.Index >= Tallies.Count)
        {
            LearnDeployments();
        }

        return Tallies[model.Index];
    }

    private void LearnDeployments()
    {
        while (Tallies.Count < _world.Deployments.Count)
        {
            Tallies.Add(new DeploymentTally(_world.Deployments[Tallies.Count]));
        }

        foreach (SimulationSecond second in Seconds)
        {
            second.Resize(Tallies.Count);
        }
    }

    private SimulationSecond Current()
    {
        int number = (int)(_world.Time.Elapsed.Ticks / TimeSpan.TicksPerSecond);
        while (Seconds.Count <= number)
        {
            if (Seconds.Count > 0)
            {
                Close(Seconds[^1]);
            }

            var next = new SimulationSecond(Seconds.Count);
            next.Resize(Tallies.Count);
            foreach (DeploymentTally tally in Tallies)
            {
                if (tally.IsOut)
                {
                    next.MarkOut(tally.Model.Index);
                }
            }

            Seconds.Add(next);
        }

        return Seconds[number];
    }

    private void Close(SimulationSecond second)
    {
        second.MedianLatency = _second.Quantile(0.5);
        second.P95Latency = _second.Quantile(0.95);
        _second.Clear();
    }
}

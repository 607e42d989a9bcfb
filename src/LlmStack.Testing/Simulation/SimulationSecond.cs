namespace LlmStack.Testing.Simulation;

/// <summary>One second of a simulation. Calls count when they arrive, outcomes when they are known, attempts when they begin.</summary>
public sealed class SimulationSecond
{
    private int[] _attempts = [];
    private int[] _failures = [];
    private bool[] _out = [];

    internal SimulationSecond(int number) => Number = number;

    /// <summary>The second, from 0.</summary>
    public int Number { get; }

    /// <summary>Calls that arrived.</summary>
    public int Arrived { get; internal set; }

    /// <summary>Calls that were answered.</summary>
    public int Served { get; internal set; }

    /// <summary>Calls that failed although they were right, streams that were cut not counted.</summary>
    public int Lost { get; internal set; }

    /// <summary>Streams that were lost after their first content.</summary>
    public int Cut { get; internal set; }

    /// <summary>Attempts of all calls.</summary>
    public int Attempts { get; internal set; }

    /// <summary>Median time of the calls answered; null when there were none.</summary>
    public TimeSpan? MedianLatency { get; internal set; }

    /// <summary>Time that 95 % of the calls answered stay within; null when there were none.</summary>
    public TimeSpan? P95Latency { get; internal set; }

    /// <summary>Attempts that began at each deployment, in the order of <see cref="SimulationReport.Deployments"/>.</summary>
    public IReadOnlyList<int> AttemptsByDeployment => _attempts;

    /// <summary>Attempts that failed at each deployment, in the same order.</summary>
    public IReadOnlyList<int> FailuresByDeployment => _failures;

    internal void CountAttempt(int deployment)
    {
        Attempts++;
        _attempts[deployment]++;
    }

    internal void CountFailure(int deployment) => _failures[deployment]++;

    /// <summary>Marks a deployment as not in full rotation for some part of this second.</summary>
    internal void MarkOut(int deployment) => _out[deployment] = true;

    internal bool WasOut(int deployment) => _out[deployment];

    internal void Resize(int deployments)
    {
        Array.Resize(ref _attempts, deployments);
        Array.Resize(ref _failures, deployments);
        Array.Resize(ref _out, deployments);
    }
}

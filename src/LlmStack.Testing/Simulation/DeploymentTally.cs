namespace LlmStack.Testing.Simulation;

/// <summary>What is counted of a deployment while a simulation runs.</summary>
internal sealed class DeploymentTally(DeploymentModel model)
{
    private readonly long[] _errors = new long[(int)LlmErrorKind.Cancelled + 1];

    public DeploymentModel Model { get; } = model;

    public long Attempts { get; set; }

    public long Served { get; set; }

    public LatencyHistogram Latency { get; } = new();

    public decimal? Cost { get; set; }

    /// <summary>Cooldowns in order: when one began, for how long, and when the deployment was back.</summary>
    public List<(TimeSpan At, TimeSpan Duration)> Cooldowns { get; } = [];

    public bool IsOut { get; set; }

    public void CountError(LlmErrorKind kind) => _errors[(int)kind]++;

    public IReadOnlyDictionary<LlmErrorKind, long> Errors() => KindCounts.Of(_errors);
}

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

    /// <summary>Cooldowns in order: when one began and for how long.</summary>
    public List<(TimeSpan At, TimeSpan Duration)> Cooldowns { get; } = [];

    /// <summary>When it came back from a cooldown.</summary>
    public List<TimeSpan> Returns { get; } = [];

    public bool IsOut { get; set; }

    public void CountError(LlmErrorKind kind) => _errors[(int)kind]++;

    public IReadOnlyDictionary<LlmErrorKind, long> Errors() => KindCounts.Of(_errors);
}

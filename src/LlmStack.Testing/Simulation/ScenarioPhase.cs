namespace LlmStack.Testing.Simulation;

/// <summary>Something wrong with a deployment, or with all of a provider, for a while.</summary>
internal sealed record ScenarioPhase(string Target, TimeSpan From, TimeSpan To)
{
    /// <summary>Every call fails, or hangs until it is given up.</summary>
    public bool IsOutage { get; init; }

    /// <summary>Nothing ever answers; the connection stays open.</summary>
    public bool Hangs { get; init; }

    /// <summary>Share of calls that fail.</summary>
    public double FailureShare { get; init; }

    public LlmErrorKind Kind { get; init; }

    /// <summary>Times are multiplied by it.</summary>
    public double Slowdown { get; init; } = 1;

    /// <summary>The provider admits so many in a minute; null for no limit.</summary>
    public int? RequestsPerMinute { get; init; }

    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Share of streams that lose their connection after the first content.</summary>
    public double CutShare { get; init; }

    public bool IsAt(TimeSpan time) => time >= From && time < To;
}

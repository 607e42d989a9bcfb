namespace LlmStack.Tracing;

/// <summary>
/// What a file said of a span and what cannot be computed again: prices, routes and deployments are those of the process that made it.
/// The texts are JSON objects as they were written then.
/// </summary>
internal sealed class ReplayedSpan
{
    public string? Deployment { get; init; }

    public byte[] Usage { get; init; } = [];

    public byte[] Cost { get; init; } = [];

    public decimal? CostTotal { get; init; }

    public byte[] Parameters { get; init; } = [];

    public byte[] Route { get; init; } = [];

    public TimeSpan Credential { get; init; }

    public TimeSpan Connect { get; init; }

    public AttemptFacts? Attempt { get; init; }
}

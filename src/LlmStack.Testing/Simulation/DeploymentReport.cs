namespace LlmStack.Testing.Simulation;

/// <summary>What a deployment did in a simulation.</summary>
/// <param name="Deployment">Its id.</param>
/// <param name="ExpectedShare">Its share of first choices while all are well, 0 to 1; null when the strategy has none to state.</param>
/// <param name="Share">Its share of all attempts, 0 to 1.</param>
/// <param name="Attempts">Attempts that began at it.</param>
/// <param name="Served">Calls it answered.</param>
/// <param name="Errors">Attempts that failed, by kind.</param>
/// <param name="MedianLatency">Of the calls it answered, from their arrival; null when there were none.</param>
/// <param name="P95Latency">Likewise.</param>
/// <param name="P99Latency">Likewise.</param>
/// <param name="Cost">Of the calls it answered, in US dollars; null when no price is known.</param>
/// <param name="Cooldowns">How often it was taken out.</param>
/// <param name="WorstShare">
/// Its largest share in any second in which it was in full rotation, relative to what it should have had among those in rotation then;
/// seconds with fewer than 100 such attempts are left out. Null without such a second or an expected share.
/// </param>
public sealed record DeploymentReport(
    string Deployment,
    double? ExpectedShare,
    double Share,
    long Attempts,
    long Served,
    IReadOnlyDictionary<LlmErrorKind, long> Errors,
    TimeSpan? MedianLatency,
    TimeSpan? P95Latency,
    TimeSpan? P99Latency,
    decimal? Cost,
    int Cooldowns,
    double? WorstShare);

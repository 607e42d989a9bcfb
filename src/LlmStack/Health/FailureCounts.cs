namespace LlmStack.Health;

/// <summary>The sums of a window.</summary>
/// <param name="Attempts">Attempts, failed ones included.</param>
/// <param name="Failures">Failures of all kinds.</param>
/// <param name="OfKind">Failures of the kind asked about.</param>
internal readonly record struct FailureCounts(int Attempts, int Failures, int OfKind)
{
    /// <summary>The last attempts, whenever they were.</summary>
    public RecentOutcomes Recent { get; init; }
}

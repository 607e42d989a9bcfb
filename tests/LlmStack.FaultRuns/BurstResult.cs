namespace LlmStack.FaultRuns;

/// <summary>What came of some bursts of one size.</summary>
/// <param name="Spans">The size of each.</param>
/// <param name="Runs">How many there were, each in a process of its own.</param>
/// <param name="PerSecond">Spans a second, the median.</param>
/// <param name="Accepted">Spans that are in a segment or in the queue, of all bursts.</param>
/// <param name="PastSpool">Those for which no segment was ready, of all bursts.</param>
/// <param name="MedianLongest">The longest <c>Emit</c> of a burst in milliseconds, the median.</param>
/// <param name="Longest">The longest <c>Emit</c> of all bursts in milliseconds.</param>
internal sealed record BurstResult(int Spans, int Runs, double PerSecond, long Accepted, long PastSpool, double MedianLongest, double Longest)
{
    public bool IsWhole => Accepted == (long)Spans * Runs;

    /// <summary>No more than one in a thousand.</summary>
    public bool KeepsUp => PastSpool * 1_000 <= (long)Spans * Runs;
}

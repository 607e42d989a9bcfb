namespace LlmStack.FaultRuns;

/// <summary>What came of flipped bytes.</summary>
/// <param name="Flips">How many bytes were changed, over all segments.</param>
/// <param name="Spans">Spans that lay in the spool.</param>
/// <param name="Arrived">Those that arrived.</param>
/// <param name="Dropped">Those that were counted as damaged.</param>
/// <param name="Changed">Arrived spans whose bytes are not those that were emitted; 0 is the promise.</param>
internal sealed record FlipResult(int Flips, int Spans, int Arrived, long Dropped, int Changed)
{
    /// <summary>Every span either arrived or was counted; no more were lost than bytes were flipped.</summary>
    public bool IsSound => Changed == 0 && Arrived + Dropped >= Spans && Spans - Arrived <= Flips;
}

namespace LlmStack.FaultRuns;

/// <summary>What came of a full file system.</summary>
/// <param name="MegaBytes">Its size.</param>
/// <param name="Emitter">What the sink counted.</param>
/// <param name="Arrived">Distinct spans that arrived.</param>
/// <param name="Changed">Repeats with other bytes.</param>
/// <param name="PeakPrivateBytes">The most private memory the emitter had.</param>
internal sealed record FullDiskResult(int MegaBytes, EmitterResult Emitter, int Arrived, long Changed, long PeakPrivateBytes)
{
    /// <summary>Whatever was accepted arrived, the rest was counted, and the process lived.</summary>
    public bool IsSound => Changed == 0 && Emitter.Accepted == Arrived && Emitter.Delivered + Emitter.Dropped + Emitter.Unknown == Emitter.Emitted && Emitter.TurnedAway > 0;
}

namespace LlmStack.FaultRuns;

/// <summary>What came of a storm.</summary>
/// <param name="Emitter">What the sink counted.</param>
/// <param name="Arrived">Distinct spans that the receiver took, whether it could say so or not.</param>
/// <param name="Repeats">Spans that it took again.</param>
/// <param name="Changed">Repeats with other bytes.</param>
/// <param name="Bad">Spans that the receiver finds invalid whenever it sees them.</param>
/// <param name="Absences">How often it went away.</param>
/// <param name="Requests">Requests it read.</param>
/// <param name="ItemsRefused">Items that it did not take out of a batch whose others it took.</param>
/// <param name="Faults">How often each fault was drawn.</param>
/// <param name="PeakPrivateBytes">The most private memory the emitter had.</param>
internal sealed record StormResult(EmitterResult Emitter, int Arrived, long Repeats, long Changed, int Bad, int Absences, long Requests, long ItemsRefused, string Faults, long PeakPrivateBytes)
{
    /// <summary>Accepted by the server + dropped + unknown = emitted.</summary>
    public bool AddsUp => Emitter.Delivered + Emitter.Dropped + Emitter.Unknown == Emitter.Emitted;

    public bool IsBetween => Arrived >= Emitter.Delivered && Arrived <= Emitter.Delivered + Emitter.Unknown;

    /// <summary>Every span but the invalid ones arrived.</summary>
    public bool IsWhole => Arrived == Emitter.Emitted - Bad;
}

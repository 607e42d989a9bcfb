namespace LlmStack.FaultRuns;

/// <summary>What came of killing emitters.</summary>
/// <param name="Kills">How many were killed.</param>
/// <param name="Noted">Spans whose <c>Emit</c> returned, by the witness.</param>
/// <param name="Missing">Those of them that never arrived; 0 is the promise.</param>
/// <param name="Arrived">Distinct spans that arrived.</param>
/// <param name="Repeats">Spans that arrived again.</param>
/// <param name="Changed">Repeats with other bytes; 0 is the promise.</param>
/// <param name="Dropped">What the last process counted as dropped, damaged records among it.</param>
/// <param name="PeakPrivateBytes">The most private memory any emitter had.</param>
/// <param name="Leftovers">Segments left in the directory in the end; 0 is the promise.</param>
internal sealed record KillResult(int Kills, int Noted, int Missing, int Arrived, long Repeats, long Changed, long Dropped, long PeakPrivateBytes, int Leftovers);

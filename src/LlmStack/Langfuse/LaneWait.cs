namespace LlmStack.Langfuse;

/// <summary>How long a lane waits before its next request.</summary>
/// <param name="Time">The wait; zero for none.</param>
/// <param name="MayHurry">Whether a flush may cut it short; not when the server asked for it or refused.</param>
internal readonly record struct LaneWait(TimeSpan Time, bool MayHurry)
{
    public static LaneWait None => default;
}

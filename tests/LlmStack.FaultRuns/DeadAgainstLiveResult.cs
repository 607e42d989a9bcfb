namespace LlmStack.FaultRuns;

/// <summary>Calls before a live and a dead trace endpoint; medians over the rounds.</summary>
internal sealed record DeadAgainstLiveResult(int Calls, int Rounds, Round Live, Round Dead)
{
    public double CpuRatio => Dead.CpuMicroseconds / Live.CpuMicroseconds;

    public double CallerCpuRatio => (Dead.CallerCpuMicroseconds / Live.CallerCpuMicroseconds) ?? double.NaN;

    public double P99Ratio => Dead.P99Microseconds / Live.P99Microseconds;
}

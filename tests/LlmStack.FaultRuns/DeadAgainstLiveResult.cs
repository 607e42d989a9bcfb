namespace LlmStack.FaultRuns;

/// <summary>Calls before a live and a dead trace endpoint, by turns: a round of each is a pair.</summary>
internal sealed record DeadAgainstLiveResult(int Calls, IReadOnlyList<Round> Lives, IReadOnlyList<Round> Deads)
{
    public int Rounds => Lives.Count;

    /// <summary>Medians of the rounds.</summary>
    public Round Live => Summary(Lives);

    /// <summary>Medians of the rounds.</summary>
    public Round Dead => Summary(Deads);

    public double CpuRatio => Ratio(static round => round.CpuMicroseconds);

    public double CallerCpuRatio => Ratio(static round => round.CallerCpuMicroseconds ?? double.NaN);

    public double P99Ratio => Ratio(static round => round.P99Microseconds);

    /// <summary>Neighbours in time share what else the machine does, so each is held against its neighbour.</summary>
    private double Ratio(Func<Round, double> value) => Median([.. Deads.Zip(Lives, (dead, live) => value(dead) / value(live))]);

    private static Round Summary(IReadOnlyList<Round> rounds) => new(
        Median([.. rounds.Select(static round => round.CpuMicroseconds)]),
        rounds[0].CallerCpuMicroseconds is null ? null : Median([.. rounds.Select(static round => round.CallerCpuMicroseconds!.Value)]),
        (long)Median([.. rounds.Select(static round => (double)round.AllocatedBytes)]),
        (long)Median([.. rounds.Select(static round => (double)round.CallerAllocatedBytes)]),
        Median([.. rounds.Select(static round => round.MedianMicroseconds)]),
        Median([.. rounds.Select(static round => round.P99Microseconds)]));

    private static double Median(double[] values)
    {
        Array.Sort(values);
        return values[values.Length / 2];
    }
}

namespace LlmStack.Testing.Simulation;

/// <summary>How long something takes in a simulation, given by its quantiles; straight lines lie between them.</summary>
/// <remarks>Computed by additions and multiplications alone, so that a seed gives the same times on every machine.</remarks>
public sealed class LatencyDistribution
{
    private readonly (double Share, double Ticks)[] _points;

    private LatencyDistribution(params (double Share, double Ticks)[] points) => _points = points;

    /// <summary>Always the same.</summary>
    /// <param name="time">0 or more.</param>
    public static LatencyDistribution Fixed(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        return new LatencyDistribution((0, time.Ticks), (1, time.Ticks));
    }

    /// <summary>Even between two bounds.</summary>
    /// <param name="shortest">0 or more.</param>
    /// <param name="longest">Not less than <paramref name="shortest"/>.</param>
    public static LatencyDistribution Uniform(TimeSpan shortest, TimeSpan longest)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shortest, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(longest, shortest);
        return new LatencyDistribution((0, shortest.Ticks), (1, longest.Ticks));
    }

    /// <summary>By median, 95th and 99th percentile, as dashboards show them; from half the median up to 1.5 × the 99th.</summary>
    /// <param name="median">0 or more.</param>
    /// <param name="p95">Not less than <paramref name="median"/>.</param>
    /// <param name="p99">Not less than <paramref name="p95"/>.</param>
    public static LatencyDistribution Quantiles(TimeSpan median, TimeSpan p95, TimeSpan p99)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(median, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(p95, median);
        ArgumentOutOfRangeException.ThrowIfLessThan(p99, p95);
        return new LatencyDistribution((0, median.Ticks * 0.5), (0.5, median.Ticks), (0.95, p95.Ticks), (0.99, p99.Ticks), (1, p99.Ticks * 1.5));
    }

    internal double Sample(IRandomSource random)
    {
        double share = random.NextDouble();
        int upper = 1;
        while (_points[upper].Share < share)
        {
            upper++;
        }

        (double fromShare, double from) = _points[upper - 1];
        (double toShare, double to) = _points[upper];
        return from + ((to - from) * (share - fromShare) / (toShare - fromShare));
    }
}

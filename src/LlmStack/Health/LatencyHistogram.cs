namespace LlmStack.Health;

/// <summary>
/// Quantiles of durations in fixed memory: 96 buckets whose bounds grow by the fourth root of 2, from 0.1 ms to 28 minutes, so that a
/// quantile is at most 19 % too high and never too low. Samples count half after 150 s, so that it shows about the last five minutes.
/// Written under a lock, read without one.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int Buckets = 96;
    private const double PerOctave = 4;
    private const double Shortest = 0.0001;
    private const double HalfLifeSeconds = 150;

    /// <summary>New samples weigh more instead of old ones less; before the weights outgrow a float, all are scaled down.</summary>
    private const double LargestWeight = 1e9;

    private readonly float[] _weights = new float[Buckets];
    private double _total;
    private long _origin;

    public void Add(double seconds, long now, long frequency)
    {
        if (_total == 0)
        {
            _origin = now;
        }
        double weight = WeightAt(now, frequency);
        if (weight > LargestWeight)
        {
            for (int i = 0; i < Buckets; i++)
            {
                _weights[i] = (float)(_weights[i] / weight);
            }
            Volatile.Write(ref _total, _total / weight);
            _origin = now;
            weight = 1;
        }
        _weights[BucketOf(seconds)] += (float)weight;
        Volatile.Write(ref _total, _total + weight);
    }

    /// <summary>The upper bound, in seconds, of the bucket that holds the quantile; NaN with fewer than <paramref name="minimum"/> samples' worth of weight.</summary>
    public double Quantile(double quantile, double minimum, long now, long frequency)
    {
        double total = Volatile.Read(ref _total);
        if (total < minimum * WeightAt(now, frequency))
        {
            return double.NaN;
        }
        double rank = quantile * total;
        double sum = 0;
        for (int i = 0; i < Buckets; i++)
        {
            sum += _weights[i];
            if (sum >= rank)
            {
                return UpperBound(i);
            }
        }
        return UpperBound(Buckets - 1);
    }

    private double WeightAt(long now, long frequency) => Math.Pow(2, Math.Max(0, now - _origin) / (frequency * HalfLifeSeconds));

    private static int BucketOf(double seconds) =>
        seconds <= Shortest ? 0 : Math.Min(Buckets - 1, (int)Math.Ceiling(Math.Log2(seconds / Shortest) * PerOctave));

    private static double UpperBound(int bucket) => Shortest * Math.Pow(2, bucket / PerOctave);
}

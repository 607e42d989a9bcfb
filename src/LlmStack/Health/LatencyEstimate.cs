namespace LlmStack.Health;

/// <summary>
/// A peak-sensitive moving average of seconds: a worse sample counts at once, better ones pull it down with a half-life of 10 samples
/// or 30 seconds, whichever is faster. Written under a lock, read without one. Make it with its constructor.
/// </summary>
internal struct LatencyEstimate
{
    private const double HalfLifeSeconds = 30;
    private const double SampleShare = 0.0670; // 1 − 2^(−1/10)

    /// <summary>Up to this age the share of a sample is the larger one, and no power need be computed.</summary>
    private const double BySampleSeconds = 3;

    private double _seconds;
    private long _updated;

    public LatencyEstimate() => _seconds = double.NaN;

    /// <summary>NaN before the first sample.</summary>
    public readonly double Seconds => Volatile.Read(in _seconds);

    /// <summary>When the last sample came, in <see cref="TimeProvider"/> ticks.</summary>
    public readonly long Updated => Volatile.Read(in _updated);

    public void Add(double seconds, long now, long frequency)
    {
        double old = _seconds;
        if (double.IsNaN(old) || seconds >= old)
        {
            Volatile.Write(ref _seconds, seconds);
        }
        else
        {
            double age = Math.Max(0, now - _updated) / (double)frequency;
            double share = age <= BySampleSeconds ? SampleShare : Math.Max(SampleShare, 1 - Math.Pow(2, -age / HalfLifeSeconds));
            Volatile.Write(ref _seconds, old + ((seconds - old) * share));
        }
        Volatile.Write(ref _updated, Math.Max(now, _updated));
    }
}

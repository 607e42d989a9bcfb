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

    /// <summary>
    /// What other machines measured counts as one more sample that is never a peak; where nothing was measured here lately, it takes the place
    /// of it. It never looks newer than it is.
    /// </summary>
    public void Blend(double seconds, long measured, long now, long frequency)
    {
        if (!double.IsFinite(seconds) || seconds < 0)
        {
            return;
        }

        if (double.IsNaN(_seconds) || now - _updated > HalfLifeSeconds * frequency)
        {
            Volatile.Write(ref _seconds, seconds);
            Volatile.Write(ref _updated, Math.Max(measured, _updated));
        }
        else
        {
            Volatile.Write(ref _seconds, _seconds + ((seconds - _seconds) * SampleShare));
        }
    }

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

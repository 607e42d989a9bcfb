namespace LlmStack.Health;

/// <summary>A sum that forgets: what was added counts half after 30 s. Written under a lock, read without one.</summary>
internal sealed class DecayingSum
{
    private const double HalfLifeSeconds = 30;

    private double _value;
    private long _updated;

    public void Add(double amount, long now, long frequency)
    {
        Volatile.Write(ref _value, At(now, frequency) + amount);
        Volatile.Write(ref _updated, Math.Max(now, _updated));
    }

    public double At(long now, long frequency) =>
        Volatile.Read(ref _value) * Math.Pow(2, -Math.Max(0, now - Volatile.Read(ref _updated)) / (frequency * HalfLifeSeconds));
}

namespace LlmStack;

/// <summary>SplitMix64 over one atomic counter: lock-free, allocation-free, repeatable for a seed in one thread.</summary>
internal sealed class SeededRandomSource(ulong seed) : IRandomSource
{
    internal const ulong Gamma = 0x9E3779B97F4A7C15;
    private ulong _state = seed;

    public static SeededRandomSource FromClock(TimeProvider time) => new((ulong)time.GetTimestamp() * Gamma);

    /// <summary>A source that will give what this one would, without moving it.</summary>
    public SeededRandomSource Copy() => new(Volatile.Read(ref _state));

    public int NextInt32(int exclusiveMax) => (int)(((Next() >> 32) * (uint)exclusiveMax) >> 32);

    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    private ulong Next()
    {
        // Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014.
        return Mix(Interlocked.Add(ref _state, Gamma));
    }

    internal static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}

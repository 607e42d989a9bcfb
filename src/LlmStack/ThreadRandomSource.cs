using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace LlmStack;

/// <summary>SplitMix64 with a state for each thread, so that threads do not wait for each other; repeats nothing.</summary>
internal sealed class ThreadRandomSource : IRandomSource
{
    [ThreadStatic]
    private static ulong _state;

    public int NextInt32(int exclusiveMax) => (int)(((Next() >> 32) * (uint)exclusiveMax) >> 32);

    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A source that will give what this one would on this thread, without moving it.</summary>
    public static SeededRandomSource Copy() => new(State());

    private static ulong Next()
    {
        ulong next = State() + SeededRandomSource.Gamma;
        _state = next;
        return SeededRandomSource.Mix(next);
    }

    private static ulong State() => _state is 0 ? Begin() : _state;

    private static ulong Begin()
    {
        ulong state = 0;
        RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(new Span<ulong>(ref state)));
        return _state = state | 1;
    }
}

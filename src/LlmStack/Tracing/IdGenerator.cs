using System.Buffers.Binary;
using System.Security.Cryptography;

namespace LlmStack.Tracing;

/// <summary>Trace and span ids: one atomic step of SplitMix64 each, never all zero. The start is unpredictable, the ids are not secrets.</summary>
internal sealed class IdGenerator
{
    private readonly ulong _gamma;
    private ulong _state;

    /// <summary>Starts at a random place, or at one drawn from <paramref name="seeded"/> so that a test's ids repeat.</summary>
    public IdGenerator(IRandomSource? seeded = null)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (seeded is null)
        {
            RandomNumberGenerator.Fill(bytes);
        }
        else
        {
            for (int i = 0; i < bytes.Length; i++)
            {
                bytes[i] = (byte)seeded.NextInt32(256);
            }
        }

        _state = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        _gamma = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]) | 1;
    }

    public TraceId NextTraceId() => new(Next(), Next());

    public SpanId NextSpanId() => new(Next());

    private ulong Next()
    {
        while (true)
        {
            ulong z = Interlocked.Add(ref _state, _gamma);
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            z ^= z >> 31;
            if (z != 0)
            {
                return z;
            }
        }
    }
}
